import { readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { children, descendants, serve, until, type Service } from '../software-run/processes.ts';
import type { WorkerStart } from '../software-run/unit.ts';

/** The arguments of a process. */
function commandOf(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  } catch {
    return [];
  }
}

/** A worker that is kept running as the unit of its service says. */
export class Worker {
  readonly name: string;
  readonly #start: WorkerStart;
  readonly #cwd: string;
  #stopping = new AbortController();
  #service: Service | undefined;
  #before = '';
  #kept = Promise.resolve();
  /** How many times it was started. */
  starts = 0;

  constructor(name: string, start: WorkerStart, cwd: string) {
    this.name = name;
    this.#start = start;
    this.#cwd = cwd;
  }

  async #launch(): Promise<Service> {
    const { command, env } = this.#start;
    this.#before = this.said();
    this.#service = undefined;
    this.starts++;
    this.#service = await serve('sh', ['-c', command], { cwd: this.#cwd, env }, () => true);
    return this.#service;
  }

  /** Starts it, and again each time it ends where its unit says so. */
  async start(): Promise<void> {
    this.#stopping = new AbortController();
    const first = await this.#launch();
    this.#kept = this.#keep(first);
  }

  async #keep(service: Service): Promise<void> {
    const { restart } = this.#start;
    const { signal } = this.#stopping;
    await service.ended;
    if (restart === undefined) return;
    try {
      await wait(restart * 1000, undefined, { signal });
    } catch {
      return;
    }
    return this.#keep(await this.#launch());
  }

  /** Kills it and all that it started; its service then starts it again. */
  async kill(): Promise<void> {
    if (!this.#service) return;
    const pids = descendants(this.#service.pid);
    await this.#service.stop();
    // A worker does not start while the process in its file of the process id exists.
    await until(() => !pids.some((pid) => signal(pid, 0)));
  }

  /** Ends it, until it is started again. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.kill();
    await this.#kept;
  }

  /** All of its processes. */
  processes(): number[] {
    return this.#service ? [this.#service.pid, ...descendants(this.#service.pid)] : [];
  }

  /** The processes in which its tasks run. */
  #tasks(): number[] {
    let main = this.#service?.pid ?? 0;
    // `celery multi` starts the worker as another process.
    for (let next: number | undefined = main; next !== undefined; [next] = children(next)) {
      main = next;
      if (!commandOf(next).includes('multi')) break;
    }
    return descendants(main);
  }

  /** Whether a task runs a program of this name just now. */
  runs(program: string): boolean {
    return this.#tasks().some((pid) => commandOf(pid)[0] === program);
  }

  /**
   * Suspends its task, in all of its processes; the worker's main process, which speaks with Redis, goes on.
   *
   * @returns lets the task go on
   */
  suspend(): () => void {
    const pids = this.#tasks();
    if (pids.length === 0) throw new Error(`${this.name} has no processes for tasks.`);
    for (const pid of pids) signal(pid, 'SIGSTOP');
    return () => {
      for (const pid of pids) signal(pid, 'SIGCONT');
    };
  }

  /** Its output so far, of all starts. */
  said(): string {
    return this.#before + (this.#service?.said() ?? '');
  }
}

/** Sends a signal to a process; false if it has ended. */
function signal(pid: number, name: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, name);
  } catch {
    return false;
  }
}
