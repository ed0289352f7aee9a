import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

test('the lock file makes npm ci warn of no engine, and has no address of a registry', () => {
  const text = readFileSync(join(import.meta.dirname, '../package-lock.json'), 'utf8');
  const { packages } = JSON.parse(text) as { packages: Record<string, object> };
  const paths = Object.keys(packages).filter((path) => path !== '');
  // `node tests/lock.ts` removes them.
  expect(paths.filter((path) => 'engines' in (packages[path] ?? {}))).toEqual([]);
  expect(paths.filter((path) => 'resolved' in (packages[path] ?? {}))).toEqual([]);
});
