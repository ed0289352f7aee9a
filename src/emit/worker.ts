import {
  Code,
  comment,
  constant,
  name,
  number,
  plain,
  section,
  string,
  type Line,
  type Source,
  type Token,
  type Writing,
} from './code.ts';
import {
  APPS,
  CONFIG_MODULE,
  INIT_SCRIPTS,
  NODES,
  QUEUES,
  UNITS,
  XAPI_LIMIT,
} from '../pod/workers.ts';
import type { Deployment } from '../model/deployment.ts';
import type { Role, WorkerRole } from '../pod/roles.ts';
import { transportOptions } from './connection.ts';
import { dict } from './python.ts';

/** After how many seconds a worker stops a task, and where that comes from. */
function limitOf({ timeLimit }: Deployment, role: WorkerRole): { text: string; source: Source } {
  return role === 'xapi'
    ? { text: String(XAPI_LIMIT), source: { server: role } }
    : { text: String(timeLimit), source: { field: 'hours' } };
}

/**
 * Whether a role needs that module. The workers of the microservices and of xAPI do: they ignore
 * the `CELERY_*` settings of settings_local.py. So does a web server that publishes to them by way
 * of sentinels: the name of the master has no place in a broker URL.
 */
export function needsConfigModule({ architecture, redis }: Deployment, role: Role): boolean {
  if (role === 'web')
    return (
      redis.sentinel !== undefined && (architecture.arch === 'microservices' || architecture.xapi)
    );
  return role !== 'worker' && role !== 'redis';
}

/** The folder of Pod's project on the servers; containers start in theirs. */
export function project({ architecture }: Deployment): string {
  return architecture.project;
}

/** A program of Pod's virtual environment; in containers, whose image is one, its name is enough. */
export function program(
  { architecture, redis }: Deployment,
  command: 'celery' | 'python',
  make = plain,
): Token {
  return redis.container
    ? make(command)
    : make(`${architecture.venv}/bin/${command}`, { field: 'venv' });
}

/**
 * The options of a worker, in the form that `celery multi` reads too: without the `=` it takes the
 * 1 of `--concurrency 1` for one more worker. One task at a time is concurrency 1; holding no more
 * than it runs is prefetch multiplier 1 together with late acknowledgement. The workers with
 * {@link CONFIG_MODULE} have both from it.
 */
function workerOptions(deployment: Deployment, role: WorkerRole, make: typeof plain): Token[] {
  const queue: Source = { database: role === 'xapi' ? 'xapi' : 'encoding', server: role };
  const limit = limitOf(deployment, role);
  return [
    make(`-Q ${QUEUES[role]}`, queue),
    make(' --concurrency=1'),
    ...(role === 'worker' ? [make(' --prefetch-multiplier=1 --max-tasks-per-child=1')] : []),
    make(' --time-limit='),
    make(limit.text, limit.source),
  ];
}

/** Says why the options of a worker are what they are. */
function noteOptions(code: Code, { architecture }: Deployment, role: WorkerRole): void {
  if (role === 'worker') code.note('file.options.one', { server: role });
  else code.note('file.options.queue', { server: role }, { queue: QUEUES[role] });
  if (role === 'xapi') code.note('file.options.xapi', { server: role });
  else code.note('file.options.hours', { field: 'hours' }, { hours: architecture.hours });
}

/**
 * The arguments of `celery` that start a worker in the foreground. Its node name ends with the name
 * of its machine, `%h` to Celery: `inspect` counts two nodes of one name as one and warns (run on
 * Celery 5.2.6).
 *
 * @param percent how the place that has the arguments writes a `%`
 */
function workerArguments(deployment: Deployment, role: WorkerRole, percent: '%' | '%%'): Token[] {
  return [
    plain(` -A ${APPS[role]} worker -l INFO -n ${NODES[role]}@${percent}h `),
    ...workerOptions(deployment, role, plain),
  ];
}

/** The command that starts a worker in the foreground, in the project's folder. */
export function workerLine(deployment: Deployment, role: WorkerRole): Token[] {
  return [program(deployment, 'celery'), ...workerArguments(deployment, role, '%')];
}

/** Where {@link celeryDefaults} go. */
export function defaultsPath(role: WorkerRole): string {
  return `/etc/default/${INIT_SCRIPTS[role]}`;
}

/**
 * What `/etc/default` has of a worker for Celery's generic init script. The script sources it, then
 * hands its variables to `celery multi`, which itself ends the node's name with that of the machine
 * (celery/extra/generic-init.d/celeryd).
 */
