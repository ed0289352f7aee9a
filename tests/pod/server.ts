import { readdirSync, readFileSync } from 'node:fs';
import { appendFile, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { DEFAULTS } from '../../src/model/architecture.ts';
import type { ServerGroup } from '../../src/model/servers.ts';
import { fileText, type ConfigFile } from '../../src/emit/files.ts';
import { RUNNER_LOG } from '../../src/emit/runner.ts';
import {
  descendants,
  hasFailed,
  run,
  serve,
  showLog,
  stopAtEnd,
  type Ended,
  type Finally,
  type Service,
} from '../software-run/processes.ts';
import { answers } from '../emit/answers.ts';
import { workerStart } from '../software-run/unit.ts';
import { environment } from '../stacks/environment.ts';
import type { PackagesName } from '../stacks/stacks.ts';
import type { Prepared } from './database.ts';
import { podSettings, workerSettings, type Base } from './settings.ts';
import { output } from './source.ts';
import { Worker } from './worker.ts';

/** The things that all servers of a case share. */
export interface Stage {
  /** The folder in which each server gets one. */
  readonly folder: string;
  readonly base: Base;
  readonly prepared: Prepared;
  /** Python statements at the end of each server's settings. */
  readonly settings: string;
  /** The virtual environment of servers that run the whole of Pod, with Django. */
  readonly whole: PackagesName;
  /** That of all others. */
  readonly encode: PackagesName;
  /** Whether Pod runs in its Docker set-up. */
  readonly container: boolean;
  /** The size of the web server. */
  readonly web: WebSize;
}

/** The number of processes of a web server, and that of threads in each. */
export interface WebSize {
  readonly processes: number;
  readonly threads: number;
}

/** Puts back what was changed. */
export type Undo = () => Promise<unknown>;

/** Whether a server or container runs the whole of Pod, with Django. */
const isWhole = (role: string) => role === 'web' || role === 'cron' || role === 'worker';

/** The logs of a server by their names. */
export type Logs = Readonly<Record<string, string>>;

/**
 * A server that runs Pod from a tree that is a copy of the prepared one. The only thing changed in the
 * generated files is where the project, the virtual environments, the logs and the process ids are.
 */
export class Server {
  readonly id: string;
  readonly workers: Worker[] = [];
  readonly #folder: string;
  readonly #tree: string;
  readonly #logs: string;
  readonly #results: string;
  readonly #bin: string;
  /** Its generated files. */
  readonly files: readonly ConfigFile[];
  readonly #stage: Stage;
  readonly #atEnd: Finally;
  /** The texts that stand for folders in generated files, and the folders here. */
  #places: readonly (readonly [string, string])[] = [];
  #web: Service | undefined;
  /** The search path of programs besides the server's own. */
  #programs = process.env['PATH'] ?? '';

  private constructor(
    { id }: ServerGroup,
    files: readonly ConfigFile[],
    stage: Stage,
    atEnd: Finally,
  ) {
    this.id = id;
    this.#folder = join(stage.folder, id);
    this.#tree = join(this.#folder, 'tree');
    this.#logs = join(this.#folder, 'logs');
    this.#results = join(this.#folder, 'results');
    this.#bin = join(this.#folder, 'bin');
    this.files = files.filter(({ server }) => server === id || server === 'all');
    this.#stage = stage;
    this.#atEnd = atEnd;
  }

  /** @param files the files of the whole deployment */
  static async create(
    group: ServerGroup,
    files: readonly ConfigFile[],
    stage: Stage,
    atEnd: Finally,
  ): Promise<Server> {
    const server = new Server(group, files, stage, atEnd);
    const whole = group.roles.some(isWhole);
    await server.#install(whole);
    atEnd((context) => {
      if (hasFailed(context))
        for (const [name, text] of Object.entries(server.logs())) showLog(name, text);
      return Promise.resolve();
    });
    return server;
  }

  /** The path of the web server's Unix socket, by which a visitor comes. */
  get socket(): string {
    return join(this.#folder, 'http.sock');
  }

  /** The folder of its copy of Pod. */
  get project(): string {
    return this.#tree;
  }

  async #install(whole: boolean): Promise<void> {
    const { base, prepared, settings, ...environments } = this.#stage;
    this.#places = [
      [DEFAULTS.project, this.#tree],
      [DEFAULTS.venv, environment(environments.whole)],
      [DEFAULTS['venv.encode'], environment(environments.encode)],
      [DEFAULTS.logs, this.#logs],
      [DEFAULTS.pids, this.#logs],
      [DEFAULTS.results, this.#results],
      ...this.files
        .filter(({ kind }) => kind === 'init-defaults' || kind === 'crontab')
        .map((file) => [file.path, this.#pathOf(file)] as const),
    ];
    await mkdir(this.#logs, { recursive: true });
    await output('cp', ['--archive', prepared.tree, this.#tree]);
    // Pod makes it when it is missing; of two processes that start at once, one would fail.
    await mkdir(join(this.#tree, 'pod/log'), { recursive: true });
    for (const file of this.files)
      await writeFile(this.#pathOf(file), this.#textOf(file), { mode: 0o640 });
    await this.#installSystemctl();
    const shared = this.files.some((file) => file.kind === 'settings' && file.server === 'all');
    const rest = whole || shared ? podSettings(base) : workerSettings(base);
    await appendFile(join(this.#tree, 'pod/custom/settings_local.py'), rest + settings);
  }

  #pathOf({ name, path }: ConfigFile): string {
    return path.startsWith(`${DEFAULTS.project}/`)
      ? join(this.#tree, path.slice(DEFAULTS.project.length))
      : path.startsWith('./') || path === 'pod/custom/settings_local.py'
        ? join(this.#tree, path)
        : join(this.#folder, name);
  }

  /** A file's text with the server's folders for the usual ones. */
  #textOf(file: ConfigFile): string {
    return this.#places.reduce((text, [from, to]) => text.replaceAll(from, to), fileText(file));
  }

  /**
   * A `systemctl` that tells the environment of the server's units: verify.sh asks it for that of a
   * worker's, and the units of this server are not installed on this machine.
   */
  async #installSystemctl(): Promise<void> {
    const units = this.files.filter(({ kind }) => kind === 'systemd-unit');
    const cases = units.map((file) => {
      const { env } = workerStart(file, '', this.#textOf(file), '') ?? { env: {} };
      const said = Object.entries(env).map((pair) => pair.join('='));
      return `*" ${file.name.replace(/\.service$/, '')} "*) echo '${said.join(' ')}' ;;`;
    });
    const script = `#!/bin/sh\ncase "show $* " in\n${cases.join('\n')}\n*) exit 1 ;;\nesac\n`;
    await mkdir(this.#bin, { recursive: true });
    await writeFile(join(this.#bin, 'systemctl'), script, { mode: 0o755 });
  }

  /** Starts the web server until the test ends, and waits until it answers. */
  async startWeb(): Promise<void> {
    const bin = join(environment(this.#stage.whole), 'bin');
    const { base, web } = this.#stage;
    const { port } = base;
    const binds = ['--bind', `unix:${this.socket}`, '--bind', `127.0.0.1:${port}`];
    const args = [
      'pod.wsgi:application',
      `--workers=${web.processes}`,
      `--threads=${web.threads}`,
      '--no-control-socket',
      ...binds,
    ];
    this.#web = await serve(join(bin, 'gunicorn'), args, { cwd: this.#tree }, (said) =>
      said.includes('Listening at'),
    );
    stopAtEnd(`${this.id}: gunicorn`, this.#web, this.#atEnd);
  }

  /** Ends the web server and starts it again, with the settings that it has now. */
  async restartWeb(): Promise<void> {
    await this.#web?.stop();
    await this.startWeb();
  }

  /** The processes of the web server that answer visitors. */
  webProcesses(): number[] {
    return this.#web ? descendants(this.#web.pid) : [];
  }

  /** Starts the workers by the commands in the server's files, as their services keep them running. */
  async startWorkers(): Promise<void> {
    for (const file of this.files) {
      const start = workerStart(file, this.#pathOf(file), this.#textOf(file), this.#tree);
      if (!start) continue;
      // systemd makes the folder that the unit names; for an init script the administrator does.
      if (file.kind !== 'systemd-unit' || /^StateDirectory=/m.test(this.#textOf(file)))
        await mkdir(this.#results, { recursive: true });
      const env = { ...start.env, ...this.#path(isWhole(file.folder)) };
      const worker = new Worker(`${this.id}: ${file.name}`, { ...start, env }, this.#folder);
      this.workers.push(worker);
      await worker.start();
      this.#atEnd(() => worker.stop());
    }
  }

  /** The search path. In a container, whose image has the packages, files name no folder of theirs. */
  #path(whole: boolean): Record<string, string> {
    const { whole: pod, encode } = this.#stage;
    const bin = this.#stage.container ? join(environment(whole ? pod : encode), 'bin') : this.#bin;
    return { PATH: `${bin}:${this.#programs}` };
  }

  /** Replaces a text in a file of the server, which must have it. */
  async edit(
    file: 'settings_local.py' | 'verify.sh',
    from: string | RegExp,
    to: string,
  ): Promise<Undo> {
    const path =
      file === 'verify.sh'
        ? this.#pathOf(this.#verifyScript())
        : join(this.#tree, 'pod/custom', file);
    const before = await readFile(path, 'utf8');
    const after = before.replaceAll(
      typeof from === 'string' ? new RegExp(RegExp.escape(from), 'g') : from,
      () => to,
    );
    if (after === before) throw new Error(`${path} has no ${String(from)}.`);
    await writeFile(path, after);
    return () => writeFile(path, before);
  }

  /** Puts a program before one of this machine by the same name. */
  async replaceProgram(name: string, script: string): Promise<Undo> {
    const path = join(this.#bin, name);
    await writeFile(path, script, { mode: 0o755 });
    return () => rm(path);
  }

  /** Takes a program away from what starts from now on, though this machine has it. */
  async uninstall(program: string): Promise<Undo> {
    const before = this.#programs;
    const others = join(this.#folder, `without-${program}`);
    await mkdir(others);
    for (const folder of before.split(delimiter))
      for (const name of await readdir(folder).catch(() => []))
        if (name !== program)
          // The first in PATH counts.
          await symlink(join(folder, name), join(others, name)).catch(() => undefined);
    this.#programs = others;
    return () => {
      this.#programs = before;
      return rm(others, { recursive: true });
    };
  }

  #verifyScript(): ConfigFile {
    const script = this.files.find(({ kind }) => kind === 'verify');
    if (!script) throw new Error(`${this.id} has no verify.sh.`);
    return script;
  }

  /** Runs the script that verifies the server, which reads the password from its input. */
  verify(password: string): Promise<Ended> {
    // A container's shell is in the project already, a server's need not be.
    const cwd = this.#stage.container ? this.#tree : this.#folder;
    const script = this.#pathOf(this.#verifyScript());
    const input = answers(readFileSync(script, 'utf8'), password);
    return run('bash', [script], { cwd, env: this.#path(true), input });
  }

  /** Runs the command of the server's crontab, as cron does every three minutes, and returns the log of the run. */
  async runCron(): Promise<string> {
    const crontab = this.files.find(({ kind }) => kind === 'crontab');
    if (!crontab) throw new Error(`${this.id} has no cron job.`);
    const [, command = ''] = /^\*\/3(?: \*){4} \S+ (.+)$/m.exec(this.#textOf(crontab)) ?? [];
    await output('sh', ['-c', command], { cwd: this.#folder });
    return readFile(join(this.#tree, RUNNER_LOG), 'utf8');
  }

  /** Runs `manage.py`, and returns its output. */
  async manage(...args: string[]): Promise<string> {
    const python = join(environment(this.#stage.whole), 'bin/python');
    return output(python, ['manage.py', ...args], { cwd: this.#tree });
  }

  /** The names of the files in which its workers have noted the results of tasks. */
  results(): string[] {
    return filesIn(this.#results).filter((name) => name.startsWith('celery-task-meta-'));
  }

  /** Everything that Pod, the web server and the workers logged, by the name of the log. */
  logs(): Logs {
    const logs: Record<string, string> = {};
    if (this.#web) logs[`${this.id}: gunicorn`] = this.#web.said();
    for (const worker of this.workers) logs[worker.name] = worker.said();
    for (const folder of [this.#logs, join(this.#tree, 'pod/log')])
      for (const name of filesIn(folder))
        if (name.includes('.log'))
          logs[`${this.id}: ${name}`] = readFileSync(join(folder, name), 'utf8');
    return logs;
  }
}

function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    // Pod makes its folder of logs when it starts, and systemd that of results.
    return [];
  }
}
