import type { Span } from './values.ts';

/** A directive of redis.conf or sentinel.conf. */
export interface Directive extends Span {
  /** In lower case. */
  readonly name: string;
  readonly arguments: readonly (Span & { readonly text: string })[];
}

/** What such a file says. */
export interface RedisFile {
  readonly directives: readonly Directive[];
  /** Lines that Redis would refuse. */
  readonly faults: readonly Span[];
}

const HEX = /^\\x([\da-f]{2})/i;
const SIGNS: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', a: '\x07' };

/** One argument, as Redis's sdssplitargs() reads it; `undefined` for quotes that do not end. */
function argument(line: string, from: number): { text: string; to: number } | undefined {
  let text = '';
  let at = from;
  const quote = line[at];
  if (quote !== '"' && quote !== "'") {
    while (at < line.length && !/\s/.test(line[at] ?? '')) {
      // A quote in the middle of a word opens a string there too.
      if (line[at] === '"' || line[at] === "'") {
        const inner = argument(line, at);
        if (!inner) return undefined;
        return { text: text + inner.text, to: inner.to };
      }
      text += line.charAt(at);
      at += 1;
    }
    return { text, to: at };
  }
  at += 1;
  for (;;) {
    const sign = line[at];
    if (sign === undefined) return undefined;
    if (sign === quote) break;
    const hex = quote === '"' && sign === '\\' ? HEX.exec(line.slice(at, at + 4)) : null;
    if (hex) {
      text += String.fromCharCode(parseInt(hex[1] ?? '', 16));
      at += 4;
    } else if (sign === '\\' && quote === '"') {
      const next = line[at + 1] ?? '';
      text += SIGNS[next] ?? next;
      at += 2;
    } else if (sign === '\\' && line[at + 1] === "'") {
      text += "'";
      at += 2;
    } else {
      text += sign;
      at += 1;
    }
  }
  const after = line[at + 1];
  return after === undefined || /\s/.test(after) ? { text, to: at + 1 } : undefined;
}

/** Reads redis.conf or sentinel.conf, whose lines are each a directive, a comment or nothing. */
export function readRedisFile(source: string): RedisFile {
  const directives: Directive[] = [];
  const faults: Span[] = [];
  let start = 0;
  for (const line of source.split('\n')) {
    const text = line.trimEnd();
    let at = text.length - text.trimStart().length;
    if (text !== '' && text[at] !== '#') {
      const words: { text: string; from: number; to: number }[] = [];
      let broken = false;
      while (at < text.length && !broken) {
        const word = argument(text, at);
        if (!word) broken = true;
        else {
          words.push({ text: word.text, from: start + at, to: start + word.to });
          at = word.to;
          while (/\s/.test(text[at] ?? '')) at += 1;
        }
      }
      const [first, ...rest] = words;
      if (broken || !first) faults.push({ from: start, to: start + text.length });
      else
        directives.push({
          name: first.text.toLowerCase(),
          arguments: rest,
          from: first.from,
          to: start + text.length,
        });
    }
    start += line.length + 1;
  }
  return { directives, faults };
}

/** Whether it is what `aclfile` names: users, and nothing else. */
export function isAclFile({ directives }: RedisFile): boolean {
  return directives.length > 0 && directives.every(({ name }) => name === 'user');
}

/** The last directive of a name, which is the one that counts. */
export function directive({ directives }: RedisFile, name: string): Directive | undefined {
  return directives.findLast((each) => each.name === name);
}
