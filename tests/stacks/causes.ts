import type { Change } from './changes.ts';

/** A case that fails. */
export interface Failure {
  /** The name by which it is run again. */
  readonly id: string;
  /** The name for a reader. */
  readonly name: string;
  readonly message: string;
}

/** Changes that make cases fail: one, or several of which none does so alone. Without a change, something else does. */
export interface Cause {
  readonly changes: readonly Change[];
  readonly failures: readonly Failure[];
}

/** Runs cases again with some packages as they were before, and returns those that pass. */
export type Trial = (
  putBack: readonly Change[],
  failures: readonly Failure[],
) => readonly Failure[];

/** Whether a package is no longer installed. */
const isGone = ({ versions }: Change) => versions.every(({ to }) => to === undefined);

/**
 * The changes that make cases fail, found by halves: a change is the cause of the cases that pass once it alone is
 * put back.
 */
export function causesOf(
  changes: readonly Change[],
  failures: readonly Failure[],
  trial: Trial,
): Cause[] {
  /** The causes in a group: once it is put back, with what always is, the cases pass. */
  const among = (
    group: readonly Change[],
    cases: readonly Failure[],
    always: readonly Change[] = [],
  ): Cause[] => {
    if (cases.length === 0) return [];
    if (group.length === 1) return [{ changes: group, failures: cases }];
    const middle = Math.ceil(group.length / 2);
    const causes: Cause[] = [];
    let left = cases;
    for (const half of [group.slice(0, middle), group.slice(middle)]) {
      const passed = left.length === 0 ? [] : trial([...half, ...always], left);
      causes.push(...among(half, passed, always));
      left = left.filter((each) => !passed.includes(each));
    }
    return left.length === 0 ? causes : [...causes, { changes: group, failures: left }];
  };

  const explained = changes.length === 0 ? [] : trial(changes, failures);
  const rest = failures.filter((each) => !explained.includes(each));
  // Older versions may need packages that are gone: these are tried first, and then put back every time.
  const gone = changes.filter(isGone);
  const others = changes.filter((each) => !isGone(each));
  const ofGone =
    gone.length === 0 || others.length === 0 || explained.length === 0
      ? []
      : trial(gone, explained);
  const ofOthers = explained.filter((each) => !ofGone.includes(each));
  return [
    ...among(gone, ofGone),
    ...(others.length === 0 ? among(gone, ofOthers) : among(others, ofOthers, gone)),
    ...(rest.length === 0 ? [] : [{ changes: [], failures: rest }]),
  ];
}

/** The line of an error that says most: the last exception of Python, or the first line. */
export function messageOf(text: string): string {
  const lines = text.split('\n').filter((line) => !/^\s+at /.test(line));
  const errors = lines.filter((line) => /^(ERROR|[\w.]*[A-Z]\w*): \S/.test(line));
  return (errors.at(-1) ?? lines.find((line) => line.trim() !== '') ?? '').trim();
}

/** Failures in groups with the same message, whatever the numbers and paths in it. */
export const alike = (failures: readonly Failure[]): Failure[][] => [
  ...Map.groupBy(failures, ({ message }) => message.replace(/\/\S+|\d+/g, '')).values(),
];

/** A change in a sentence. */
function said({ name, versions }: Change): string {
  const each = versions.map(({ from, to }) =>
    to === undefined ? 'no longer' : from === undefined ? `${to}, new` : `${to} instead of ${from}`,
  );
  return `${name} ${each.join(' and ')}`;
}

/**
 * A cause in a sentence, on one line.
 *
 * @param where the software that the cases were run on, such as “on the stack pod”
 */
export function sentence({ changes, failures }: Cause, where: string): string {
  const [first] = failures;
  const what =
    changes.length === 0
      ? 'With the locked versions too'
      : `${changes.length > 1 ? 'Only together, ' : ''}${changes.map(said).join(', ')}`;
  const cases = failures.length === 1 ? 'one case fails' : `${failures.length} cases fail`;
  const which = failures.length === 1 ? '' : ' the first,';
  return `${what}: ${cases} ${where},${which} ${first?.name}, with: ${first?.message}`;
}
