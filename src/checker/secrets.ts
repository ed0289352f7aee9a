import type { CheckedFile } from './files.ts';
import type { Span, Value } from './values.ts';

/** Names whose values are secret, as settings, dict keys and directives have them. */
const SECRET = /passw|_pwd$|^pwd$|secret|token|^requirepass$|^masterauth$|auth-pass/i;

/** The password in the user information of a URL, also of one that its password breaks. */
const IN_URL = /\b[a-z][a-z0-9+.-]*:\/\/[^\s:@/'"]*:([^\s'";]*)@/gi;

/** The texts that a value is written with, under other names too. */
function* stringsOf(value: Value, secret: boolean, depth = 0): Generator<Span> {
  if (depth > 12) return;
  if (value.kind === 'string') {
    const inner = [...value.text.matchAll(IN_URL)].map((found) => {
      const from = found.index + found[0].length - 1 - (found[1]?.length ?? 0);
      return { from, to: from + (found[1]?.length ?? 0) };
    });
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
      if (inner !== value) yield* stringsOf(inner, secret || SECRET.test(key), depth + 1);
  if (value.kind === 'list')
    for (const item of value.items) yield* stringsOf(item, secret, depth + 1);
}

/**
 * Where a file has passwords and other secrets: in URLs, and in what has such a name.
 *
 * @returns parts of its text, in order and without overlap
 */
export function secretsIn(file: CheckedFile): Span[] {
  const { text } = file.given;
  const spans: Span[] = [];
  for (const found of text.matchAll(IN_URL)) {
    const length = found[1]?.length ?? 0;
    const from = found.index + found[0].length - 1 - length;
    spans.push({ from, to: from + length });
  }
  if (file.kind === 'settings' || file.kind === 'module')
    for (const [name, { value }] of [...file.python.bindings, ...file.python.environment])
      spans.push(...stringsOf(value, SECRET.test(name)));
  if (file.kind === 'settings')
    for (const { password } of file.connections)
      if (password && password.at.to - password.at.from < 4096 && !password.raw.includes('://'))
        spans.push(...inQuotes(text, password.at));
  if (file.kind === 'redis' || file.kind === 'sentinel')
    for (const { name, arguments: given } of file.redis.directives) {
      const [first, ...rest] = given;
      if (SECRET.test(name) && first) spans.push(first);
      if (name === 'user') spans.push(...rest.filter((word) => /^[>#<!]/.test(word.text)));
      if (name === 'sentinel' && first && SECRET.test(first.text)) spans.push(...rest.slice(1));
    }
  // What could not be read is hidden from its name to the end of its line.
  for (const { 0: whole, 1: head = '', index } of text.matchAll(
    /^([^\n#]*(?:passw|_pwd|secret|token|requirepass|masterauth|auth-pass)\w*["']?\]?\s*[:= ]\s*)\S[^\n]*/gim,
  )) {
    const inside = spans.some(
      ({ from, to }) => to > from && from >= index && to <= index + whole.length,
    );
    const readable =
      (file.kind === 'settings' || file.kind === 'module') && file.python.faults.length === 0;
    if (!inside && !readable && file.kind !== 'redis' && file.kind !== 'sentinel')
      spans.push({ from: index + head.length, to: index + whole.length });
  }
  return merged(spans);
}

/** What stands between the quotes of a literal. */
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

function merged(spans: readonly Span[]): Span[] {
  const result: { from: number; to: number }[] = [];
  for (const { from, to } of spans
    .filter((span) => span.to > span.from)
    .toSorted((a, b) => a.from - b.from || a.to - b.to)) {
    const last = result.at(-1);
    if (last && from <= last.to) last.to = Math.max(last.to, to);
    else result.push({ from, to });
  }
  return result;
}
