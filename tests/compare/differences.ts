import type { RecordedPage } from './pages.ts';

/** A difference between two versions, and the places that have it. */
export type Differences = Map<string, string[]>;

function add(differences: Differences, difference: string, place: string): void {
  differences.set(difference, [...(differences.get(difference) ?? []), place]);
}

/** Compares two recordings of the model part by part, down to the first text or number that differs. */
export function compareValues(
  differences: Differences,
  place: string,
  old: unknown,
  now: unknown,
): void {
  if (JSON.stringify(old) === JSON.stringify(now)) return;
  const structured = (value: unknown): value is Record<string, unknown> =>
    typeof value === 'object' && value !== null;
  if (!structured(old) || !structured(now)) {
    const shown = (value: unknown) => (value === undefined ? 'nothing' : JSON.stringify(value));
    add(differences, `${shown(old)} is now ${shown(now)}`, place);
    return;
  }
  for (const key of new Set([...Object.keys(old), ...Object.keys(now)]))
    compareValues(differences, `${place} ${key}`, old[key], now[key]);
}

/** How many times each item is in a list. */
function counts(list: readonly string[]): Map<string, number> {
  const counted = new Map<string, number>();
  for (const item of list) counted.set(item, (counted.get(item) ?? 0) + 1);
  return counted;
}

/** Compares the pages of two sites, whatever the order of their ids, links and blocks of text. */
export function comparePages(
  differences: Differences,
  old: ReadonlyMap<string, RecordedPage>,
  now: ReadonlyMap<string, RecordedPage>,
): void {
  for (const file of new Set([...old.keys(), ...now.keys()])) {
    const [before, after] = [old.get(file), now.get(file)];
    if (!before || !after) {
      add(differences, before ? 'the page is gone' : 'the page is new', file);
      continue;
    }
    for (const part of ['ids', 'links', 'text'] as const) {
      const [had, has] = [counts(before[part]), counts(after[part])];
      for (const item of new Set([...had.keys(), ...has.keys()])) {
        const change = (has.get(item) ?? 0) - (had.get(item) ?? 0);
        if (change !== 0)
          add(differences, `${change < 0 ? 'less' : 'more'} ${part}: ${item}`, file);
      }
    }
  }
}
