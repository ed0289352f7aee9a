import { plain, string, type Line, type Token } from './code.ts';
import { pythonString } from './quote.ts';

/** An entry of a Python dict: its key, and its value as tokens. */
export type Entry = readonly [key: string, value: readonly Token[]];

/**
 * A Python dict: on one line when it has one entry, else an entry a line.
 *
 * @param before what it is the value of, with its own indent
 * @param indent that of the lines that it begins and ends on
 * @param after what follows its closing brace
 */
export function dict(
  before: readonly Token[],
  entries: readonly Entry[],
  indent = '',
  after = '',
): Line[] {
  const all = entries.map(([key, value]) => [string(pythonString(key)), plain(': '), ...value]);
  const [only, ...more] = all;
  if (only && more.length === 0) return [[...before, plain('{'), ...only, plain(`}${after}`)]];
  return [
    [...before, plain('{')],
    ...all.map((entry) => [plain(`${indent}    `), ...entry, plain(',')]),
    [plain(`${indent}}${after}`)],
  ];
}
