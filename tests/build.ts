import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { origin, sites } from './sites.ts';

/** Builds the site for every base of the tests, one after the other because they share Astro's cache. */
export default function buildSites(): void {
  // With Vitest's NODE_ENV, `test`, Astro would make a development build.
  const env = Object.fromEntries(Object.entries(process.env).filter(([key]) => key !== 'NODE_ENV'));
  const astro = join(import.meta.dirname, '../node_modules/.bin/astro');
  for (const { base, directory } of sites) {
    const { status, stdout, stderr } = spawnSync(astro, ['build', '--outDir', directory], {
      encoding: 'utf8',
      env: { ...env, SITE_BASE: base, SITE_ORIGIN: origin },
    });
    if (status !== 0) throw new Error(`The site does not build for ${base}:\n${stdout}${stderr}`);
  }
}
