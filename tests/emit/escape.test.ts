import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { pythonString, redisString, shellString, urlPart } from '../../src/emit/escape.ts';
import { passwords } from '../model/architecture.ts';

test('a Python string escapes quotes, backslashes and control characters', () => {
  expect(pythonString('pod')).toBe('"pod"');
  expect(pythonString(`'"\\\t\x01é😀`)).toBe(String.raw`"'\"\\\t\u0001é😀"`);
});

test('a part of a URL has nothing that a URL, LOCATION or a broker URL reads', () => {
  expect(urlPart(`@:/?#[]%+&;,=!'()*`)).toBe(
    '%40%3A%2F%3F%23%5B%5D%25%2B%26%3B%2C%3D%21%27%28%29%2A',
  );
  expect(urlPart('é😀 ~')).toBe('%C3%A9%F0%9F%98%80%20~');
  fc.assert(
    fc.property(passwords, (password) => {
      expect(urlPart(password)).toMatch(/^(?:[\w.~-]|%[0-9A-F]{2})*$/);
      expect(decodeURIComponent(urlPart(password))).toBe(password);
    }),
  );
});

test('a string of redis.conf escapes quotes, backslashes and control characters', () => {
  expect(redisString('secret')).toBe('"secret"');
  expect(redisString(`'"\\é`)).toBe(String.raw`"'\"\\é"`);
  expect(redisString('\t\x7f')).toBe(String.raw`"\x09\x7f"`);
});

describe('a word of a shell’s script', () => {
  test('is in single quotes where these are enough, in double ones where not', () => {
    expect(shellString('a "b" $c `d` \\ !')).toBe(`'a "b" $c \`d\` \\ !'`);
    expect(shellString('l’hôte')).toBe('"l’hôte"');
    expect(shellString('')).toBe("''");
    expect(shellString(`it's $5`)).toBe(`'it'"'"'s $5'`);
  });

  test('is to a shell the text that it stands for', () => {
    const texts = fc.sample(
      fc.oneof(passwords, fc.string({ unit: fc.constantFrom(...'\'‘’“"$\\a\n') })),
      300,
    );
    const script = texts.map((text) => `printf '%s\\0' ${shellString(text)}\n`).join('');
    for (const shell of ['bash', 'sh']) {
      const { stdout, stderr } = spawnSync(shell, [], { input: script, encoding: 'utf8' });
      expect(stderr).toBe('');
      expect(stdout.split('\0').slice(0, -1)).toEqual(texts);
    }
  });
});
