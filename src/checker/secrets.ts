import type { CheckedFile } from './read/files.ts';
import { mergedSpans, type Span } from './read/span.ts';
import { secretsOfUrls } from './read/url.ts';
import type { Value } from './read/values.ts';

/** Names of settings, dict keys and directives whose values are secret. */
const SECRET = /passw|_pwd$|^pwd$|secret|token|^requirepass$|^masterauth$|auth-pass/i;

/** A URL up to the first character that ends one. */
const URL_TEXT = /\b[a-z][a-z0-9+.-]{0,20}:\/\/[^\s'"]*/gi;

/** The spans of the secrets in a value, also in the variables that it is made of. */
function* secretsOfValue(value: Value, secret: boolean, depth = 0): Generator<Span> {
  if (depth > 12) return;
  if (value.kind === 'string') {
    const inner = secretsOfUrls(value.text);
    let start = 0;
    for (const piece of value.pieces) {
      const end = start + piece.text.length;
      for (const { from, to } of secret ? [{ from: start, to: end }] : inner)
        if (from < end && to > start)
          yield piece.exact
            ? {
                from: piece.from + Math.max(from - start, 0),
                to: piece.from + Math.min(to, end) - start,
              }
            : { from: piece.from, to: piece.to };
      start = end;
    }
  }
  if (value.kind === 'dict')
    for (const { key, value: inner } of value.entries.values())
      if (inner !== value) yield* secretsOfValue(inner, secret || SECRET.test(key), depth + 1);
  if (value.kind === 'list')
    for (const item of value.items) yield* secretsOfValue(item, secret, depth + 1);
}

/**
 * The passwords and other secrets of a file: those of its URLs, comments included, and the values
 * of names such as `PASSWORD`.
 *
 * @returns spans of its text, in order and without overlap
 */
export function secretsIn(file: CheckedFile): Span[] {
  const { text } = file.input;
  const spans: Span[] = [];
  const python = file.kind === 'settings' || file.kind === 'module' ? file.python : undefined;
  const readable = python !== undefined && python.syntaxErrors.length === 0;
  const hideUrls = (from: number, to: number) => {
    for (const found of secretsOfUrls(text.slice(from, to)))
      spans.push({ from: from + found.from, to: from + found.to });
  };
  // URLs in comments count too; a file that Python refuses is searched line by line.
  for (const { 0: found, index } of text.matchAll(readable ? URL_TEXT : /[^\n]+/g))
    hideUrls(index, index + found.length);
  if (python) {
    for (const { name, value } of python.assigned)
      spans.push(...secretsOfValue(value, SECRET.test(name)));
    for (const [name, { value }] of python.environment)
      spans.push(...secretsOfValue(value, SECRET.test(name)));
    for (const { from, to } of python.literals) hideUrls(from, to);
  }
  if (file.kind === 'settings')
    for (const { password } of file.connections)
      if (password && password.span.to - password.span.from < 4096 && !password.raw.includes('://'))
        spans.push(...inQuotes(text, password.span));
  if (file.kind === 'redis' || file.kind === 'sentinel') {
    // A misspelt name, or `=` after it, must not reveal the value.
    for (const { 0: line, 1: value = '', index } of text.matchAll(
      /^[ \t]*(?!tls-auth-clients)[\w-]*(?:pas|auth)[\w-]*[ \t:=]+(\S[^\r\n]*)/gim,
    ))
      spans.push({ from: index + line.length - value.length, to: index + line.length });
    for (const { name, arguments: words } of file.redis.directives) {
      const [first, ...rest] = words;
      if (name === 'user') spans.push(...rest.filter((word) => /^[>#<!]/.test(word.text)));
      if (name === 'sentinel' && first && SECRET.test(first.text)) spans.push(...rest.slice(1));
    }
  }
  // Where the value's end is not known, all of the line after the name is hidden.
  if (!readable && file.kind !== 'redis' && file.kind !== 'sentinel')
    for (const { 0: whole, 1: head = '', index } of text.matchAll(
      /^([^\n#]*(?:passw|_pwd|secret|token|requirepass|masterauth|auth-pass)\w*["']?\]?\s*[:= ]\s*)\S[^\n]*/gim,
    )) {
      const inside = spans.some(
        ({ from, to }) => to > from && from >= index && to <= index + whole.length,
      );
      if (!inside) spans.push({ from: index + head.length, to: index + whole.length });
    }
  return mergedSpans(spans);
}

/** The span between the quotes of a literal; the whole of it where it has no quotes. */
function inQuotes(text: string, { from, to }: Span): Span[] {
  const literal = text.slice(from, to);
  const [, open = ''] = /^([a-z]{0,3}(?:"""|'''|"|'))/i.exec(literal) ?? [];
  const close = open.replace(/^[a-z]+/i, '');
  return open !== '' && literal.endsWith(close) && literal.length >= open.length + close.length
    ? [{ from: from + open.length, to: to - close.length }]
    : open === ''
      ? [{ from, to }]
      : [];
}
