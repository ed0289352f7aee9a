import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

test('the lock file has no engines, of which npm ci would warn', () => {
  const text = readFileSync(join(import.meta.dirname, '../package-lock.json'), 'utf8');
  const { packages } = JSON.parse(text) as { packages: Record<string, object> };
  const paths = Object.keys(packages).filter((path) => path !== '');
  // `node tests/lock.ts` removes the engines.
  expect(paths.filter((path) => 'engines' in (packages[path] ?? {}))).toEqual([]);
});
