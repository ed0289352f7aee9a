import { AsyncLocalStorage } from 'node:async_hooks';
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'vitest';
import { limit } from '../sets.ts';

/** The surroundings of a process. */
export interface Start {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
}

/** The end of a process. */
export interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The running processes, each the leader of its process group. */
const running = new Set<ChildProcess>();

/** Ends a process and all that it started. */
function kill({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // It had ended by itself.
  }
}
process.on('exit', () => {
  running.forEach(kill);
});

/** Environment variables that would override the addresses in the files for Celery or redis-cli. */
const MISLEADING = [
  'CELERY_BROKER_URL',
  'CELERY_CONFIG_MODULE',
  'REDISCLI_AUTH',
  'DJANGO_SETTINGS_MODULE',
];

/** The process whose network namespace a test uses, where it is not the machine's. */
const network = new AsyncLocalStorage<number>();

/**
 * Does something in a new network, where everything that it starts is alone with the
 * loopback interface. Needs Linux and its root user.
 *
 * @param addresses addresses of the loopback interface besides 127.0.0.0/8 and ::1
 */
export async function inOwnNetwork<T>(
  addresses: readonly string[],
  atEnd: Finally,
  act: () => Promise<T>,
): Promise<T> {
  const lines = ['ip link set lo up', ...addresses.map((each) => `ip address add ${each} dev lo`)];
  const script = `set -e\n${lines.join('\n')}\necho up\nexec sleep infinity`;
  const holder = await serve('unshare', ['--net', 'sh', '-c', script], {}, (said) =>
    said.includes('up'),
  );
  atEnd(holder.stop);
  return network.run(holder.pid, act);
}

function launch(
  command: string,
  args: readonly string[],
  { cwd, env, input }: Start,
): ChildProcess {
  const within = network.getStore();
  if (within !== undefined) {
    args = [`--net=/proc/${within}/ns/net`, '--', command, ...args];
    command = 'nsenter';
  }
  const inherited = Object.entries(process.env).filter(([name]) => !MISLEADING.includes(name));
  const child = spawn(command, args, {
    cwd,
    // A first shell whose input is a socket, as a pipe of Node is, reads root's .bashrc, and takes its PATH.
    env: { ...Object.fromEntries(inherited), SHLVL: '2', ...env },
    stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    detached: true,
  });
  running.add(child);
  child.once('exit', () => running.delete(child));
  // A process may end without reading its input; its status and output are enough.
  child.stdin?.on('error', () => undefined).end(input);
  return child;
}

/** How long a command or a condition may take, in seconds: several times as long as any takes here. */
const PATIENCE = 180;

/** Runs a command to its end. A command that hangs is killed, with a note in `stderr`. */
export function run(command: string, args: readonly string[], start: Start = {}): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = launch(command, args, start);
    const texts = { stdout: '', stderr: '' };
    const timer = setTimeout(() => {
      texts.stderr += `\n${command} was ended after ${limit(PATIENCE) / 1000} s.`;
      kill(child);
    }, limit(PATIENCE));
    for (const stream of ['stdout', 'stderr'] as const)
      child[stream]?.setEncoding('utf8').on('data', (text: string) => (texts[stream] += text));
    child.once('error', reject);
    child.once('close', (status) => {
      clearTimeout(timer);
      resolve({ status, ...texts });
    });
  });
}

/** A process that runs until it is stopped. */
export interface Service {
  readonly pid: number;
  /** Its output so far. */
  readonly said: () => string;
  /** Fulfilled when it has ended, by itself or stopped. */
  readonly ended: Promise<void>;
  readonly stop: () => Promise<void>;
}

/**
 * Starts a process that is to keep running.
 *
 * @param isReady whether the process is ready, from its output; called repeatedly
 */
