import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** The file with the release of Esup-Pod whose requirements are locked; `npm run stacks:update` writes it. */
export const RELEASE_FILE = join(import.meta.dirname, 'pod.release');

/** The release of Esup-Pod whose requirements are locked. */
export const lockedRelease = (): string => readFileSync(RELEASE_FILE, 'utf8').trim();

/**
 * The release of a checkout of Esup-Pod: its tag, or else what its settings name, which are those of 4.0.3 in 4.1.0.
 *
 * @throws if it has neither
 */
export function releaseIn(checkout: string): string {
  const args = ['-C', checkout, 'tag', '--points-at', 'HEAD'];
  const tags = spawnSync('git', args, { encoding: 'utf8' }).stdout.split('\n');
  const settings = readFileSync(join(checkout, 'pod/settings.py'), 'utf8');
  const release =
    tags.find((tag) => /^\d+(\.\d+)+$/.test(tag)) ?? /^VERSION = "(.*)"$/m.exec(settings)?.[1];
  if (release === undefined) throw new Error(`${checkout} is no checkout of Esup-Pod.`);
  return release;
}

/**
 * The checkout of Esup-Pod that POD_SOURCE names.
 *
 * @throws if it names none
 */
export function podSource(): string {
  const folder = process.env['POD_SOURCE'] ?? '';
  if (folder === '') throw new Error('POD_SOURCE is to be a checkout of Esup-Pod.');
  return resolve(folder);
}
