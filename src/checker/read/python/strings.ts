import type { Span } from '../span.ts';
import type { StringPiece, Value } from '../values.ts';

/** The text of each escape of one letter in a Python string. */
const ESCAPES: Readonly<Record<string, string>> = {
  '\n': '',
  '\\': '\\',
  "'": "'",
  '"': '"',
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

const ESCAPE =
  /\\(?:(\r?\n|[\\'"abfnrtv])|([0-7]{1,3})|x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8}))/y;

/** The text that an escape stands for; `undefined` for one that Python leaves as it is. */
function escaped([, letter, octal, ...hexes]: RegExpExecArray): string | undefined {
  if (letter !== undefined) return ESCAPES[letter.replace('\r', '')];
  const code = octal === undefined ? parseInt(hexes.find(Boolean) ?? '', 16) : parseInt(octal, 8);
  return code <= 0x10ffff ? String.fromCodePoint(code) : undefined;
}

/** The text that an f-string has in place of `{…}`; `undefined` where that is not known. */
function replacement(value: Value, span: Span): StringPiece[] | undefined {
  if (value.kind === 'string') return [...value.pieces];
  if (value.kind === 'number' && Number.isInteger(value.number))
    return [
      { text: String(value.number), from: span.from, to: span.to, exact: false, named: true },
    ];
  return undefined;
}

/**
 * Reads one Python string literal into pieces, by Python's rules
 * (docs.python.org/3/reference/lexical_analysis.html#string-and-bytes-literals).
 *
 * @param literal the literal with its prefix and quotes
 * @param from where it begins in the source
 * @param replaced the `{…}` of an f-string, in order, with their values
 * @returns `undefined` for bytes, and for a text that is only known when the file runs
 */
export function readStringLiteral(
  literal: string,
  from: number,
  replaced: readonly { readonly span: Span; readonly value: Value }[],
): StringPiece[] | undefined {
  const [opening, prefix = '', quotes = ''] = /^([a-z]{0,3})("""|'''|"|')/i.exec(literal) ?? [];
  if (opening === undefined || /b/i.test(prefix) || !literal.endsWith(quotes)) return undefined;
  const raw = /r/i.test(prefix);
  const format = /f/i.test(prefix);
  const end = literal.length - quotes.length;
  const pieces: StringPiece[] = [];
  let at = opening.length;
  let start = at;
  const flush = () => {
    if (at > start)
      pieces.push({
        text: literal.slice(start, at),
        from: from + start,
        to: from + at,
        exact: true,
        named: false,
      });
  };
  const skip = (length: number, text: string) => {
    flush();
    pieces.push({ text, from: from + at, to: from + at + length, exact: false, named: false });
    at += length;
    start = at;
  };
  let next = 0;
  while (at < end) {
    const character = literal[at] ?? '';
    const replace = replaced[next];
    if (replace?.span.from === from + at) {
      const replacing = replacement(replace.value, replace.span);
      if (replacing === undefined) return undefined;
      flush();
      pieces.push(...replacing);
      at = start = replace.span.to - from;
      next += 1;
      continue;
    }
    if (character === '\\' && !raw) {
      if (/^\\N\{/.test(literal.slice(at, at + 3))) return undefined;
      ESCAPE.lastIndex = at;
      const found = ESCAPE.exec(literal);
      const text = found && escaped(found);
      if (found && text !== undefined && text !== null) {
        skip(found[0].length, text);
        continue;
      }
      at += 2;
      continue;
    }
    if (format && (character === '{' || character === '}') && literal[at + 1] === character) {
      skip(2, character);
      continue;
    }
    at += 1;
  }
  at = Math.min(at, end);
  flush();
  return pieces;
}
