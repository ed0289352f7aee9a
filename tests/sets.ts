import fc from 'fast-check';

/** Whether everything is run (`npm run test:full`), and not the everyday set (`npm test`). */
export const full = process.env['TESTS'] === 'full';

/** The number that the everyday samples are drawn with; printed when the tests start, and set by SEED. */
const seed = Number(process.env['SEED'] ?? 0);

/** How many times slower than the reference machine this one is, measured when the tests start. */
const slowness = Number(process.env['SLOWNESS'] ?? 1);

/**
 * A time limit, for what would otherwise hang: longer on a slow or busy machine.
 *
 * @param seconds several times as long as it takes on two idle cores
 * @returns milliseconds
 */
export const limit = (seconds: number): number => Math.round(seconds * 1000 * slowness);

/** How often something random is tried: a share of the full number in the everyday set. */
export const runs = (everyday: number, all: number): number => (full ? all : everyday);

/** A list in an order that depends on {@link seed} alone. */
function shuffled<T>(list: readonly T[]): T[] {
  const whole = { minLength: list.length, maxLength: list.length };
  const [order = []] = fc.sample(fc.shuffledSubarray([...list], whole), { seed, numRuns: 1 });
  return order;
}

/** The whole list in the full set; `count` of its items, drawn with {@link seed}, in the everyday set. */
export const sample = <T>(list: readonly T[], count: number): readonly T[] =>
  full ? list : shuffled(list).slice(0, count);

/**
 * The whole list in the full set; in the everyday set, enough of it that any two values of two
 * properties that occur together in the list also do in the sample.
 */
export function pairwise<T extends object>(list: readonly T[]): readonly T[] {
  if (full) return list;
  const pairs = (item: T) =>
    Object.entries(item).flatMap((first, at, all) =>
      all.slice(at + 1).map((second) => [...first, ...second].join('\0')),
    );
  const left = new Set(list.flatMap(pairs));
  const chosen: T[] = [];
  const gain = (item: T) => pairs(item).filter((pair) => left.has(pair)).length;
  for (const items = shuffled(list); left.size > 0;) {
    const best = items.reduce((a, b) => (gain(b) > gain(a) ? b : a));
    chosen.push(best);
    for (const pair of pairs(best)) left.delete(pair);
  }
  return chosen;
}
