/**
 * The value that a share of the values do not exceed; between two of them in a straight line.
 *
 * @param share from 0 to 1
 */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  const place = (sorted.length - 1) * share;
  const below = sorted[Math.floor(place)];
  const above = sorted[Math.ceil(place)];
  if (below === undefined || above === undefined) throw new Error('Nothing was measured.');
  return below + (above - below) * (place % 1);
}

/** The value in the middle. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** From how many values on the spread is that of their middle half. */
const MANY = 10;

/** How far values lie apart: the middle half of ten or more, the least and the most of fewer. */
export function spread(values: readonly number[]): readonly [from: number, to: number] {
  const edge = values.length < MANY ? 0 : 0.25;
  return [quantile(values, edge), quantile(values, 1 - edge)];
}

/** Each value against the one that was measured together with it. */
export function ratios(values: readonly number[], others: readonly number[]): number[] {
  if (values.length !== others.length) throw new Error('What is compared is measured as often.');
  return values.map((value, at) => value / (others[at] ?? NaN));
}

/** The share of the values for which something holds, from 0 to 1. */
export function share(values: readonly number[], holds: (value: number) => boolean): number {
  return values.filter(holds).length / values.length;
}
