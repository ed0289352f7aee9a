import type { Params } from '../model/say.ts';
import type { FileSet } from './fileSet.ts';
import type { FileKind, FileOf, InputFile } from './read/files.ts';
import type { Span } from './read/span.ts';
import type { Edit } from './repair/edits.ts';

/**
 * The severity of a finding: an `error` breaks something or loses data; a `warning` will do so at
 * some time; an `advice` is worth knowing, and nothing is wrong without it.
 */
export type Severity = 'error' | 'warning' | 'advice';

/** One place where a rule does not hold. */
export interface Problem {
  readonly at: Span;
  /** The parameters of the message, never a password; `case` chooses one of several messages. */
  readonly params?: Params;
  /** The edits that repair this problem; empty where only the reader knows the right value. */
  readonly repair?: readonly Edit[];
}

/** Looks for problems in one file; the other files are the ones that are checked with it. */
type Rule<K extends FileKind> = (file: FileOf<K>, files: FileSet) => Iterable<Problem>;

/** The rules of a finding, each named after the kind of file in which it looks for problems. */
export type Rules = { readonly [K in FileKind]?: Rule<K> };

/** The definition of a finding: everything but its texts. */
export interface FindingDefinition extends Rules {
  /** The name of the finding and the last part of its page's address, which never changes. */
  readonly code: string;
  readonly severity: Severity;
  /** Files that have the problem. The finding's page shows them, before and after the repair. */
  readonly example: readonly InputFile[];
  /** Files that look nearly the same and do not have it. */
  readonly nearMiss: readonly InputFile[];
  /** Set where no problem has a repair: only the reader knows the right value. */
  readonly repairable?: false;
}

/** Makes a function remember its result for each file or connection, for a step that several rules share. */
export function perFile<F extends object, R>(read: (file: F) => R): (file: F) => R {
  const results = new WeakMap<F, R>();
  return (file) => {
    const known = results.get(file);
    if (known !== undefined) return known;
    const result = read(file);
    results.set(file, result);
    return result;
  };
}
