import { binding, type AnyPythonFile } from '../read/files.ts';
import { directive, type RedisFile } from '../read/redisFile.ts';
import type { Span } from '../read/span.ts';
import {
  editableSpan,
  type DictEntry,
  type DictValue,
  type StringValue,
  type Value,
} from '../read/values.ts';

/** Replaces a part of a file's text. */
export interface Edit extends Span {
  readonly insert: string;
}

/** Applies edits, which must not overlap. */
export function edited(text: string, edits: readonly Edit[]): string {
  let result = text;
  for (const { from, to, insert } of [...edits].sort((a, b) => b.from - a.from || b.to - a.to))
    result = result.slice(0, from) + insert + result.slice(to);
  return result;
}

/** The end of the line that an offset is on, before its line break. */
function lineEnd(source: string, offset: number): number {
  const end = source.indexOf('\n', offset);
  const last = end < 0 ? source.length : end;
  return source[last - 1] === '\r' ? last - 1 : last;
}

/** The line break that a file uses. */
function newline(source: string): string {
  return source.includes('\r\n') ? '\r\n' : '\n';
}

/** Replaces a span; no edit where there is none. */
export function replace(span: Span | undefined, insert: string): Edit[] {
  return span ? [{ from: span.from, to: span.to, insert }] : [];
}

/** Replaces a part of a string; no edit where that would change other strings too. */
export function replaceIn(value: StringValue, from: number, to: number, insert: string): Edit[] {
  return replace(editableSpan(value, from, to), insert);
}

/** Replaces a value; no edit where it is a variable, which other settings may use. */
export function replaceValue(value: Value, insert: string): Edit[] {
  return value.named === undefined ? replace(value, insert) : [];
}

/** Adds lines below the one that a statement ends on. */
export function linesAfter(source: string, { to }: Span, ...lines: readonly string[]): Edit[] {
  const at = lineEnd(source, Math.max(to - (source[to - 1] === '\n' ? 1 : 0), 0));
  const end = newline(source);
  return [{ from: at, to: at, insert: lines.map((line) => end + line).join('') }];
}

/** Adds lines at the end of a file. */
export function linesAtEnd(source: string, ...lines: readonly string[]): Edit[] {
  const end = newline(source);
  const before = source === '' || source.endsWith('\n') ? '' : end;
  return [
    {
      from: source.length,
      to: source.length,
      insert: before + lines.map((line) => line + end).join(''),
    },
  ];
}

/**
 * Gives a setting a value: replaces the one that it has, or adds a line.
 *
 * @param value the value as Python source
 * @param after the statement that the line is added below; at the end of the file without one
 */
export function setValue(file: AnyPythonFile, name: string, value: string, after?: Span): Edit[] {
  const current = binding(file, name)?.value;
  if (current) return replaceValue(current, value);
  const { text } = file.input;
  const line = `${name} = ${value}`;
  return after ? linesAfter(text, after, line) : linesAtEnd(text, line);
}

/**
 * Gives an entry of a setting's dict a value: replaces the one that it has, adds the entry, or adds
 * a line with a dict of this entry; no edit where the setting is not a dict.
 *
 * @param value the value as Python source
 * @param after the statement that the line is added below; at the end of the file without one
 */
export function setEntry(
  file: AnyPythonFile,
  name: string,
  key: string,
  value: string,
  after?: Span,
): Edit[] {
  const dict = binding(file, name)?.value;
  if (!dict) return setValue(file, name, `{"${key}": ${value}}`, after);
  if (dict.kind !== 'dict') return [];
  const entry = dict.entries.get(key);
  return entry ? replaceValue(entry.value, value) : withEntry(file.input.text, dict, key, value);
}

/**
 * Gives a directive of redis.conf a value: replaces the arguments of its last line, or adds a line;
 * no edit where its line has no argument.
 */
