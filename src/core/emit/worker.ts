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
} from '../code.ts';
import { QUEUES, type Deployment } from '../plan.ts';
import type { WorkerRole } from '../servers.ts';

/** Usual places in Pod's documents. */
export const PROJECT = '/usr/local/django_projects/podv4';
export const VENV_BIN = '/home/pod/.virtualenvs/django_pod4/bin';

/** The Celery app of each worker, as its `-A` argument. */
export const APPS: Readonly<Record<WorkerRole, string>> = {
  worker: 'pod.main',
  encoding: 'pod.video_encode_transcript.encoding_tasks',
  transcription: 'pod.video_encode_transcript.transcripting_tasks',
  xapi: 'pod.xapi.xapi_tasks',
};

/** The first part of each worker's node name; see {@link workerArguments} for the second. */
const NODES: Readonly<Record<WorkerRole, string>> = {
  worker: 'worker1',
  encoding: 'encode',
  transcription: 'transcript',
  xapi: 'xapi',
};

/** Whether a worker runs tasks of hours, and so needs the time limit and visibility timeout. */
function runsLong(role: WorkerRole): boolean {
  return role !== 'xapi';
}

/**
 * Whether a worker needs the module that `CELERY_CONFIG_MODULE` names: the encoding and
 * transcription microservices ignore the `CELERY_*` settings of settings_local.py.
 */
export function needsConfigModule(role: WorkerRole): boolean {
  return role === 'encoding' || role === 'transcription';
}

/** Name of that module. */
export const CONFIG_MODULE = 'podceleryconf';

/**
 * `/etc/default/celeryd` of Celery's generic init script. One task at a time is concurrency 1;
 * holding no more than it runs is prefetch multiplier 1 together with late acknowledgement.
 */
export function celeryDefaults(deployment: Deployment, { say }: Writing): Line[] {
  const code = new Code(say, deployment.architecture.comments);
  const set = (key: string, ...value: Token[]) =>
    code.line(name(key), plain('='), string('"'), ...value, string('"'));
  const long: Source = { field: 'hours' };
  code.note('file.celeryd.what', { server: 'worker' });
  set('CELERYD_NODES', string(NODES.worker));
  set('CELERY_BIN', string(`${VENV_BIN}/celery`));
  set('CELERY_APP', string(APPS.worker));
  set('CELERYD_CHDIR', string(PROJECT));
  code.gap().note('file.celeryd.options', long, { hours: deployment.architecture.hours });
  set(
    'CELERYD_OPTS',
    string('--time-limit='),
    string(String(deployment.timeLimit), long),
    string(' --concurrency=1 --max-tasks-per-child=1 --prefetch-multiplier=1'),
  );
  code.gap();
  set('CELERYD_LOG_LEVEL', string('INFO'));
  set('CELERYD_LOG_FILE', string('/var/log/celery/%N.log'));
  set('CELERYD_PID_FILE', string('/var/run/celery/%N.pid'));
  set('CELERYD_USER', string('pod'));
  set('CELERYD_GROUP', string('pod'));
  code.note('file.celeryd.dirs').line(name('CELERY_CREATE_DIRS'), plain('='), number('1'));
  return code.done();
}

/**
 * The arguments of `celery` that start a worker. Its node name ends with the name of its machine,
 * `%h` to Celery: `inspect` counts two nodes of one name as one and warns (run on Celery 5.2.6).
 *
 * @param percent how the place that has the arguments writes a `%`
 */
function workerArguments(
  { timeLimit }: Deployment,
  role: WorkerRole,
  percent: '%' | '%%',
): Token[] {
  const queue: Source = { database: role === 'xapi' ? 'xapi' : 'encoding', server: role };
  return [
    plain(`-A ${APPS[role]} worker -l INFO `),
    plain(`-Q ${QUEUES[role]}`, queue),
    plain(` --concurrency 1 -n ${NODES[role]}@${percent}h`),
    ...(runsLong(role)
      ? [plain(' --time-limit='), plain(String(timeLimit), { field: 'hours' })]
      : []),
  ];
}

/** A systemd unit for a worker. */
export function systemdUnit(
  deployment: Deployment,
  { say }: Writing,
  role: Exclude<WorkerRole, 'worker'>,
): Line[] {
  const code = new Code(say, deployment.architecture.comments);
  const set = (key: string, ...value: Token[]) => code.line(name(key), plain('='), ...value);
  code.note(`file.unit.${role}`, { server: role });
  code.line(section('[Unit]'));
  set('Description', plain(say('file.unit.description', { queue: QUEUES[role] })));
  set('Wants', plain('network-online.target'));
  set('After', plain('network-online.target'));
  code.gap().line(section('[Service]'));
  set('Type', plain('exec'));
  set('User', plain('pod'));
  set('Group', plain('pod'));
  code.note('file.unit.directory');
  set('WorkingDirectory', plain(PROJECT));
  if (needsConfigModule(role)) {
    code.note('file.unit.module', { field: 'hours' });
    set('Environment', plain(`CELERY_CONFIG_MODULE=${CONFIG_MODULE}`, { field: 'hours' }));
  }
  code.note('file.unit.queue', { server: role }, { queue: QUEUES[role] });
  set('ExecStart', plain(`${VENV_BIN}/celery `), ...workerArguments(deployment, role, '%%'));
  code.note('file.unit.stop');
  set('KillMode', plain('mixed'));
  set(
    'TimeoutStopSec',
    ...(runsLong(role) ? [plain(String(deployment.timeLimit), { field: 'hours' })] : [plain('60')]),
  );
  set('Restart', plain('on-failure'));
  code.gap().line(section('[Install]'));
  set('WantedBy', plain('multi-user.target'));
  return code.done();
}

/** The command that starts a worker in a container, whose image has Pod's environment. */
export function workerCommand(deployment: Deployment, { say }: Writing, role: WorkerRole): Line[] {
  const code = new Code(say, deployment.architecture.comments);
  code.line(comment('#!/bin/sh'));
  code.note('file.container.what', { server: role });
  if (needsConfigModule(role))
    code.line(plain('export '), name('CELERY_CONFIG_MODULE'), plain(`=${CONFIG_MODULE}`));
  const options = role === 'worker' ? ' --max-tasks-per-child 1 --prefetch-multiplier 1' : '';
  code.line(plain('exec celery '), ...workerArguments(deployment, role, '%'), plain(options));
  return code.done();
}

/** The module that gives the microservices' workers what they do not read in settings_local.py. */
export function celeryConfig(deployment: Deployment, { say }: Writing): Line[] {
  const code = new Code(say, deployment.architecture.comments);
  const { hours } = deployment.architecture;
  code
    .note('file.module.what', { field: 'hours' })
    .gap()
    .note('file.settings.visibility', { field: 'hours' }, { hours })
    .line(
      name('broker_transport_options'),
      plain(' = {'),
      string('"visibility_timeout"'),
      plain(': '),
      number(String(deployment.visibilityTimeout), { field: 'hours' }),
      plain('}'),
    )
    .note('file.settings.acksLate')
    .line(name('task_acks_late'), plain(' = '), constant('True'))
    .line(name('worker_prefetch_multiplier'), plain(' = '), number('1'));
  return code.done();
}
