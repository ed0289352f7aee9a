import { expect, test } from 'vitest';
import { TEXTS } from '../../src/site/texts.ts';

test('every text of the interface is in every language', () => {
  expect(Object.keys(TEXTS.en).sort()).toEqual(Object.keys(TEXTS.fr).sort());
});

test('a text has the same parameters in every language', () => {
  const parameters = (text: string | undefined) =>
    [...(text ?? '').matchAll(/\{\{\w+\}\}/g)].flat();
  const en: Record<string, string> = TEXTS.en;
  for (const [key, text] of Object.entries(TEXTS.fr)) {
    expect(parameters(en[key]).sort(), key).toEqual(parameters(text).sort());
  }
});

test('French texts have French punctuation', () => {
  for (const [key, text] of Object.entries(TEXTS.fr)) {
    expect(text, key).not.toMatch(/\p{L}'\p{L}|[ \t\n][;:!?»]|«[ \t\n]/u);
  }
});
