import { PASSWORD_PLACEHOLDER } from '../../model/password.ts';
import type { Span } from './span.ts';

/** A line of redis.conf or sentinel.conf with a directive. */
export interface DirectiveLine extends Span {
  /** The directive's name in lower case. */
  readonly name: string;
  readonly arguments: readonly (Span & { readonly text: string })[];
}

/** A redis.conf or sentinel.conf. */
export interface RedisFile {
  readonly directives: readonly DirectiveLine[];
  /** Lines whose quotes Redis would refuse. */
  readonly syntaxErrors: readonly Span[];
}

const HEX = /^\\x([\da-f]{2})/i;
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', a: '\x07' };

/** Reads one argument as Redis's sdssplitargs() does; `undefined` for quotes that do not end. */
function readArgument(line: string, from: number): { text: string; to: number } | undefined {
  let text = '';
  let at = from;
  const quote = line[at];
  if (quote !== '"' && quote !== "'") {
    while (at < line.length && !/\s/.test(line[at] ?? '')) {
      // A quote in the middle of a word also opens a string.
      if (line[at] === '"' || line[at] === "'") {
        const inner = readArgument(line, at);
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
    const character = line[at];
    if (character === undefined) return undefined;
    if (character === quote) break;
    const hex = quote === '"' && character === '\\' ? HEX.exec(line.slice(at, at + 4)) : null;
    if (hex) {
      text += String.fromCharCode(parseInt(hex[1] ?? '', 16));
      at += 4;
    } else if (character === '\\' && quote === '"') {
      const next = line[at + 1] ?? '';
      text += ESCAPES[next] ?? next;
      at += 2;
    } else if (character === '\\' && line[at + 1] === "'") {
      text += "'";
      at += 2;
    } else {
      text += character;
      at += 1;
    }
  }
  const after = line[at + 1];
  return after === undefined || /\s/.test(after) ? { text, to: at + 1 } : undefined;
}

/** Reads redis.conf or sentinel.conf: each line is a directive, a comment or empty. */
export function readRedisFile(source: string): RedisFile {
  const directives: DirectiveLine[] = [];
  const syntaxErrors: Span[] = [];
  let start = 0;
  for (const line of source.split('\n')) {
    const text = line.trimEnd();
    let at = text.length - text.trimStart().length;
    if (text !== '' && text[at] !== '#') {
      const words: { text: string; from: number; to: number }[] = [];
      let broken = false;
      while (at < text.length && !broken) {
        const word = readArgument(text, at);
        if (!word) broken = true;
        else {
          words.push({ text: word.text, from: start + at, to: start + word.to });
          at = word.to;
          while (/\s/.test(text[at] ?? '')) at += 1;
        }
      }
      // The generator's placeholder is three arguments, so that Redis refuses it; it is meant as one.
      const placeholder = words.findIndex(({ text: word }) => word === PASSWORD_PLACEHOLDER);
      if (words[placeholder - 1]?.text === '<' && words[placeholder + 1]?.text === '>')
        words.splice(placeholder - 1, 3, ...words.slice(placeholder, placeholder + 1));
      const [first, ...rest] = words;
      if (broken || !first) syntaxErrors.push({ from: start, to: start + text.length });
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
  return { directives, syntaxErrors };
}

/** Whether a file is the one that `aclfile` names: it has users and nothing else. */
export function isAclFile({ directives }: RedisFile): boolean {
  return directives.length > 0 && directives.every(({ name }) => name === 'user');
}

/** The last line of a directive, which is the one that Redis uses. */
export function directive({ directives }: RedisFile, name: string): DirectiveLine | undefined {
  return directives.findLast((each) => each.name === name);
}

/** The first argument of a directive's last line. */
export function directiveValue(file: RedisFile, name: string): string | undefined {
  return directive(file, name)?.arguments[0]?.text;
}
