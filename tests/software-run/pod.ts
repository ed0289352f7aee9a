import { chmod, cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ConfigFile } from '../../src/core/files.ts';
import { fileText } from '../../src/core/files.ts';
import { PROJECT, VENV_BIN } from '../../src/core/emit/worker.ts';
import type { ServerGroup } from '../../src/core/servers.ts';
import { python } from '../software.ts';
import { run, serve, temporaryFolder, until, type Ended, type Finally } from './processes.ts';

/** What a worker reports when it is ready; see project/pod/report.py. */
export interface WorkerReport {
  readonly app: string;
  readonly node: string;
  readonly queues: readonly string[];
  readonly concurrency: number;
  readonly prefetch: number;
  readonly time_limit: number | null;
  readonly tasks_per_child: number | null;
  readonly acks_late: boolean;
  readonly visibility_timeout: number;
}

/** What a worker reports when it runs a task. */
export interface TaskReport {
  readonly task: string;
  readonly video: number;
  readonly acks_late: boolean;
}

/**
 * A server with the stand-in for Pod and the files that are for it. The only thing changed in the
 * files is where the project and its virtual environment are.
 */
export class PodServer {
  readonly #folder: string;
  readonly #files: readonly ConfigFile[];
  readonly #atEnd: Finally;

  private constructor(folder: string, files: readonly ConfigFile[], atEnd: Finally) {
    this.#folder = folder;
    this.#files = files;
    this.#atEnd = atEnd;
  }

  /** @param files the files of the whole deployment */
  static async create(
    { id }: ServerGroup,
    files: readonly ConfigFile[],
    atEnd: Finally,
  ): Promise<PodServer> {
    const folder = temporaryFolder(atEnd);
    const own = files.filter(({ server }) => server === id || server === 'all');
    const server = new PodServer(folder, own, atEnd);
    await server.#install();
    return server;
  }

  get #project(): string {
    return join(this.#folder, 'project');
  }

  get #bin(): string {
    return join(this.#folder, 'bin');
  }

  get #environment() {
    return {
      PATH: `${this.#bin}:${process.env['PATH'] ?? ''}`,
      POD_REPORTS: this.#folder,
      PYTHONDONTWRITEBYTECODE: '1',
    };
  }

  async #install(): Promise<void> {
    await cp(join(import.meta.dirname, 'project'), this.#project, { recursive: true });
    await mkdir(this.#bin);
    // As in a virtual environment, where celery does not see the working directory by itself.
    const celery = `#!${python()}\nimport sys\nfrom celery.__main__ import main\nsys.exit(main())\n`;
    for (const [name, text] of [
      ['celery', celery],
      ['python', `#!/bin/sh\nexec ${python()} "$@"\n`],
    ] as const) {
      await writeFile(join(this.#bin, name), text);
      await chmod(join(this.#bin, name), 0o755);
    }
    for (const file of this.#files) {
      const path = file.path.replace(`${PROJECT}/`, '');
      const place =
        path.startsWith('/') || path === ''
          ? join(this.#folder, file.name)
          : join(this.#project, path);
      const text = fileText(file)
        .replaceAll(PROJECT, this.#project)
        .replaceAll(VENV_BIN, this.#bin);
      await writeFile(place, text);
    }
  }

  #has(name: string): boolean {
    return this.#files.some((file) => file.name === name);
  }

  /** Does what a visitor to the web server does, and gives the key of the session. */
  async visit(...options: string[]): Promise<string> {
    return this.#python('web.py', ...options);
  }

  /** Empties a cache. */
  async clear(cache: string): Promise<void> {
    const script = `from django.core.cache import caches; caches["${cache}"].clear()`;
    await this.#python('manage.py', 'shell', '-c', script);
  }

  /** Tells of each client of Redis whether it gets in, one a line; see project/reach.py. */
  async reach(): Promise<string[]> {
    return (await this.#python('reach.py')).split('\n');
  }

  async #python(...args: string[]): Promise<string> {
    const start = { cwd: this.#project, env: this.#environment };
    const { status, stdout, stderr } = await run(python(), args, start);
    if (status !== 0) throw new Error(stderr);
    return stdout.trim();
  }

  /** Starts the server's workers as its files say, until the test ends. */
  async startWorkers(): Promise<void> {
    const commands: { command: string; env?: Record<string, string> }[] = [];
    // The words that Celery's init script makes of its settings, for one worker in the foreground.
    if (this.#has('celeryd'))
      commands.push({
        command:
          `. ${join(this.#folder, 'celeryd')}; exec $CELERY_BIN --app=$CELERY_APP --workdir=$CELERYD_CHDIR worker ` +
          '--loglevel=$CELERYD_LOG_LEVEL --hostname=$CELERYD_NODES@%h $CELERYD_OPTS',
      });
    for (const { name } of this.#files) {
      const place = join(this.#folder, name);
      if (name.endsWith('.service')) {
        const unit = await readFile(place, 'utf8');
        const get = (key: string) => new RegExp(`^${key}=(.*)$`, 'm').exec(unit)?.[1] ?? '';
        const [variable, value] = get('Environment').split('=');
        commands.push({
          // systemd itself makes one % of two.
          command: `cd ${get('WorkingDirectory')}; exec ${get('ExecStart').replaceAll('%%', '%')}`,
          ...(variable ? { env: { [variable]: value ?? '' } } : {}),
        });
      }
      if (name.startsWith('start-'))
        commands.push({ command: `cd ${this.#project}; exec sh ${place}` });
    }
    const before = (await this.workers()).length;
    for (const { command, env } of commands) {
      const start = { cwd: this.#folder, env: { ...this.#environment, ...env } };
      const worker = await serve('sh', ['-c', command], start, (said) => said.includes('ready.'));
      this.#atEnd(worker.stop);
    }
    await until(async () => (await this.workers()).length === before + commands.length);
  }

  /** Runs the commands that verify the server, which read the password from their input. */
  async verify(password: string): Promise<Ended> {
    // A container's shell is in the project already, a server's need not be.
    const container = this.#files.some(({ name }) => name.startsWith('start-'));
    const cwd = container ? this.#project : this.#folder;
    const start = { cwd, env: this.#environment, input: `${password}\n` };
    return run('bash', [join(this.#folder, 'verify.sh')], start);
  }

  /** What the server's workers apply. */
  async workers(): Promise<WorkerReport[]> {
    return (await this.#reports('workers')) as WorkerReport[];
  }

  /** The tasks that the server's workers ran. */
  async tasks(): Promise<TaskReport[]> {
    return (await this.#reports('tasks')) as TaskReport[];
  }

  async #reports(name: string): Promise<unknown[]> {
    const lines = await readFile(join(this.#folder, name), 'utf8').catch(() => '');
    return lines
      .split('\n')
      .filter((line) => line !== '')
      .map((line): unknown => JSON.parse(line));
  }
}
