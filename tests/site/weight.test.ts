import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openPage, useBrowser } from '../browser.ts';
import { sites } from '../sites.ts';
import { weigh } from '../weigh.ts';

const [root] = sites;
useBrowser([root]);

/** The pages that are written, by name. */
const prose = readdirSync(join(import.meta.dirname, '../../src/content/docs/fr'))
  .map((file) => file.replace('.mdx', ''))
  .filter((name) => !['index', 'redis'].includes(name));

// The form's own script comes when the reader turns to the form.
test.each<[path: string, most: number]>([
  ['fr/redis/', 55_000],
  ['en/redis/', 55_000],
  ...prose.map((name): [string, number] => [`fr/${name}/`, 35_000]),
])('%s weighs at most %i bytes, of which at most 15 kB are script', async (path, most) => {
  await openPage(root, path, { untouched: true }, async (page) => {
    const { all, script } = await weigh(page);
    expect(all).toBeGreaterThan(10_000);
    expect(all).toBeLessThanOrEqual(most);
    expect(script).toBeLessThanOrEqual(15_000);
  });
});
