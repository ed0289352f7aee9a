import type { Piece, Span, Value } from './values.ts';

/** What a backslash and one letter stand for in a Python string. */
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

/** What a replaced part of an f-string becomes; `undefined` where that is not known. */
function replacement(value: Value, span: Span): Piece[] | undefined {
  if (value.kind === 'string') return [...value.pieces];
  if (value.kind === 'number' && Number.isInteger(value.number))
    return [
      { text: String(value.number), from: span.from, to: span.to, exact: false, named: true },
    ];
  return undefined;
}

/**
 * The text of one Python string literal, piece by piece, as Python's own rules have it
 * (docs.python.org/3/reference/lexical_analysis.html#string-and-bytes-literals).
 *
 * @param literal the literal with its prefix and quotes
 * @param from where it begins in the source
 * @param replaced the replaced parts of an f-string, in order, with what they become
 * @returns `undefined` for bytes, and for what cannot be known
 */
export function pythonText(
  literal: string,
  from: number,
  replaced: readonly { readonly span: Span; readonly value: Value }[],
): Piece[] | undefined {
  const [opening, prefix = '', quotes = ''] = /^([a-z]{0,3})("""|'''|"|')/i.exec(literal) ?? [];
  if (opening === undefined || /b/i.test(prefix) || !literal.endsWith(quotes)) return undefined;
  const raw = /r/i.test(prefix);
  const format = /f/i.test(prefix);
  const end = literal.length - quotes.length;
  const pieces: Piece[] = [];
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
    const sign = literal[at] ?? '';
    const replace = replaced[next];
    if (replace?.span.from === from + at) {
      const becomes = replacement(replace.value, replace.span);
      if (becomes === undefined) return undefined;
      flush();
      pieces.push(...becomes);
      at = start = replace.span.to - from;
      next += 1;
      continue;
    }
    if (sign === '\\' && !raw) {
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
    if (format && (sign === '{' || sign === '}') && literal[at + 1] === sign) {
      skip(2, sign);
      continue;
    }
    at += 1;
  }
  at = Math.min(at, end);
  flush();
  return pieces;
}
