/** A part of a text, in UTF-16 code units from its beginning. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** A part of a string's text, and where in the source it is written. */
export interface Piece extends Span {
  readonly text: string;
  /** The source has it character by character, so that a part of it can be edited by itself. */
  readonly exact: boolean;
  /** It is written elsewhere, under a name that others may use too. */
  readonly named: boolean;
}

interface Common extends Span {
  /** The name by which it is used, when it is written elsewhere. */
  readonly named?: string;
  /** The environment variable that it is the default of. */
  readonly environment?: string;
}

/** A text. */
export interface StringValue extends Common {
  readonly kind: 'string';
  readonly text: string;
  readonly pieces: readonly Piece[];
}

/** A list or a tuple. */
interface ListValue extends Common {
  readonly kind: 'list';
  readonly items: readonly Value[];
}

/** An entry of a dict: of its literal, or given to it by a statement of its own. */
export interface Entry extends Span {
  readonly key: string;
  readonly value: Value;
  /** It is a statement, and not part of a literal. */
  readonly statement: boolean;
}

/** A dict. Statements may change it, under whatever name it is known. */
export interface DictValue extends Common {
  readonly kind: 'dict';
  readonly entries: Map<string, Entry>;
  /** It may have entries that were not understood. */
  open: boolean;
  /** It is written with braces, into which an entry can be put. */
  readonly literal: boolean;
}

/** What is not understood, or not to be known without running the file. */
interface UnknownValue extends Common {
  readonly kind: 'unknown';
}

/** What a setting was found to be. */
export type Value =
  | StringValue
  | ListValue
  | DictValue
  | UnknownValue
  | (Common & { readonly kind: 'number'; readonly number: number })
  | (Common & { readonly kind: 'flag'; readonly flag: boolean })
  | (Common & { readonly kind: 'none' });

/** The value at a key of a dict; `undefined` where there is none, or where it is no dict. */
export function at(value: Value | undefined, ...keys: string[]): Value | undefined {
  let found = value;
  for (const key of keys)
    found = found?.kind === 'dict' ? found.entries.get(key)?.value : undefined;
  return found;
}

/** Whether a value, or what is known of it so far, may have a key that was not understood. */
export function isOpen(value: Value | undefined): boolean {
  return value?.kind === 'unknown' || (value?.kind === 'dict' && value.open);
}

/** The text of a string; `undefined` for any other value. */
export function textOf(value: Value | undefined): string | undefined {
  return value?.kind === 'string' ? value.text : undefined;
}

/** A whole number, also one that is written as a text. */
export function numberOf(value: Value | undefined): number | undefined {
  if (value?.kind === 'number') return value.number;
  return value?.kind === 'string' && /^\d{1,15}$/.test(value.text) ? Number(value.text) : undefined;
}

/** Whether Python takes it for true, as far as it is known. */
export function isTrue(value: Value | undefined): boolean {
  switch (value?.kind) {
    case 'flag':
      return value.flag;
    case 'number':
      return value.number !== 0;
    case 'string':
      return value.text !== '';
    case 'list':
      return value.items.length > 0;
    case 'dict':
      return value.open || value.entries.size > 0;
    default:
      return false;
  }
}

/**
 * Where a part of a string is written, as one place that can be edited without an effect on
 * anything else; `undefined` where there is none.
 *
 * @param from where the part begins in the text of the string
 * @param to where it ends; the same for a place between two characters
 */
export function written(value: StringValue, from: number, to: number): Span | undefined {
  let start = 0;
  for (const piece of value.pieces) {
    const end = start + piece.text.length;
    const within = from >= start && to <= end && (piece.exact || (from === start && to === end));
    if (within && !piece.named)
      return piece.exact
        ? { from: piece.from + from - start, to: piece.from + to - start }
        : { from: piece.from, to: piece.to };
    start = end;
  }
  return undefined;
}
