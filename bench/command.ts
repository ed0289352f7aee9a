import { spawn } from 'node:child_process';

/** Where and with what a command runs. */
export interface Place {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/**
 * Runs a command to its end; throws what it said if it fails.
 *
 * @returns all that it said
 */
export async function output(
  command: string,
  args: readonly string[],
  { cwd, env }: Place = {},
): Promise<string> {
  // A group of its own, so that all that it starts ends with it.
  const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, detached: true });
  const end = () => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    } catch {
      // It had ended by itself.
    }
  };
  // Before its folder is removed.
  process.prependOnceListener('exit', end);
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (said += text));
  const status = await new Promise((resolve, reject) => {
    child.once('error', reject).once('close', resolve);
  });
  process.off('exit', end);
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed:\n${said}`);
  return said;
}
