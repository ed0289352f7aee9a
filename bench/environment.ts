import { readFileSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import { join } from 'node:path';
import { PROJECT } from './astroBuild.ts';

/** Packages whose versions the results depend on. */
const PACKAGES = { astro: 'Astro', '@astrojs/starlight': 'Starlight', lighthouse: 'Lighthouse' };

/** What the results were measured with. */
export interface Environment {
  readonly chromium: string;
  /** How many programs wanted a processor when the run began and when it ended. */
  readonly load: readonly [begin: number, end: number];
}

/** How many programs want a processor now. */
export function load(): number {
  return loadavg()[0] ?? 0;
}

/** In one sentence, without anything that names the machine. */
export function environmentText({ chromium, load }: Environment): string {
  const { devDependencies } = JSON.parse(readFileSync(join(PROJECT, 'package.json'), 'utf8')) as {
    devDependencies: Record<string, string>;
  };
  const versions = Object.entries(PACKAGES).map(
    ([name, label]) => `${label} ${devDependencies[name]}`,
  );
  const date = new Date().toISOString().slice(0, 10);
  const cores = availableParallelism();
  return (
    `Measured on ${date} with Node.js ${process.versions.node}, Chromium ${chromium}, ` +
    `${versions.join(', ')}, on ${cores} cores; ` +
    `${load[0].toFixed(1)} programs wanted a core when it began, ${load[1].toFixed(1)} when it ended.`
  );
}
