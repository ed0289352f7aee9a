import type { Span } from './span.ts';

/** A limit of a package's version: an operator of PEP 440, with `.*` where the version ends so, and its numbers. */
interface Clause extends Span {
  readonly operator: string;
  readonly version: readonly number[];
}

/** A line that names a package. */
export interface Requirement extends Span {
  readonly clauses: readonly Clause[];
}

/**
 * The packages of requirements for pip, or of the output of `pip freeze` or `pip list`: the last line of each, by its
 * name in lower case.
 */
export type Packages = ReadonlyMap<string, Requirement>;

/** The packages by which such a file is recognised. */
const KNOWN = 'amqp|celery|django|django-redis|kombu|redis|vine';

/** A line with one of them and a version, as pip reads or prints it. */
const KNOWN_LINE = new RegExp(
  String.raw`^(?:${KNOWN})(?:\[[\w,-]{0,80}\])?(?:[ \t]{0,80}(?:[=~!<>]=|[<>])[ \t]{0,80}\d|[ \t]{1,80}\d+\.)`,
  'im',
);

/** A package at the beginning of a line, and the extras that are asked for. */
const PACKAGE = /^[ \t]{0,80}([A-Za-z\d][\w.-]{0,80})(?:\[[^\]\n]{0,80}\])?/;

/** A limit after it. `pip list` prints a version without an operator. */
const CLAUSE =
  /[ \t,]{0,80}(===|[=~!<>]=|[<>]|(?=[ \t]\d))[ \t]{0,80}v?(\d+(?:\.\d+)*)(\.\*)?[^\s,;#]{0,80}/y;

/** Whether a file has the versions of Python packages, by its name or else by its text. */
export function hasPackages(base: string, text: string): boolean {
  if (/^(?:requirements|constraints)[\w.-]*\.txt$/.test(base)) return true;
  return (!base.includes('.') || base.endsWith('.txt')) && KNOWN_LINE.test(text);
}

/** Reads the versions of Python packages. */
export function readPackages(text: string): Packages {
  const packages = new Map<string, Requirement>();
  let from = 0;
  for (const line of text.split('\n')) {
    const [whole = '', name] = PACKAGE.exec(line) ?? [];
    if (name !== undefined) {
      const clauses: Clause[] = [];
      CLAUSE.lastIndex = whole.length;
      for (let found = CLAUSE.exec(line); found; found = CLAUSE.exec(line)) {
        const [all, operator = '', version = '', any] = found;
        const at = from + found.index;
        clauses.push({
          operator: operator === '' ? '==' : operator + (any ?? ''),
          version: version.split('.').map(Number),
          from: at,
          to: at + all.length,
        });
      }
      const to = clauses.at(-1)?.to ?? from + whole.length;
      packages.set(name.toLowerCase(), { clauses, from: from + whole.search(/\S/), to });
    }
    from += line.length + 1;
  }
  return packages;
}

/** The difference between two versions: below 0 where the first comes before the second. */
function compared(one: readonly number[], other: readonly number[]): number {
  for (let at = 0; at < Math.max(one.length, other.length); at += 1) {
    const difference = (one[at] ?? 0) - (other[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Whether a version is within a limit (PEP 440). */
function isWithin(version: readonly number[], { operator, version: limit }: Clause): boolean {
  const begins = (start: readonly number[]) =>
    start.every((number, at) => (version[at] ?? 0) === number);
  const difference = compared(version, limit);
  switch (operator) {
    case '<':
      return difference < 0;
    case '<=':
      return difference <= 0;
    case '>':
      return difference > 0;
    case '>=':
      return difference >= 0;
    case '~=':
      return difference >= 0 && begins(limit.slice(0, -1));
    case '==.*':
      return begins(limit);
    case '!=.*':
      return !begins(limit);
    case '!=':
      return difference !== 0;
    default:
      return difference === 0;
  }
}

/** A version that is later than any of a package. */
const LATEST = [1e6];

/** Whether the limits of a package leave only versions before this one. */
export function staysBelow({ clauses }: Requirement, version: readonly number[]): boolean {
  // If they leave another, they leave one of these: those at and right after the places where a limit begins or ends.
  const edges = [version, LATEST, ...clauses.map((clause) => clause.version)].flatMap((edge) => {
    const next = [...edge.slice(0, -1), (edge.at(-1) ?? 0) + 1];
    return [edge, [...edge, 1], next, [...next, 1]];
  });
  return !edges.some(
    (edge) => compared(edge, version) >= 0 && clauses.every((clause) => isWithin(edge, clause)),
  );
}
