import type { CheckedFile } from './read/files.ts';
import { mergedSpans, type Span } from './read/span.ts';
import { secretsOfUrls } from './read/url.ts';
import type { StringValue, Value } from './read/values.ts';

/** Names of settings, dict keys and directives whose values are secret. */
const SECRET =
  /passw|passphrase|pass$|pwd$|secret|token|^requirepass$|^masterauth$|(?:auth|sentinel)-pass/i;

/** How deep a literal may be in others to be searched alone. */
const MAX_NESTED = 3;

/** A URL up to the first character that ends one. */
const URL_TEXT = /\b[a-z][a-z0-9+.-]{0,20}:\/\/[^\s'"]*/gi;

/** A value of which the spans of secrets are asked. */
interface Asked {
  readonly value: Value;
  /** Whether all of it is secret, and not only the passwords of its URLs. */
  readonly secret: boolean;
}

/** The spans of the secrets in a string, also in the variables that it is made of. */
function* secretsOfString({ text, pieces }: StringValue, secret: boolean): Generator<Span> {
  const inner = secret ? [{ from: 0, to: text.length }] : secretsOfUrls(text);
  if (inner.length === 0) return;
  let start = 0;
  for (const piece of pieces) {
    const end = start + piece.text.length;
    for (const { from, to } of inner)
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

/** The spans of the secrets in values. A value that several others have is read once. */
function* secretsOfValues(asked: readonly Asked[]): Generator<Span> {
  const seen = { secret: new Set<Value>(), other: new Set<Value>() };
  const left = [...asked];
  for (let next = left.pop(); next; next = left.pop()) {
    const { value, secret } = next;
    const known = secret ? seen.secret : seen.other;
    if (known.has(value)) continue;
    known.add(value);
    if (value.kind === 'string') yield* secretsOfString(value, secret);
    if (value.kind === 'dict')
      for (const { key, value: inner } of value.entries.values())
        left.push({ value: inner, secret: secret || SECRET.test(key) });
    if (value.kind === 'list') for (const item of value.items) left.push({ value: item, secret });
  }
}

/** A name that a secret belongs to, in a text that is not read as a language. */
const SECRET_NAME =
  /(?:(?:passw|passphrase|[a-z_]pass(?![a-z])|[a-z_]pwd|secret|token|requirepass|masterauth|rediscli_auth|(?:auth|sentinel)-pass)\w*["']?\]?)|redis-cli (?:[^\n]{0,200}? )?(?:-a|--pass|auth)(?= )/gi;

/** The user information of a URL, which may be a token in a requirement of pip. */
const USER_INFORMATION = /(?<=:\/\/)[^\s@]{1,300}(?=@)/g;

/** The password in the parameters of a URL. */
const PARAMETER = /(?<=[?&](?:password|passwd|pass)=)[^&\s'"#]{1,300}/gi;

/** The offset of the first character at or after an offset that is not blank. */
function afterBlanks(text: string, from: number): number {
  const blanks = /\s*/y;
  blanks.lastIndex = from;
  return from + (blanks.exec(text)?.[0].length ?? 0);
}

/** The offset of the value that `:`, `=` or a blank separates from the name before it. */
function valueAfter(text: string, nameEnd: number): number | undefined {
  const next = afterBlanks(text, nameEnd);
  const separated = text[next] === ':' || text[next] === '=';
  const from = separated ? afterBlanks(text, next + 1) : next;
  return from < text.length && (separated || text.slice(nameEnd, next).includes(' '))
    ? from
    : undefined;
}

/**
 * The values after secret names, each to the end of its line: where it really ends is not known. A name
 * in a comment does not count.
 *
 * @returns the spans from the beginning of the name's line, with where the value begins
 */
function* valuesOfSecretNames(text: string): Generator<Span & { valueFrom: number }> {
  const endOfLine = (from: number) => {
    const end = text.indexOf('\n', from);
    return end < 0 ? text.length : end;
  };
  let from = 0;
  while (from < text.length) {
    let to = endOfLine(from);
    const line = text.slice(from, to);
    const comment = line.indexOf('#');
    for (const { 0: name, index } of line
      .slice(0, comment < 0 ? line.length : comment)
      .matchAll(SECRET_NAME)) {
      const valueFrom = valueAfter(text, from + index + name.length);
      if (valueFrom === undefined) continue;
      to = endOfLine(valueFrom);
      yield { from, to, valueFrom };
      break;
    }
    from = to + 1;
  }
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
  for (const { 0: found, index } of text.matchAll(PARAMETER))
    spans.push({ from: index, to: index + found.length });
  if (file.kind === 'packages')
    for (const { 0: found, index } of text.matchAll(USER_INFORMATION))
      spans.push({ from: index, to: index + found.length });
  if (python) {
    const asked = [
      ...python.assigned.map(({ name, value }) => ({ value, secret: SECRET.test(name) })),
      ...Array.from(python.environment, ([name, { value }]) => ({
        value,
        secret: SECRET.test(name),
      })),
    ];
    for (const span of secretsOfValues(asked)) spans.push(span);
    if (readable) spans.push(...python.secretLiterals.flatMap((span) => inQuotes(text, span)));
    // A literal deep inside of f-strings is searched as a part of them.
    const around: number[] = [];
    for (const { from, to } of python.literals) {
      while ((around.at(-1) ?? Infinity) <= from) around.pop();
      if (around.length < MAX_NESTED) hideUrls(from, to);
      around.push(to);
    }
  }
  if (file.kind === 'settings')
    for (const { password } of file.connections)
      if (password && password.span.to - password.span.from < 4096 && !password.raw.includes('://'))
        spans.push(...inQuotes(text, password.span));
  if (file.kind === 'redis' || file.kind === 'sentinel') {
    // A misspelt name, or `=` after it, must not reveal the value.
    let from = 0;
    for (const line of text.split(/[\r\n]/)) {
      const [head = '', name = ''] = /^[ \t\uFEFF]*([\w-]+)(?:[ \t:=]+|(?=["']))/.exec(line) ?? [];
      if (/pas|auth/i.test(name) && !/^tls-auth-clients/i.test(name))
        spans.push({ from: from + head.length, to: from + line.length });
      // The passwords and hashes of a user, whatever the name before them.
      else if (!/^\s*#/.test(line))
        for (const { 0: word, index } of line.matchAll(/(?<=\s)[>#<!]\S+/g))
          spans.push({ from: from + index, to: from + index + word.length });
      from += line.length + 1;
    }
    for (const { name, arguments: words } of file.redis.directives) {
      const [first, ...rest] = words;
      if (name === 'user') for (const word of rest) if (/^[>#<!]/.test(word.text)) spans.push(word);
      if (name === 'sentinel' && first && SECRET.test(first.text))
        // The name of the master may stand first.
        spans.push(...(/^auth-pass$/i.test(first.text) && rest.length > 1 ? rest.slice(1) : rest));
    }
  }
  // Where the value's end is not known, all of the line after the name is hidden.
  if (!readable && file.kind !== 'redis' && file.kind !== 'sentinel') {
    for (const { to, valueFrom } of valuesOfSecretNames(text)) spans.push({ from: valueFrom, to });
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
