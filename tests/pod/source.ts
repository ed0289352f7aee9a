import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { run } from '../software-run/processes.ts';

/** The version of Pod that is run. */
export interface PodVersion {
  readonly version: string;
  /** The full id of the commit. */
  readonly commit: string;
  /** The day of the commit, as YYYY-MM-DD. */
  readonly committed: string;
}

/** The checkout of Esup-Pod. */
function source(): string {
  const folder = process.env['POD_SOURCE'];
  if (folder === undefined) throw new Error('POD_SOURCE names no checkout of Esup-Pod.');
  return resolve(folder);
}

/** Runs a command that must succeed, and returns its output. */
export async function output(
  command: string,
  args: readonly string[],
  start: Parameters<typeof run>[2] = {},
): Promise<string> {
  const { status, stdout, stderr } = await run(command, args, start);
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}\n${stdout}${stderr}`);
  return stdout.trim();
}

/** The version of the checkout. */
export async function podVersion(): Promise<PodVersion> {
  const settings = await readFile(join(source(), 'pod/settings.py'), 'utf8');
  const log = await output('git', ['-C', source(), 'log', '-1', '--format=%H %cs']);
  const [commit = '', committed = ''] = log.split(' ');
  const version = /^VERSION = "(.*)"$/m.exec(settings)?.[1];
  if (version === undefined) throw new Error(`${source()} is no checkout of Esup-Pod.`);
  return { version, commit, committed };
}

/** Copies the committed files of the checkout into a new folder: Pod writes into its tree. */
export async function exportSource(folder: string): Promise<void> {
  const script = 'mkdir "$2" && git -C "$1" archive HEAD | tar --extract --directory "$2"';
  await output('sh', ['-c', script, 'sh', source(), folder]);
}
