import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { checkFiles } from '../../src/checker/check.ts';
import { CODES, edited, type Code } from '../../src/checker/findings.ts';
import type { GivenFile } from '../../src/checker/read/files.ts';
import { readsInPython } from './python.ts';
import { EXAMPLES } from '../../src/checker/findings/examples.ts';
import { FINDINGS_FOLDER } from '../../src/site/source.ts';

/** The findings of a code in files. */
const found = (files: readonly GivenFile[], code: Code) =>
  checkFiles(files).findings.filter((each) => each.code === code);

const codes = Object.keys(CODES) as Code[];

test('the texts of pages are those of the codes', () => {
  const files = readdirSync(join(import.meta.dirname, '../..', FINDINGS_FOLDER));
  expect(files.toSorted()).toEqual(codes.map((code) => `${code}.yaml`).toSorted());
});

describe.each(codes)('%s', (code) => {
  const { has, nearly, norepair } = EXAMPLES[code];

  test('is found in a file that has it, and not in one that nearly has it', () => {
    expect(found(has, code)).not.toEqual([]);
    expect(found(nearly, code)).toEqual([]);
  });

  test('points into the file, and says nothing secret', () => {
    for (const { file, span, params } of found(has, code)) {
      const text = has.find(({ name }) => name === file)?.text ?? '';
      expect(span.from).toBeGreaterThanOrEqual(0);
      expect(span.to).toBeLessThanOrEqual(text.length);
      expect(JSON.stringify(params)).not.toMatch(/p@ss|p%40ss|secret/);
    }
  });

  test(
    norepair ? 'is for the reader to mend' : 'is gone after its repair, and nothing else comes',
    () => {
      const before = checkFiles(has).findings;
      const own = before.filter((each) => each.code === code);
      if (norepair) {
        expect(own.filter(({ repair }) => repair)).toEqual([]);
        return;
      }
      // One repair after the other, as a reader applies them.
      let files = has;
      for (let times = own.length; times > 0; times -= 1) {
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
    },
  );
});
