/** The columns of each table in RESULTS.md. */
const COLUMNS = ['What', 'Measured', 'Spread', 'Compared with', 'Ratio', 'Goal', 'Met'] as const;

/** A row of a table: the text of each cell, by column. */
export type Row = Partial<Record<(typeof COLUMNS)[number], string>>;

/**
 * The value that a share of the values do not exceed, interpolated between two values.
 *
 * @param share from 0 to 1
 */
export function quantile(values: readonly number[], share: number): number {
  const position = (values.length - 1) * share;
  const sorted = values.toSorted((one, other) => one - other);
  const [below = NaN, above = below] = sorted.slice(Math.floor(position));
  return below + (above - below) * (position % 1);
}

export const median = (values: readonly number[]): number => quantile(values, 0.5);

/** A number with three significant digits. */
export function figure(value: number): string {
  return new Intl.NumberFormat('en', { maximumSignificantDigits: 3 }).format(value);
}

/** The spread of values: their middle half, or the least and the most of fewer than ten. */
export function spread(values: readonly number[]): string {
  const edge = values.length < 10 ? 0 : 0.25;
  return `${figure(quantile(values, edge))}–${figure(quantile(values, 1 - edge))}`;
}

/**
 * A row for repeated measurements: their median, their spread, and their ratio to others.
 *
 * @param values a single value is exact: a size, not a time
 * @param compared as many values, each measured right before or after the one that it is compared with
 */
export function row(
  what: string,
  unit: string,
  values: readonly number[],
  compared?: { readonly what: string; readonly values: readonly number[] },
): Row {
  const result: Row = {
    What: what,
    Measured: `${figure(median(values))} ${unit}`,
    Spread: values.length > 1 ? `${spread(values)}, ${values.length} times` : 'exact',
  };
  if (!compared) return result;
  const ratios = values.map((value, at) => value / (compared.values[at] ?? NaN));
  return {
    ...result,
    'Compared with': `${compared.what}: ${figure(median(compared.values))} ${unit}`,
    Ratio: figure(median(ratios)) + (ratios.length > 1 ? ` (${spread(ratios)})` : ''),
  };
}

/** The cells of a row that has a goal. */
export const goal = (text: string, met: boolean): Row => ({
  Goal: text,
  Met: met ? 'yes' : '**no**',
});

/**
 * Replaces the measurements of one section of RESULTS.md: the line that says what they were made
 * with, and the table. The explanation above them stays.
 *
 * @param results the whole file
 * @param title the section's heading; an error is thrown if there is no such section
 * @param environment the line that says what it was measured with, beginning with “Measured on”
 */
export function replaceMeasurements(
  results: string,
  title: string,
  environment: string,
  rows: readonly Row[],
): string {
  const start = results.indexOf('\nMeasured on', results.indexOf(`\n## ${title}\n`)) + 1;
  if (!results.includes(`\n## ${title}\n`) || start === 0)
    throw new Error(`RESULTS.md has no section “${title}”.`);
  const end = results.indexOf('\n## ', start);
  const table = [
    COLUMNS,
    COLUMNS.map(() => '-'),
    ...rows.map((row) => COLUMNS.map((column) => row[column] ?? '')),
  ].map((cells) => `| ${cells.join(' | ')} |\n`);
  const rest = end === -1 ? '' : results.slice(end);
  return `${results.slice(0, start)}${environment}\n\n${table.join('')}${rest}`;
}
