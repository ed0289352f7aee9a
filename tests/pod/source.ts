import { run } from '../software-run/processes.ts';
import { podSource, releaseIn } from '../stacks/release.ts';

/** The version of Pod that is run. */
export interface PodVersion {
  readonly version: string;
  /** The full id of the commit. */
  readonly commit: string;
  /** The day of the commit, as YYYY-MM-DD. */
  readonly committed: string;
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
  const log = await output('git', ['-C', podSource(), 'log', '-1', '--format=%H %cs']);
  const [commit = '', committed = ''] = log.split(' ');
  return { version: releaseIn(podSource()), commit, committed };
}

/** Copies the committed files of the checkout into a new folder: Pod writes into its tree. */
export async function exportSource(folder: string): Promise<void> {
  const script = 'mkdir "$2" && git -C "$1" archive HEAD | tar --extract --directory "$2"';
  await output('sh', ['-c', script, 'sh', podSource(), folder]);
}
