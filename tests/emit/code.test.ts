import { describe, expect, test } from 'vitest';
import {
  CodeWriter,
  codeText,
  commentLines,
  lineText,
  linesOf,
  plain,
} from '../../src/emit/code.ts';

/** The width of comments, their last character included. */
const WIDTH = 76;

const texts = (text: string) => commentLines(text).map(lineText);

describe('commentLines', () => {
  test('keeps a short text on one line', () => {
    expect(texts('Why this is here.')).toEqual(['# Why this is here.']);
  });

  test('wraps between words, within the width, and loses none', () => {
    const text = Array.from({ length: 60 }, (_, at) => 'w'.repeat(1 + (at % 9))).join(' ');
    const lines = texts(text);
    expect(lines.length).toBeGreaterThan(1);
    expect(lines.every((line) => line.startsWith('# ') && line.length <= WIDTH)).toBe(true);
    expect(lines.map((line) => line.slice(2)).join(' ')).toBe(text);
  });

  test('fills a line to its last character', () => {
    const [fits, tooLong] = ['a'.repeat(WIDTH - '#  b'.length), 'a'.repeat(WIDTH - '# b'.length)];
    expect(texts(`${fits} b`)).toEqual([`# ${fits} b`]);
    expect(texts(`${tooLong} b`)).toEqual([`# ${tooLong}`, '# b']);
  });

  test('does not split a word that is too long, nor a non-breaking space', () => {
    const address = `https://${'x'.repeat(100)}`;
    expect(texts(`See ${address} there`)).toEqual(['# See', `# ${address}`, '# there']);
    const word = 'a'.repeat(WIDTH - '#  b'.length);
    expect(texts(`${word} b\u00a0:`)).toEqual([`# ${word}`, '# b\u00a0:']);
  });
});

describe('CodeWriter', () => {
  const say = (key: string) => key;

  test('leaves one empty line between groups, none at the beginning or end', () => {
    const code = new CodeWriter(say, true)
      .gap()
      .line(plain('a'))
      .gap()
      .gap()
      .line(plain('b'))
      .gap();
    expect(codeText(linesOf(code.done()))).toBe('a\n\nb\n');
  });

  test('writes notes only where comments are wanted', () => {
    const written = (comments: boolean) =>
      codeText(
        linesOf(new CodeWriter(say, comments).note('file.verify.ping').line(plain('a')).done()),
      );
    expect(written(true)).toBe('# file.verify.ping\na\n');
    expect(written(false)).toBe('a\n');
  });

  test('keeps the lines of a statement under its name', () => {
    const lines = [[plain('a {')], [plain('}')]];
    const statements = new CodeWriter(say, true).line(plain('x')).statement('a', lines).done();
    expect(statements).toEqual([{ lines: [[plain('x')]] }, { name: 'a', lines }]);
  });
});
