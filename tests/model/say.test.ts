import { describe, expect, test } from 'vitest';
import { speaker } from '../../src/model/say.ts';
import { TEXTS } from '../../src/site/texts.ts';

const fr = speaker(TEXTS.fr, 'fr');
const en = speaker(TEXTS.en, 'en');

describe('speaker', () => {
  test('takes the plural of the language: zero is singular in French alone', () => {
    // A text with plurals has two keys; the type takes their base key only.
    const texts = {
      'file.placeholder_one': '{{count}} file',
      'file.placeholder_other': '{{count}} files',
    };
    const counts = [0, 1, 2, 50];
    const said = (language: string) =>
      counts.map((count) => speaker(texts, language)('file.placeholder', { count }));
    expect(said('fr')).toEqual(['0 file', '1 file', '2 files', '50 files']);
    expect(said('en')).toEqual(['0 files', '1 file', '2 files', '50 files']);
  });

  test('puts values into a text, and leaves a mark it has no value for', () => {
    expect(en('file.unit.description', { queue: 'xapi' })).toBe('Celery worker of Pod, queue xapi');
    expect(fr('file.unit.description')).toContain('{{queue}}');
  });

  test('reads nothing in a value: neither marks nor the patterns of replace()', () => {
    expect(en('file.unit.description', { queue: '{{queue}} $& $1' })).toBe(
      'Celery worker of Pod, queue {{queue}} $& $1',
    );
  });
});

describe('the texts', () => {
  const marks = (text: string) => [...new Set(text.match(/\{\{\w+\}\}/g))].sort();

  test('have the same keys and the same marks in both languages', () => {
    expect(Object.keys(TEXTS.en).sort()).toEqual(Object.keys(TEXTS.fr).sort());
    for (const [key, text] of Object.entries(TEXTS.fr)) {
      // The singular may have “one” in place of the number.
      if (key.endsWith('_one')) continue;
      expect({ key, marks: marks(TEXTS.en[key as keyof typeof TEXTS.en]) }).toEqual({
        key,
        marks: marks(text),
      });
    }
  });

  test('are none of them empty', () => {
    expect(Object.values({ ...TEXTS.fr, ...TEXTS.en })).not.toContain('');
  });
});
