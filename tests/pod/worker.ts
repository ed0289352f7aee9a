import { setTimeout as wait } from 'node:timers/promises';
import { serve, type Service } from '../software-run/processes.ts';
import type { WorkerStart } from '../software-run/unit.ts';

/** A worker that is kept running as the unit of its service says. */
export class Worker {
  readonly name: string;
  readonly #start: WorkerStart;
  readonly #cwd: string;
  readonly #stopping = new AbortController();
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
    this.starts++;
    this.#service = await serve('sh', ['-c', command], { cwd: this.#cwd, env }, () => true);
    return this.#service;
  }

  /** Starts it, and again each time it ends where its unit says so. */
  async start(): Promise<void> {
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
    this.#before += service.said();
    return this.#keep(await this.#launch());
  }

  /** Kills it and all that it started; its service then starts it again. */
  async kill(): Promise<void> {
    await this.#service?.stop();
  }

  /** Ends it for good. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#service?.stop();
    await this.#kept;
  }

  /** Its output so far, of all starts. */
  said(): string {
    return this.#before + (this.#service?.said() ?? '');
  }
}
