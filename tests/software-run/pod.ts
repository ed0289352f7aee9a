import { readdirSync, readFileSync } from 'node:fs';
import { cp, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { answers } from '../emit/answers.ts';
import { DEFAULTS } from '../../src/model/architecture.ts';
import { type ConfigFile, fileText } from '../../src/emit/files.ts';
import type { ServerGroup } from '../../src/model/servers.ts';
import type { Role } from '../../src/pod/roles.ts';
import { environment, stack } from '../stacks/environment.ts';
import type { PackagesName } from '../stacks/stacks.ts';
import {
  hasFailed,
  run,
  serve,
  showLog,
  stopAtEnd,
  temporaryFolder,
  until,
  type Ended,
  type Finally,
} from './processes.ts';
import { workerStart, type WorkerStart } from './unit.ts';

/** The report of a worker that is ready; see project/pod/report.py. */
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

/** The outcome of a client of Redis; see project/attempt.py. */
export interface Attempt {
  /** The error that it raised, or nothing. */
  readonly says: string | null;
  /** How long it took; not there where it hangs. */
  readonly seconds?: number;
}

/** The report of a worker that runs a task. */
export interface TaskReport {
  readonly task: string;
  readonly video: number;
  readonly acks_late: boolean;
}

/** The start of a worker, and whether it is ready, from its output. */
interface Starter extends WorkerStart {
  readonly isReady: (said: string) => boolean;
}

/** The environment of a server with the stand-in for Pod: only web servers and Celery's workers have Django. */
export const packagesFor = (server: Role): PackagesName =>
  server === 'web' || server === 'cron' || server === 'worker' ? stack.web : stack.encode;

/** The settings of the stand-in that are not the generator's: a reader has them already. */
const OTHER_SETTINGS = `
USE_TRANSCRIPTION = True
TRANSCRIPTION_TYPE = "VOSK"
TRANSCRIPTION_MODEL_PARAM = {"VOSK": {"fr": {"model": "pod/custom"}}}
`;

/**
 * A server with the stand-in for Pod and the files that are for it. The only thing changed in the
 * files is where the project, its virtual environment, its logs and its process ids are.
 */
export class PodServer {
  readonly #id: Role;
  readonly #folder: string;
  readonly #files: readonly ConfigFile[];
  readonly #atEnd: Finally;
  readonly #project: string;
  readonly #programs: string;
  readonly #venv: string;
  readonly #logs: string;
  readonly #results: string;
  readonly #stops: (() => Promise<void>)[] = [];
  #path = process.env['PATH'] ?? '';

  private constructor(
    id: Role,
    folder: string,
    files: readonly ConfigFile[],
    packages: PackagesName,
    atEnd: Finally,
  ) {
    this.#id = id;
    this.#folder = folder;
    this.#files = files;
    this.#project = join(folder, 'project');
    this.#programs = join(folder, 'programs');
    this.#venv = environment(packages);
    this.#logs = join(folder, 'logs');
    this.#results = join(folder, 'results');
    this.#atEnd = (stop) => {
      this.#stops.push(stop);
      atEnd(stop);
    };
  }

  /**
   * @param files the files of the whole deployment
   * @param packages the server's virtual environment
   */
  static async create(
    { id }: ServerGroup,
    files: readonly ConfigFile[],
    atEnd: Finally,
    packages = packagesFor(id),
  ): Promise<PodServer> {
    const folder = temporaryFolder(atEnd);
    const own = files.filter(({ server }) => server === id || server === 'all');
    const server = new PodServer(id, folder, own, packages, atEnd);
    await server.#install();
    atEnd(async (context) => {
      if (hasFailed(context))
        for (const log of server.#logFiles()) showLog(`${id}: ${log}`, await readFile(log, 'utf8'));
    });
    return server;
  }

  get #environment() {
    return {
      PATH: `${this.#programs}:${this.#venv}/bin:${this.#path}`,
      POD_REPORTS: this.#folder,
      PYTHONDONTWRITEBYTECODE: '1',
    };
  }

  async #install(): Promise<void> {
    for (const part of ['project', 'programs'])
      await cp(join(import.meta.dirname, part), join(this.#folder, part), { recursive: true });
    // As the init script does with CELERY_CREATE_DIRS.
    await mkdir(this.#logs);
    // As systemd does with StateDirectory.
    await mkdir(this.#results);
    for (const file of this.#files) {
      const path = file.path.replace(`${DEFAULTS.project}/`, '');
      const place =
        path.startsWith('/') || path === ''
          ? join(this.#folder, file.name)
          : join(this.#project, path);
      const more = file.name === 'settings_local.py' ? OTHER_SETTINGS : '';
      await writeFile(place, this.#placed(fileText(file)) + more, { mode: 0o640 });
    }
  }

  /** Writes a file into the server's folder, where `project` and `programs` are. */
  async write(path: string, text: string): Promise<void> {
    const place = join(this.#folder, path);
    await mkdir(dirname(place), { recursive: true });
    await writeFile(place, text);
  }

  /**
   * Replaces a text in a file of the server's folder.
   *
   * @throws if the file does not have it
   */
  async change(path: string, from: string, to: string): Promise<void> {
    const place = join(this.#folder, path);
    const text = await readFile(place, 'utf8');
    if (!text.includes(from)) throw new Error(`There is no ${from} in ${path}.`);
    await writeFile(
      place,
      text.replace(from, () => to),
    );
  }

  /** Removes a file from the server's folder. */
  async remove(path: string): Promise<void> {
    await rm(join(this.#folder, path));
  }

  /** Takes a program away from the server, though this machine may have it. */
  async uninstall(program: string): Promise<void> {
    await rm(join(this.#programs, program));
    const others = join(this.#folder, 'others');
    await mkdir(others);
    for (const folder of this.#path.split(delimiter))
      for (const name of await readdir(folder).catch(() => []))
        if (name !== program)
          // The first in PATH counts.
          await symlink(join(folder, name), join(others, name)).catch(() => undefined);
    this.#path = others;
  }

  /** A text with the server's own folders for the usual ones. */
  #placed(text: string): string {
    return text
      .replaceAll(stack.unknown ?? '\0', '')
      .replaceAll(DEFAULTS.project, this.#project)
      .replaceAll(DEFAULTS.venv, this.#venv)
      .replaceAll(DEFAULTS['venv.encode'], this.#venv)
      .replaceAll(DEFAULTS.results, this.#results)
      .replaceAll('/etc/default/', `${this.#folder}/`)
      .replaceAll(DEFAULTS.logs, this.#logs)
      .replaceAll(DEFAULTS.pids, this.#logs);
  }

  /** Visits the web server, and returns the key of the session. */
  async visit(...options: string[]): Promise<string> {
    await this.migrate();
    return this.#python('web.py', ...options);
  }

  /** Makes the tables of the SQL database. */
  async migrate(): Promise<void> {
    await this.#python('manage.py', 'migrate', '--verbosity', '0');
  }

  /** Publishes tasks, numbered from 1, to each queue that the web server publishes to. */
  async publish(count: number): Promise<void> {
    await this.#python('publish.py', String(count));
  }

  /** Writes values with an expiry into the default cache, of so many megabytes together. */
  async fill(megabytes: number): Promise<void> {
    await this.#shell(
      `for part in range(${4 * megabytes}): caches["default"].set(part, b"x" * 2**18, 600)`,
    );
  }

  /** Writes values into the default cache and reads each at once; gives how many were not there. */
  async missedAtOnce(count: number): Promise<number> {
    const script = `missed = 0
for part in range(${count}):
    caches["default"].set(part, part, 60)
    missed += caches["default"].get(part) != part
print(missed)`;
    return Number(await this.#shell(script));
  }

  /** The outcome of each client on a web server; see project/attempt.py. */
  async attempt(seconds: number): Promise<Record<string, Attempt>> {
    const said: unknown = JSON.parse(await this.#python('attempt.py', String(seconds)));
    return said as Record<string, Attempt>;
  }

  /** Tries each client on a web server until it works; gives the seconds until each did. */
  async recover(seconds: number): Promise<Record<string, number>> {
    return JSON.parse(await this.#python('recover.py', String(seconds))) as Record<string, number>;
  }

  /** Makes the tasks of the server's workers take as long as this; else they take no time. */
  async makeTasksTake(seconds: number): Promise<void> {
    await writeFile(join(this.#folder, 'seconds'), String(seconds));
  }

  /** Kills the server's workers and all that they started, as a power cut does. */
  async killWorkers(): Promise<void> {
    for (const stop of this.#stops.splice(0)) await stop();
  }

  /** Runs `celery` in the project until a text is in its output or it ends; returns the output. */
  async celeryUntil(message: RegExp, ...args: string[]): Promise<string> {
    const start = { cwd: this.#project, env: this.#environment };
    try {
      const { said, stop } = await serve('celery', args, start, (text) => message.test(text));
      await stop();
      return said();
    } catch (error) {
      return String(error);
    }
  }

  /**
   * Types a page's commands into a shell, for a minute at most, and returns the output.
   *
   * @param input the answers to their prompts
   */
  async type(commands: string, input = ''): Promise<string> {
    const start = { cwd: this.#folder, env: this.#environment, input };
    const { stdout, stderr } = await run('bash', ['-c', this.#placed(commands)], start);
    return stdout + stderr;
  }

  /** Runs a statement in Django's shell. */
  async #shell(statement: string): Promise<string> {
    const script = `from django.core.cache import caches\n${statement}`;
    return this.#python('manage.py', 'shell', '-c', script);
  }

  async #python(...args: string[]): Promise<string> {
    const start = { cwd: this.#project, env: this.#environment };
    const { status, stdout, stderr } = await run(join(this.#venv, 'bin/python'), args, start);
    if (status !== 0) throw new Error(`${this.#id}: python ${args.join(' ')}\n${stderr}`);
    return stdout.trim();
  }

  /** The workers that are ready, by the logs that the init script has them write. */
  #readyByLog(): number {
    return this.#logFiles().filter((log) => readFileSync(log, 'utf8').includes('ready.')).length;
  }

  #logFiles(): string[] {
    const names = readdirSync(this.#logs).filter((name) => name.endsWith('.log'));
    return names.map((name) => join(this.#logs, name));
  }

  /** The command with which a file starts a worker; none if the file starts none. */
  async #starter(file: ConfigFile): Promise<Starter | undefined> {
    const place = join(this.#folder, file.name);
    const text = await readFile(place, 'utf8').catch(() => '');
    const start = workerStart(file, place, text, this.#project);
    if (!start) return undefined;
    const ready = this.#readyByLog();
    const isReady =
      file.kind === 'init-defaults'
        ? () => this.#readyByLog() > ready
        : (said: string) => said.includes('ready.');
    return { ...start, isReady };
  }

  /**
   * Types commands that a page shows, of which the last one starts a worker, and waits until that
   * reports; it runs until the test ends.
   */
  async typeWorker(commands: string): Promise<WorkerReport> {
    const before = (await this.workers()).length;
    const start = { cwd: this.#folder, env: this.#environment };
    const script = this.#placed(commands);
    const worker = await serve('sh', ['-c', script], start, (said) => said.includes('ready.'));
    stopAtEnd(`${this.#id}: ${script}`, worker, this.#atEnd);
    await until(async () => (await this.workers()).length > before);
    const report = (await this.workers()).at(-1);
    if (!report) throw new Error('The worker has not reported.');
    return report;
  }

  /** Starts the server's workers with the commands in its files, until the test ends. */
  async startWorkers(): Promise<void> {
    const before = (await this.workers()).length;
    let started = 0;
    for (const file of this.#files) {
      const starter = await this.#starter(file);
      if (!starter) continue;
      const { command, env, restart, isReady } = starter;
      const start = { cwd: this.#folder, env: { ...this.#environment, ...env } };
      const kept = `while true; do (${command}); sleep ${restart}; done`;
      const worker = await serve(
        'sh',
        ['-c', restart === undefined ? command : kept],
        start,
        isReady,
      );
      stopAtEnd(`${this.#id}: ${file.name}`, worker, this.#atEnd);
      started++;
    }
    await until(async () => (await this.workers()).length === before + started);
  }

  /**
   * Runs the commands that verify the server, which read passwords from their input.
   *
   * @param password the one that was typed into the form
   */
  async verify(password: string): Promise<Ended> {
    // A container's shell is in the project already, a server's need not be.
    const container = this.#files.some(({ name }) => name.startsWith('start-'));
    const cwd = container ? this.#project : this.#folder;
    const script = join(this.#folder, 'verify.sh');
    const input = answers(await readFile(script, 'utf8'), password);
    return run('bash', [script], { cwd, env: this.#environment, input });
  }

  /** The settings that the server's workers apply. */
  async workers(): Promise<WorkerReport[]> {
    return (await this.#reports('workers')) as WorkerReport[];
  }

  /** The tasks that the server's workers ran. */
  async tasks(): Promise<TaskReport[]> {
    return (await this.#reports('tasks')) as TaskReport[];
  }

  /** The tasks that the server's workers ran to their end. */
  async finished(): Promise<Pick<TaskReport, 'task' | 'video'>[]> {
    return (await this.#reports('finished')) as TaskReport[];
  }

  async #reports(name: string): Promise<unknown[]> {
    const lines = await readFile(join(this.#folder, name), 'utf8').catch(() => '');
    return lines
      .split('\n')
      .filter((line) => line !== '')
      .map((line): unknown => JSON.parse(line));
  }
}
