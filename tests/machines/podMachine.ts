import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DEFAULTS } from '../../src/model/architecture.ts';
import { fileText, type ConfigFile } from '../../src/emit/files.ts';
import { runsDjango } from '../../src/model/servers.ts';
import { pythonOnMachine, type Machine } from './machine.ts';
import { packagesFor } from '../software-run/pod.ts';
import type { Ended } from '../software-run/processes.ts';
import type { Role } from '../../src/pod/roles.ts';

/** The folder of the reports of the stand-in's workers; see project/pod/report.py. */
const REPORTS = '/var/lib/pod-reports';

/** The script that starts a program of the virtual environment, with the folder of the reports. */
const program = (line: string) =>
  `#!/bin/sh\nexport POD_REPORTS=${REPORTS} PYTHONDONTWRITEBYTECODE=1\nexec ${line} "$@"\n`;

/** The stand-in for Pod on a machine, where Pod's documentation has it. */
export class PodMachine {
  readonly machine: Machine;

  constructor(machine: Machine) {
    this.machine = machine;
  }

  /** Installs it for a role: an account, the project, a virtual environment; without any settings. */
  async install(role: Role): Promise<void> {
    const { machine } = this;
    const { project, account } = DEFAULTS;
    const venv = DEFAULTS[runsDjango([role]) ? 'venv' : 'venv.encode'];
    await machine.done(
      `useradd --create-home ${account} && install -d -o ${account} ${REPORTS} ${venv}/bin ${project}`,
    );
    const source = join(import.meta.dirname, '../software-run/project');
    for (const entry of readdirSync(source, { recursive: true, withFileTypes: true }))
      if (entry.isFile() && entry.name.endsWith('.py')) {
        const path = join(entry.parentPath, entry.name);
        await machine.write(path.replace(source, project), readFileSync(path, 'utf8'));
      }
    const python = pythonOnMachine(packagesFor(role));
    await machine.write(`${venv}/bin/python`, program(python), '755');
    // As in a virtual environment, where celery does not see the working directory by itself.
    const celery = `${python} -c 'import sys; from celery.__main__ import main; sys.path.remove(""); sys.exit(main())'`;
    await machine.write(`${venv}/bin/celery`, program(celery), '755');
    await machine.done(`chown -R ${account}: ${project} /home/${account}`);
  }

  /** Writes generated files to their paths; those without a path into root's folder. */
  async put(files: readonly ConfigFile[]): Promise<void> {
    for (const file of files) {
      const path = file.path.startsWith('/')
        ? file.path
        : file.path === ''
          ? `/root/${file.name}`
          : `${DEFAULTS.project}/${file.path}`;
      await this.machine.write(path, fileText(file), file.owner === undefined ? '644' : '640');
      if (file.owner !== undefined)
        await this.machine.done(`chown ${file.owner}:${file.owner} ${path}`);
    }
  }

  /** Runs a script of the stand-in as Pod's account. */
  async python(...args: string[]): Promise<string> {
    const { project, venv, account } = DEFAULTS;
    const line = `cd ${project} && ${venv}/bin/python ${args.join(' ')}`;
    return (await this.machine.done(line, { user: account })).trim();
  }

  /** Publishes tasks, numbered from 1, to each queue that the web server publishes to. */
  async publish(count: number): Promise<void> {
    await this.python('publish.py', String(count));
  }

  /** Makes the tasks of the machine's workers take as long as this; else they take no time. */
  async makeTasksTake(seconds: number): Promise<void> {
    await this.machine.write(`${REPORTS}/seconds`, String(seconds));
  }

  /** The tasks that the machine's workers began, and those they ran to their end. */
  async tasks(which: 'tasks' | 'finished'): Promise<{ task: string; video: number }[]> {
    const text = await this.machine.done(`cat ${REPORTS}/${which} 2>/dev/null || true`);
    return text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as { task: string; video: number });
  }

  /** Runs verify.sh, which asks for the password. */
  async verify(password: string): Promise<Ended> {
    return this.machine.run('bash /root/verify.sh', { input: `${password}\n` });
  }
}
