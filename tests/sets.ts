import fc from 'fast-check';

/** Whether this is the full set (`npm run test:full`) and not the everyday set (`npm test`). */
export const full = process.env['TESTS'] === 'full';

/** The seed of the everyday samples, set by SEED and printed when the tests start. */
const seed = Number(process.env['SEED'] ?? 0);

/** The slowness of this machine relative to the reference machine, measured when the tests start. */
const slowness = Number(process.env['SLOWNESS'] ?? 1);

/**
 * A time limit that stops a test which hangs: longer on a slow or busy machine.
 *
 * @param seconds several times the duration on two idle cores
 * @returns milliseconds
 */
export const limit = (seconds: number): number => Math.round(seconds * 1000 * slowness);

/** The number of random cases: fewer in the everyday set. */
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

/** A pairwise sample: each pair of values of two properties that occurs in the list also occurs in the sample. */
export function covering<T extends object>(list: readonly T[]): readonly T[] {
  const pairs = (item: T) =>
    Object.entries(item).flatMap((first, at, all) =>
      all.slice(at + 1).map((second) => [...first, ...second].join('\0')),
    );
  const left = new Set(list.flatMap(pairs));
  const chosen: T[] = [];
  const gain = (item: T) => pairs(item).filter((pair) => left.has(pair)).length;
  while (left.size > 0) {
    const best = list.reduce((a, b) => (gain(b) > gain(a) ? b : a));
    chosen.push(best);
    for (const pair of pairs(best)) left.delete(pair);
  }
  return chosen;
}

/** The whole list in the full set. In the everyday set, a pairwise sample of it, drawn with {@link seed}. */
export const pairwise = <T extends object>(list: readonly T[]): readonly T[] =>
  full ? list : covering(shuffled(list));
