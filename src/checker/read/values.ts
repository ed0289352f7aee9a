import type { Span } from './span.ts';

/** A part of a string's text, with its span in the source. */
export interface StringPiece extends Span {
  readonly text: string;
  /** The source has it character by character, so that a part of it can be edited by itself. */
  readonly exact: boolean;
  /** It comes from a variable, which other settings may use too. */
  readonly named: boolean;
}

interface Common extends Span {
  /** The variable that has the value, where an expression only names it. */
  readonly named?: string;
  /** The environment variable that this is the default of. */
  readonly environment?: string;
}

/** A string. */
export interface StringValue extends Common {
  readonly kind: 'string';
  readonly text: string;
  readonly pieces: readonly StringPiece[];
}

/** A list or a tuple. */
interface ListValue extends Common {
  readonly kind: 'list';
  readonly items: readonly Value[];
}

/** An entry of a dict: from its literal, or from a statement such as `CACHES["default"] = …`. */
export interface DictEntry extends Span {
  readonly key: string;
  readonly value: Value;
  /** The span is a whole statement, and not a part of a literal. */
  readonly statement: boolean;
}

/** A dict. Later statements may change it, by any of its names. */
export interface DictValue extends Common {
  readonly kind: 'dict';
  readonly entries: Map<string, DictEntry>;
  /** It may have entries that were not understood. */
  incomplete: boolean;
  /** It is written with braces, into which an entry can be put. */
  readonly literal: boolean;
}

/** An expression that is not understood, or whose value is only known when the file runs. */
interface UnknownValue extends Common {
  readonly kind: 'unknown';
}

/** The value of an expression, with the span of its source. */
export type Value =
  | StringValue
  | ListValue
  | DictValue
  | UnknownValue
  | (Common & { readonly kind: 'number'; readonly number: number })
  | (Common & { readonly kind: 'flag'; readonly flag: boolean })
  | (Common & { readonly kind: 'none' });

/** The value at a path of keys; `undefined` where an entry is missing, or where one is no dict. */
export function valueAt(value: Value | undefined, ...keys: string[]): Value | undefined {
  let found = value;
  for (const key of keys)
    found = found?.kind === 'dict' ? found.entries.get(key)?.value : undefined;
  return found;
}

/** Whether a value is unknown, or a dict that may have entries that were not understood. */
export function isIncomplete(value: Value | undefined): boolean {
  return value?.kind === 'unknown' || (value?.kind === 'dict' && value.incomplete);
}

/** The text of a string; `undefined` for any other value. */
export function textOf(value: Value | undefined): string | undefined {
  return value?.kind === 'string' ? value.text : undefined;
}

/** A whole number, also one that is written as a string; `undefined` for any other value. */
export function numberOf(value: Value | undefined): number | undefined {
  return value?.kind === 'number' ? value.number : wholeNumber(textOf(value));
}

/** The number that a text of digits stands for; `undefined` for any other text. */
export function wholeNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

/** Whether a setting has no value: it is `None` or the empty string. */
export function isEmpty(value: Value): boolean {
  return value.kind === 'none' || textOf(value) === '';
}

/** Whether Python takes a value for true; an unknown value counts as false. */
export function isTruthy(value: Value | undefined): boolean {
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
      return value.incomplete || value.entries.size > 0;
    default:
      return false;
  }
}

/**
 * The span of a part of a string in the source, if replacing it changes this string and nothing
 * else; `undefined` otherwise.
 *
 * @param from where the part begins in the text of the string
 * @param to where it ends; equal to `from` for an insertion
 */
export function editableSpan(value: StringValue, from: number, to: number): Span | undefined {
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
