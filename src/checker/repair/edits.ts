import type { Edit } from '../findings.ts';
import type { DictValue, Entry, Span } from '../read/values.ts';

/** Where the line ends that a place is on. */
function lineEnd(source: string, offset: number): number {
  const end = source.indexOf('\n', offset);
  const last = end < 0 ? source.length : end;
  return source[last - 1] === '\r' ? last - 1 : last;
}

/** How the lines of a file end. */
function newline(source: string): string {
  return source.includes('\r\n') ? '\r\n' : '\n';
}

/** Puts lines below the one that a statement ends on. */
export function linesAfter(source: string, { to }: Span, ...lines: readonly string[]): Edit[] {
  const at = lineEnd(source, Math.max(to - (source[to - 1] === '\n' ? 1 : 0), 0));
  const end = newline(source);
  return [{ from: at, to: at, insert: lines.map((line) => end + line).join('') }];
}

/** Puts lines at the end of a file. */
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

/** Takes a statement or a directive away, with its line if nothing else is on it. */
export function without(source: string, { from, to }: Span): Edit[] {
  const start = source.lastIndexOf('\n', from - 1) + 1;
  const end = lineEnd(source, Math.max(to - 1, from));
  const alone = source.slice(start, from).trim() === '' && source.slice(to, end).trim() === '';
  // Several statements on a line depend on the sign between them.
  if (!alone && /;/.test(source.slice(start, from) + source.slice(to, end))) return [];
  const following = source.startsWith('\r\n', end) ? end + 2 : Math.min(end + 1, source.length);
  return alone ? [{ from: start, to: following, insert: '' }] : [{ from, to, insert: '' }];
}

/** Whether an entry stands between the braces of a dict. */
function inside({ from, to }: DictValue, entry: Entry): boolean {
  return !entry.statement && entry.from > from && entry.to < to;
}

/** A text as a Python string in the quotes that the dict's own keys have. */
export function quotedLike(source: string, dict: DictValue, text: string): string {
  const [first] = [...dict.entries.values()].filter((entry) => inside(dict, entry));
  const double = JSON.stringify(text);
  return first && source[first.from] === "'" && !/['\\"]/.test(text) ? `'${text}'` : double;
}

/**
 * Puts an entry into a dict's braces, in the way that the others stand there; nothing where it has
 * no braces.
 *
 * @param value the entry's value as Python source
 */
export function withEntry(source: string, dict: DictValue, key: string, value: string): Edit[] {
  if (!dict.literal) return [];
  const text = `${quotedLike(source, dict, key)}: ${value}`;
  const own = [...dict.entries.values()].filter((entry) => inside(dict, entry));
  const last = own.reduce<Entry | undefined>(
    (late, entry) => (late && late.to > entry.to ? late : entry),
    undefined,
  );
  if (!last) return [{ from: dict.from + 1, to: dict.from + 1, insert: text }];
  const start = source.lastIndexOf('\n', last.from - 1) + 1;
  const indent = /^[ \t]*/.exec(source.slice(start, last.from))?.[0] ?? '';
  const comma = /^[ \t]*,/.exec(source.slice(last.to, dict.to));
  // On a line of its own only where the others are, too.
  if (start <= dict.from || source.slice(start, last.from).trim() !== '')
    return [{ from: last.to, to: last.to, insert: `, ${text}` }];
  const end = lineEnd(source, last.to);
  if (comma && end < dict.to)
    return [{ from: end, to: end, insert: `${newline(source)}${indent}${text},` }];
  return [{ from: last.to, to: last.to, insert: `,${newline(source)}${indent}${text}` }];
}

/** Takes an entry out of a dict, with the comma after it. */
export function withoutEntry(source: string, dict: DictValue, entry: Entry): Edit[] {
  if (entry.statement) return without(source, entry);
  if (!inside(dict, entry)) return [];
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
