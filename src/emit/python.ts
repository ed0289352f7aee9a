import {
  number,
  plain,
  string,
  type DictEntry,
  type Line,
  type PythonValue,
  type Token,
} from './code.ts';
import { pythonString } from './escape.ts';

/** A Python literal that is written as these tokens. */
export function literal(...tokens: readonly Token[]): PythonValue {
  return { kind: 'literal', tokens };
}

function keyToken(key: string | number): Token {
  return typeof key === 'number' ? number(String(key)) : string(pythonString(key));
}

/**
 * A Python value on one line.
 *
 * @param before the text before it, such as a separator
 */
export function pythonTokens(value: PythonValue, before = ''): Token[] {
  const separator = (at: number) => (at === 0 ? '' : ', ');
  switch (value.kind) {
    case 'literal':
      return [...(before === '' ? [] : [plain(before)]), ...value.tokens];
    case 'dict':
      return [
        plain(`${before}{`),
        ...value.entries.flatMap(([key, inner], at) => [
          ...(at === 0 ? [] : [plain(separator(at))]),
          keyToken(key),
          plain(': '),
          ...pythonTokens(inner),
        ]),
        plain('}'),
      ];
    default: {
      const [open, close] = value.kind === 'list' ? (['[', ']'] as const) : (['(', ')'] as const);
      return [
        plain(`${before}${open}`),
        ...value.items.flatMap((item, at) => pythonTokens(item, separator(at))),
        plain(close),
      ];
    }
  }
}

/**
 * The lines of a Python dict: one line for a dict with one entry, else a line for each entry.
 *
 * @param before the code before it on its first line, with the line's indent
 * @param indent the indent of its first and last lines
 * @param after the text after its closing brace
 */
export function dictLines(
  before: readonly Token[],
  entries: readonly DictEntry[],
  indent = '',
  after = '',
): Line[] {
  const all = entries.map(([key, value]) => [keyToken(key), plain(': '), ...pythonTokens(value)]);
  const [only, ...more] = all;
  if (only && more.length === 0) return [[...before, plain('{'), ...only, plain(`}${after}`)]];
  return [
    [...before, plain('{')],
    ...all.map((entry) => [plain(`${indent}    `), ...entry, plain(',')]),
    [plain(`${indent}}${after}`)],
  ];
}