export async function serve(
  command: string,
  args: readonly string[],
  start: Start,
  isReady: (said: string) => boolean | Promise<boolean>,
): Promise<Service> {
  const child = launch(command, args, start);
  let said = '';
  let ended = false;
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => (said += text));
  const closed = new Promise<void>((resolve) => {
    child.once('error', (error) => {
      said += error.message;
      ended = true;
      resolve();
    });
    child.once('close', () => {
      ended = true;
      resolve();
    });
  });
  const stop = async () => {
    kill(child);
    await closed;
  };
  try {
    await until(() => {
      if (ended) throw new Error(`${command} ended:\n${said}`);
      return isReady(said);
    });
  } catch (error) {
    await stop();
    throw new Error(`${command} ${args.join(' ')} does not start:\n${said}`, { cause: error });
  }
  return { pid: child.pid ?? 0, said: () => said, ended: closed, stop };
}

/**
 * Stops a service when the test ends. If the test failed, prints the end of the service's output.
 *
 * @param name the heading of the output: the server and the program
 */
export function stopAtEnd(name: string, service: Service, atEnd: Finally): void {
  atEnd(async (context) => {
    if (hasFailed(context)) showLog(name, service.said());
    await service.stop();
  });
}

/** Whether the test that ends has failed. */
export const hasFailed = (context?: TestContext): boolean => context?.task.result?.state === 'fail';

/** Prints the last lines of a log. */
export function showLog(name: string, text: string): void {
  console.error(`--- ${name}\n${text.trimEnd().split('\n').slice(-60).join('\n')}\n`);
}

/**
 * Waits for a condition.
 *
 * @param seconds how long; stretched where the machine is slow
 * @throws with the source of the condition, when it is not met in time
 */
export async function until(
  isTrue: () => boolean | Promise<boolean>,
  seconds = PATIENCE,
): Promise<void> {
  const end = Date.now() + limit(seconds);
  while (!(await isTrue())) {
    if (Date.now() > end)
      throw new Error(`Not met within ${limit(seconds) / 1000} s: ${String(isTrue)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Ports that this process has handed out. */
const taken = new Set<number>();

/**
 * A TCP port of this machine that nobody listens on. It is below those that systems give to
 * connections that go out: one of these might have it before the server starts.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 10_000 + Math.floor(Math.random() * 22_000);
    if (taken.has(port) || !(await canListen(undefined, port))) continue;
    taken.add(port);
    return port;
  }
}

/** Whether a server can listen on an address and a port of this machine; by default on all, and on any. */
export function canListen(host?: string, port = 0): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => {
      resolve(false);
    });
    server.listen({ host, port }, () =>
      server.close(() => {
        resolve(true);
      }),
    );
  });
}

/** Registers what is undone when a test ends, passed or failed: Vitest's `onTestFinished`. */
export type Finally = (undo: (context?: TestContext) => Promise<void>) => void;

/** Things to undo, gathered where no test does. */
export interface Undos {
  readonly atEnd: Finally;
  /** Undoes everything, the latest first. A second call waits for the end of the first. */
  readonly undo: () => Promise<void>;
}

/** Collects the actions to undo. */
export function gatherUndos(): Undos {
  const undos: (() => Promise<void>)[] = [];
  let undone = Promise.resolve();
  const undoAll = async () => {
    const failures: unknown[] = [];
    for (let each = undos.pop(); each !== undefined; each = undos.pop())
      await each().catch((error: unknown) => failures.push(error));
    if (failures.length > 0) throw failures[0];
  };
  return {
    atEnd: (each) => {
      undos.push(each);
    },
    undo: () => (undone = undone.then(undoAll, undoAll)),
  };
}

/** A folder that is gone after the test. */
export function temporaryFolder(atEnd: Finally): string {
  const folder = mkdtempSync(join(tmpdir(), 'redis-pod-'));
  // A server that is still starting may write to it just then.
  atEnd(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  return folder;
}

/** The processes that a process has started, while it runs. */
export function children(pid: number): number[] {
  try {
    const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
    return text === '' ? [] : text.split(' ').map(Number);
  } catch {
    // It has ended meanwhile.
    return [];
  }
}

/** The processes that a process and those below it have started. */
export const descendants = (pid: number): number[] =>
  children(pid).flatMap((child) => [child, ...descendants(child)]);
