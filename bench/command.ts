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
  const child = spawn(command, args, { cwd, env: { ...process.env, ...env } });
  const end = () => child.kill();
  process.once('exit', end);
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
