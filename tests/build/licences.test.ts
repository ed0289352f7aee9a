import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { sites } from '../sites.ts';

const [site] = sites;
const project = join(import.meta.dirname, '../..');

/** Licences that let the project use a package and pass on copies of it. */
const ALLOWED = new Set([
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BlueOak-1.0.0',
  'CC0-1.0',
  'ISC',
  'LGPL-3.0-or-later',
  'MIT',
  'MPL-2.0',
  'OFL-1.1',
  'Python-2.0',
  'Zlib',
]);

/** Whether an SPDX expression is allowed: each operand of AND needs one allowed alternative of OR. */
const isAllowed = (licence: string) =>
  licence
    .replaceAll(/[()]/g, '')
    .split(' AND ')
    .every((each) => each.split(' OR ').some((one) => ALLOWED.has(one)));

test('each installed package has an allowed licence and a digest, and no registry address', () => {
  const { packages } = JSON.parse(readFileSync(join(project, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { license?: string; integrity?: string; resolved?: string }>;
  };
  const installed = Object.entries(packages).filter(([path]) => path !== '');
  expect(installed.length).toBeGreaterThan(300);
  const wrong = installed.filter(
    ([, { license = '', integrity, resolved }]) =>
      !isAllowed(license) || integrity === undefined || resolved !== undefined,
  );
  expect(wrong.map(([path, { license }]) => `${path}: ${license}`)).toEqual([]);
});

test('licences.txt has the licences of the packages in the pages’ scripts', () => {
  const text = readFileSync(join(site.directory, 'licences.txt'), 'utf8');
  const named = Array.from(text.matchAll(/^## (\S+) - \S+ \((.+)\)$/gm), ([, name]) => name);
  expect(named).toEqual(
    expect.arrayContaining([
      '@astrojs/starlight',
      '@lezer/python',
      '@pagefind/default-ui',
      'client-zip',
      'fastest-levenshtein',
    ]),
  );
  expect(text.match(/^Copyright|^\s*MIT License/gim)?.length).toBeGreaterThanOrEqual(named.length);
});