export function setDirective(
  source: string,
  redis: RedisFile,
  name: string,
  value: string,
): Edit[] {
  const line = directive(redis, name);
  if (!line) return linesAtEnd(source, `${name} ${value}`);
  const [first] = line.arguments;
  const last = line.arguments.at(-1);
  return first && last ? [{ from: first.from, to: last.to, insert: value }] : [];
}

/** Removes a statement or a directive, with its line if the line has nothing else. */
export function without(source: string, { from, to }: Span): Edit[] {
  const start = source.lastIndexOf('\n', from - 1) + 1;
  const end = lineEnd(source, Math.max(to - 1, from));
  const alone = source.slice(start, from).trim() === '' && source.slice(to, end).trim() === '';
  // Of several statements on one line, the semicolons between them would stay.
  if (!alone && /;/.test(source.slice(start, from) + source.slice(to, end))) return [];
  const following = source.startsWith('\r\n', end) ? end + 2 : Math.min(end + 1, source.length);
  return alone ? [{ from: start, to: following, insert: '' }] : [{ from, to, insert: '' }];
}

/** The entries that are written between the braces of a dict. */
function entriesInside(dict: DictValue): DictEntry[] {
  return [...dict.entries.values()].filter((entry) => isInside(dict, entry));
}

function isInside({ from, to }: DictValue, entry: DictEntry): boolean {
  return !entry.statement && entry.from > from && entry.to < to;
}

/** A text as a Python string, in the same quotes as the keys of a dict. */
export function quotedLike(source: string, dict: Value | undefined, text: string): string {
  const [first] = dict?.kind === 'dict' ? entriesInside(dict) : [];
  const double = JSON.stringify(text);
  return first && source[first.from] === "'" && !/['\\"]/.test(text) ? `'${text}'` : double;
}

/**
 * Adds an entry to a dict, laid out like the others; no edit where the dict has no braces.
 *
 * @param value the entry's value as Python source
 */
export function withEntry(source: string, dict: DictValue, key: string, value: string): Edit[] {
  if (!dict.literal) return [];
  const text = `${quotedLike(source, dict, key)}: ${value}`;
  const last = entriesInside(dict).reduce<DictEntry | undefined>(
    (late, entry) => (late && late.to > entry.to ? late : entry),
    undefined,
  );
  if (!last) return [{ from: dict.from + 1, to: dict.from + 1, insert: text }];
  const start = source.lastIndexOf('\n', last.from - 1) + 1;
  const indent = /^[ \t]*/.exec(source.slice(start, last.from))?.[0] ?? '';
  const comma = /^[ \t]*,/.exec(source.slice(last.to, dict.to));
  // The entry gets its own line only where the others have one.
  if (start <= dict.from || source.slice(start, last.from).trim() !== '')
    return [{ from: last.to, to: last.to, insert: `, ${text}` }];
  const end = lineEnd(source, last.to);
  if (comma && end < dict.to)
    return [{ from: end, to: end, insert: `${newline(source)}${indent}${text},` }];
  return [{ from: last.to, to: last.to, insert: `,${newline(source)}${indent}${text}` }];
}

/** Removes an entry from a dict, with its comma. */
export function withoutEntry(source: string, dict: DictValue, entry: DictEntry): Edit[] {
  if (entry.statement) return without(source, entry);
  if (!isInside(dict, entry)) return [];
  const [after = ''] = /^[ \t]*,[ \t]*/.exec(source.slice(entry.to, dict.to)) ?? [];
  const start = source.lastIndexOf('\n', entry.from - 1) + 1;
  const end = lineEnd(source, entry.to);
  const alone =
    start > dict.from &&
    source.slice(start, entry.from).trim() === '' &&
    source.slice(entry.to + after.length, end).trim() === '';
  if (alone && end < dict.to)
    return [{ from: start, to: Math.min(end + newline(source).length, source.length), insert: '' }];
  if (after !== '') return [{ from: entry.from, to: entry.to + after.length, insert: '' }];
  const [before = ''] = /,[ \t\r\n]*$/.exec(source.slice(dict.from, entry.from)) ?? [];
  return [{ from: entry.from - before.length, to: entry.to, insert: '' }];
}
