import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { checkFiles } from '../../src/checker/check.ts';
import { FINDING_CODES, FINDINGS, type FindingCode } from '../../src/checker/findings.ts';
import type { InputFile } from '../../src/checker/read/files.ts';
import { edited } from '../../src/checker/repair/edits.ts';
import { FINDINGS_FOLDER } from '../../src/site/source.ts';
import { readsInPython } from './python.ts';

/** The findings of one code in files. */
const found = (files: readonly InputFile[], code: FindingCode) =>
  checkFiles(files).findings.filter((each) => each.code === code);

test('every code is defined once', () => {
  expect(Object.keys(FINDINGS)).toEqual(FINDING_CODES);
});

test('every code has the texts of its page, and no other file is among them', () => {
  const files = readdirSync(join(import.meta.dirname, '../..', FINDINGS_FOLDER));
  expect(files.toSorted()).toEqual(FINDING_CODES.map((code) => `${code}.yaml`).toSorted());
});

describe.each(FINDING_CODES)('%s', (code) => {
  const { example, nearMiss, repairable } = FINDINGS[code];

  test('is found in its example, and not in its near miss', () => {
    expect(found(example, code)).not.toEqual([]);
    expect(found(nearMiss, code)).toEqual([]);
  });

  test('has a span inside of the file, and parameters without a password', () => {
    for (const { file, span, params } of found(example, code)) {
      const text = example.find(({ name }) => name === file)?.text ?? '';
      expect(span.from).toBeGreaterThanOrEqual(0);
      expect(span.to).toBeLessThanOrEqual(text.length);
      expect(JSON.stringify(params)).not.toMatch(/p@ss|p%40ss|secret/);
    }
  });

  if (repairable === false)
    test('has no repair', () => {
      expect(found(example, code).filter(({ repair }) => repair)).toEqual([]);
    });
  else
    test('is gone after its repair, without a new error or warning', () => {
      const before = checkFiles(example).findings;
      // Readers apply one repair after the other.
      let files = example;
      for (let times = found(example, code).length; times > 0; times -= 1) {
        const [next] = found(files, code);
        if (!next) break;
        expect(next.repair).toBeDefined();
        files = files.map((file) =>
          file.name === next.file ? { ...file, text: edited(file.text, next.repair ?? []) } : file,
        );
      }
      expect(found(files, code)).toEqual([]);
      const known = new Set(before.map((each) => each.code));
      expect(
        checkFiles(files).findings.filter(
          (each) => !known.has(each.code) && each.severity !== 'advice',
        ),
      ).toEqual([]);
      for (const { name, text } of files)
        if (name.endsWith('.py')) expect(readsInPython(text)).toBe(true);
    });
});