export function celeryDefaults(deployment: Deployment, { say }: Writing, role: WorkerRole): Line[] {
  const { account, comments, logs, pids } = deployment.architecture;
  const script = INIT_SCRIPTS[role];
  const code = new Code(say, comments);
  const set = (key: string, ...value: Token[]) =>
    code.line(name(key), plain('='), string('"'), ...value, string('"'));
  code
    .note(`file.worker.${role}`, { server: role })
    .note('file.celeryd.what', { field: 'service' }, { script })
    .note('file.celeryd.owner', { field: 'service' });
  if (role !== 'worker') code.note('file.celeryd.provides', { field: 'service' }, { script });
  code
    .note('file.celeryd.install', { field: 'service' })
    .note('file.celeryd.enable', { field: 'service' }, { script })
    .gap();
  set('CELERYD_NODES', string(NODES[role]));
  set('CELERY_BIN', program(deployment, 'celery', string));
  set('CELERY_APP', string(APPS[role]));
  code.note('file.worker.directory', { field: 'project' });
  set('CELERYD_CHDIR', string(project(deployment), { field: 'project' }));
  if (needsConfigModule(deployment, role))
    code
      .note('file.worker.module', { server: role })
      .note('file.celeryd.export', { server: role })
      .line(
        plain('export '),
        name('CELERY_CONFIG_MODULE'),
        plain('='),
        string(`"${CONFIG_MODULE}"`),
      );
  noteOptions(code.gap(), deployment, role);
  set('CELERYD_OPTS', ...workerOptions(deployment, role, string));
  code.gap();
  set('CELERYD_LOG_LEVEL', string('INFO'));
  set('CELERYD_LOG_FILE', string(logs, { field: 'logs' }), string('/%N.log'));
  set('CELERYD_PID_FILE', string(pids, { field: 'pids' }), string('/%N.pid'));
  set('CELERYD_USER', string(account, { field: 'account' }));
  set('CELERYD_GROUP', string(account, { field: 'account' }));
  code.note('file.celeryd.dirs').line(name('CELERY_CREATE_DIRS'), plain('='), number('1'));
  return code.done();
}

/** Where a {@link systemdUnit} goes. */
export function unitPath(role: WorkerRole): string {
  return `/etc/systemd/system/${UNITS[role]}.service`;
}

/** The systemd unit of a worker. */
export function systemdUnit(deployment: Deployment, { say }: Writing, role: WorkerRole): Line[] {
  const { account, comments } = deployment.architecture;
  const unit = UNITS[role];
  const code = new Code(say, comments);
  const set = (key: string, ...value: Token[]) => code.line(name(key), plain('='), ...value);
  code
    .note(`file.worker.${role}`, { server: role })
    .note('file.unit.install', { field: 'service' })
    .note('file.unit.enable', { field: 'service' }, { unit })
    .note('file.unit.logs', { field: 'service' }, { unit });
  code.line(section('[Unit]'));
  set('Description', plain(say('file.unit.description', { queue: QUEUES[role] })));
  set('Wants', plain('network-online.target'));
  set('After', plain('network-online.target'));
  code.gap().line(section('[Service]'));
  set('Type', plain('exec'));
  set('User', plain(account, { field: 'account' }));
  set('Group', plain(account, { field: 'account' }));
  code.note('file.worker.directory', { field: 'project' });
  set('WorkingDirectory', plain(project(deployment), { field: 'project' }));
  if (needsConfigModule(deployment, role)) {
    code.note('file.worker.module', { server: role });
    set('Environment', plain(`CELERY_CONFIG_MODULE=${CONFIG_MODULE}`, { server: role }));
  }
  noteOptions(code, deployment, role);
  set('ExecStart', program(deployment, 'celery'), ...workerArguments(deployment, role, '%%'));
  code.note('file.unit.stop');
  set('KillMode', plain('mixed'));
  const { text, source } = limitOf(deployment, role);
  set('TimeoutStopSec', plain(text, source));
  code.note('file.unit.restart', { field: 'service' });
  set('Restart', plain('always'));
  set('RestartSec', plain('5'));
  code.gap().line(section('[Install]'));
  set('WantedBy', plain('multi-user.target'));
  return code.done();
}

/** The command that starts a worker in a container, whose image has Pod's environment. */
export function workerCommand(deployment: Deployment, { say }: Writing, role: WorkerRole): Line[] {
  const code = new Code(say, deployment.architecture.comments);
  code.line(comment('#!/bin/sh'));
  code.note('file.container.what', { server: role });
  if (needsConfigModule(deployment, role))
    code
      .note('file.worker.module', { server: role })
      .line(plain('export '), name('CELERY_CONFIG_MODULE'), plain(`=${CONFIG_MODULE}`));
  noteOptions(code, deployment, role);
  code.line(plain('exec '), ...workerLine(deployment, role));
  return code.done();
}

/** The module that gives those of {@link needsConfigModule} what they do not read elsewhere. */
export function celeryConfig(deployment: Deployment, { say }: Writing): Line[] {
  const { architecture, redis } = deployment;
  const code = new Code(say, architecture.comments);
  code.note('file.module.what').gap();
  if (redis.sentinel) code.note('file.module.master', { field: 'master' });
  // Without microservices it is for statements alone, which take minutes at most: Celery's own hour
  // is enough, and sooner over.
  const long = architecture.arch === 'microservices';
  if (long)
    code.note('file.settings.visibility', { field: 'hours' }, { hours: architecture.hours });
  const options = transportOptions(deployment).filter(
    ([key]) => key !== 'visibility_timeout' || long,
  );
  if (options.length > 0)
    for (const line of dict([name('broker_transport_options'), plain(' = ')], options))
      code.line(...line);
  code
    .note('file.settings.acksLate')
    .line(name('task_acks_late'), plain(' = '), constant('True'))
    .note('file.module.prefetch')
    .line(name('worker_prefetch_multiplier'), plain(' = '), number('1'));
  return code.done();
}
