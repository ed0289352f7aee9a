import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { origin } from '../tests/sites.ts';
import { output } from './command.ts';

/** The project's folder. */
export const PROJECT = join(import.meta.dirname, '..');

/** What a build took, in seconds. */
export interface BuildTime {
  readonly wall: number;
  /** The processor's, of all the build's processes. */
  readonly processor: number;
}

/** Runs a program and says its processor time: `times` tells a shell that of what it ran. */
const TIMED = '"$@" && times';

/**
 * What a shell's `times` says of what the shell ran, in seconds.
 *
 * @param said all that was said; the last line like `0m3.2s 0m0.4s` is it
 */
export function processorTime(said: string): number {
  const line = [...said.matchAll(/^(\d+)m([\d.]+)s (\d+)m([\d.]+)s$/gm)].at(-1);
  if (!line) throw new Error(`This says no times: ${said}`);
  const [user = 0, seconds = 0, system = 0, more = 0] = line.slice(1).map(Number);
  return 60 * (user + system) + seconds + more;
}

/**
 * Builds a site with the real `astro build`, at the root of a domain.
 *
 * @param folder the site's source
 * @param args options of `astro build`
 */
export async function astroBuild(folder: string, args: readonly string[] = []): Promise<BuildTime> {
  const astro = join(PROJECT, 'node_modules/astro/bin/astro.mjs');
  const command = ['-c', TIMED, 'sh', process.execPath, astro, 'build', ...args];
  const start = performance.now();
  const said = await output('sh', command, {
    cwd: folder,
    // Astro decides what a build is by NODE_ENV.
    env: {
      NODE_ENV: undefined,
      SITE_BASE: '/',
      SITE_ORIGIN: origin,
      ASTRO_TELEMETRY_DISABLED: '1',
    },
  });
  return { wall: (performance.now() - start) / 1000, processor: processorTime(said) };
}

/** Builds a site as if for the first time: without what earlier builds kept in `.cache`. */
export async function freshBuild(folder: string, args: readonly string[] = []): Promise<BuildTime> {
  for (const made of ['.cache', '.astro', 'dist'])
    await rm(join(folder, made), { recursive: true, force: true });
  return astroBuild(folder, args);
}
