import type { Deployment } from '../model/deployment.ts';
import { runsDjango } from '../model/servers.ts';
import type { Role, WorkerRole } from '../pod/roles.ts';
import {
  APPS,
  CONFIG_MODULE,
  INIT_SCRIPTS,
  NODES,
  DJANGO_SETTINGS,
  QUEUES,
  UNITS,
  XAPI_LIMIT,
} from '../pod/workers.ts';
import {
  CodeWriter,
  comment,
  constant,
  name,
  number,
  plain,
  section,
  string,
  type PythonValue,
  type Source,
  type Statement,
  type Token,
  type Writing,
} from './code.ts';
import { brokerTls, transportOptions } from './connection.ts';
import { dictLines, literal, pythonTokens } from './python.ts';

/** The time limit of a worker's tasks, in seconds, and its source. */
function limitOf({ timeLimit }: Deployment, role: WorkerRole): { text: string; source: Source } {
  return role === 'xapi'
    ? { text: String(XAPI_LIMIT), source: { server: role } }
    : { text: String(timeLimit), source: { field: 'hours' } };
}

/**
 * Whether a role needs {@link CONFIG_MODULE}. The workers of the microservices and of xAPI do: they
 * ignore the `CELERY_*` settings of settings_local.py. So does a web server that publishes to them
 * through sentinels, or that does without Redis: a broker URL has no place for the name of the master
 * or for timeouts.
 */
export function needsConfigModule(deployment: Deployment, role: Role): boolean {
  const { arch, xapi, redis, sessions } = deployment;
  if (role === 'web')
    return (
      (redis.sentinel !== undefined || sessions === 'cached_db') &&
      (arch === 'microservices' || xapi)
    );
  return role === 'encoding' || role === 'transcription' || role === 'xapi';
}

/** The field with the virtual environment of a role's server. */
export function environmentField({ servers }: Deployment, role: Role): 'venv' | 'venv.encode' {
  const server = servers.find(({ roles }) => roles.includes(role));
  return server === undefined || runsDjango(server.roles) ? 'venv' : 'venv.encode';
}

/**
 * A program of the virtual environment on a role's server; in containers, whose image is one, its name
 * is enough.
 */
export function program(
  deployment: Deployment,
  role: Role,
  command: 'celery' | 'python' | 'pip',
  make = plain,
): Token {
  if (deployment.redis.container) return make(command);
  const field = environmentField(deployment, role);
  return make(`${deployment.paths[field]}/bin/${command}`, { field });
}

/** The variables that a worker needs in its environment. */
function variablesOf(deployment: Deployment, role: WorkerRole): { name: string; value: string }[] {
  const django =
    role === 'encoding' &&
    !deployment.redis.container &&
    environmentField(deployment, role) === 'venv';
  return [
    ...(needsConfigModule(deployment, role)
      ? [{ name: 'CELERY_CONFIG_MODULE', value: CONFIG_MODULE }]
      : []),
    // The encoding task asks Django for settings where Django is installed (Encoding_video.py), and
    // fails unless it knows them (run on Pod 4.2.0).
    ...(django ? [{ name: 'DJANGO_SETTINGS_MODULE', value: DJANGO_SETTINGS }] : []),
  ];
}

/**
 * The options of a worker, in the form that `celery multi` reads too: without the `=` it takes the
 * 1 of `--concurrency 1` for one more worker. Concurrency 1 runs one task at a time; prefetch
 * multiplier 1 together with late acknowledgement reserves no other. The workers with
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

/** Whether a role notes the tasks that have succeeded: an xAPI statement is short, and may go twice. */
export const notesResults = (role: Role): boolean =>
  role === 'worker' || role === 'encoding' || role === 'transcription';

/**
 * The options of Celery's configuration that belong to how a worker is started, after `--`. Both are
 * remedies against a second run of a task during which Redis was away (run on Celery 5.4.0):
 * - a worker that systemd starts again ends when it loses Redis, after it has acknowledged its task;
 * - a worker does not run a task again that has succeeded. This needs a result backend, without which
 *   Celery loses the task; in files, since Redis may be away when the task ends.
 */
function workerConfiguration(
  { paths, service }: Deployment,
  role: WorkerRole,
  make: typeof plain,
): Token[] {
  const source: Source = { field: 'service' };
  const results: Source = { field: 'results' };
  return [
    ...(service === 'systemd' || notesResults(role) ? [make(' --')] : []),
    ...(service === 'systemd'
      ? [make(' broker_connection_retry=0 broker_connection_retry_on_startup=1', source)]
      : []),
    ...(notesResults(role)
      ? [
          make(' worker_deduplicate_successful_tasks=1', results),
          make(' result_backend=file://', results),
          make(service === 'container' ? CONTAINER_RESULTS : paths.results, results),
        ]
      : []),
  ];
}

/** The folder of results in a container, which a new container does without. */
const CONTAINER_RESULTS = '/tmp/pod-celery';

/** The comments on the options of a worker. */
function noteOptions(
  code: CodeWriter,
  { hours, paths, service }: Deployment,
  role: WorkerRole,
): void {
  if (role === 'worker') code.note('file.options.one', { server: role });
  else code.note('file.options.queue', { server: role }, { queue: QUEUES[role] });
  if (role === 'xapi') code.note('file.options.xapi', { server: role });
  else code.note('file.options.hours', { field: 'hours' }, { hours });
  if (service === 'systemd') code.note('file.options.lost', { field: 'service' });
  if (!notesResults(role)) return;
  const path = service === 'container' ? CONTAINER_RESULTS : paths.results;
  code.note('file.options.results', { field: 'results' }, { path });
}

/** The comments on the variables of a worker. */
function noteVariable(code: CodeWriter, variable: string, role: WorkerRole): void {
  code.note(variable === 'CELERY_CONFIG_MODULE' ? 'file.worker.module' : 'file.worker.django', {
    server: role,
  });
}

/**
 * The arguments of `celery` that start a worker in the foreground. Its node name ends with the name
 * of its machine, `%h` to Celery: `inspect` counts two nodes of one name as one and warns (run on
 * Celery 5.2.6).
 *
 * @param percent `%` in the syntax of the file that has the arguments
 */
function workerArguments(deployment: Deployment, role: WorkerRole, percent: '%' | '%%'): Token[] {
  return [
    plain(` -A ${APPS[role]} worker -l INFO -n ${NODES[role]}@${percent}h `),
    ...workerOptions(deployment, role, plain),
  ];
}

/** The command that starts a worker in the foreground, in the project's folder. */
export function workerLine(deployment: Deployment, role: WorkerRole): Token[] {
  return [program(deployment, role, 'celery'), ...workerArguments(deployment, role, '%')];
}

/** The beginning of a command: the variables that a worker's application needs, as a shell has them. */
export function workerVariables(deployment: Deployment, role: WorkerRole): Token[] {
  return variablesOf(deployment, role).flatMap(({ name: variable, value }) => [
    name(variable),
    plain(`=${value} `),
  ]);
}

/** The path of a worker's {@link emitInitDefaults}. */
export function defaultsPath(role: WorkerRole): string {
  return `/etc/default/${INIT_SCRIPTS[role]}`;
}

/**
 * A worker's file in `/etc/default`, for Celery's generic init script; each statement has the name of
 * its variable. The script sources it, then hands its variables to `celery multi`, which itself ends
 * the node's name with that of the machine (celery/extra/generic-init.d/celeryd).
 */
export function emitInitDefaults(
  deployment: Deployment,
  { say }: Writing,
  role: WorkerRole,
): Statement[] {
  const { account, comments, paths } = deployment;
  const script = INIT_SCRIPTS[role];
  const code = new CodeWriter(say, comments);
  const set = (key: string, ...value: Token[]) =>
    code.statement(key, [[name(key), plain('='), string('"'), ...value, string('"')]]);
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
  set('CELERY_BIN', program(deployment, role, 'celery', string));
  set('CELERY_APP', string(APPS[role]));
  code.note('file.worker.directory', { field: 'project' });
  set('CELERYD_CHDIR', string(paths.project, { field: 'project' }));
  for (const { name: variable, value } of variablesOf(deployment, role)) {
    noteVariable(code, variable, role);
    code
      .note('file.celeryd.export', { server: role })
      .statement(variable, [[plain('export '), name(variable), plain('='), string(`"${value}"`)]]);
  }
  noteOptions(code.gap(), deployment, role);
  if (notesResults(role))
    code
      .note('file.celeryd.results', { field: 'results' })
      .note('file.celeryd.resultsFolder', { field: 'results' }, { account, path: paths.results });
  set(
    'CELERYD_OPTS',
    ...workerOptions(deployment, role, string),
    ...workerConfiguration(deployment, role, string),
  );
  code.gap();
  set('CELERYD_LOG_LEVEL', string('INFO'));
  set('CELERYD_LOG_FILE', string(paths.logs, { field: 'logs' }), string('/%N.log'));
  set('CELERYD_PID_FILE', string(paths.pids, { field: 'pids' }), string('/%N.pid'));
  set('CELERYD_USER', string(account, { field: 'account' }));
  set('CELERYD_GROUP', string(account, { field: 'account' }));
  code
    .note('file.celeryd.dirs')
    .statement('CELERY_CREATE_DIRS', [[name('CELERY_CREATE_DIRS'), plain('='), number('1')]]);
  return code.done();
}

/** The path of a worker's {@link emitSystemdUnit}. */
export function unitPath(role: WorkerRole): string {
  return `/etc/systemd/system/${UNITS[role]}.service`;
}

/**
 * The directives that take rights from a worker, which runs ffmpeg and speech engines on uploaded files (systemd.exec(5);
 * `systemd-analyze security` gives 2.3 for the unit). Memory stays executable: PyTorch compiles into it.
 */
const HARDENING: readonly (readonly [directive: string, value: string])[] = [
  ['NoNewPrivileges', 'yes'],
  ['CapabilityBoundingSet', ''],
  ['PrivateDevices', 'yes'],
  ['PrivateTmp', 'yes'],
  ['ProtectControlGroups', 'yes'],
  ['ProtectKernelLogs', 'yes'],
  ['ProtectKernelModules', 'yes'],
  ['ProtectKernelTunables', 'yes'],
  ['RestrictAddressFamilies', 'AF_UNIX AF_INET AF_INET6'],
  ['RestrictNamespaces', 'yes'],
  ['RestrictSUIDSGID', 'yes'],
  ['LockPersonality', 'yes'],
  ['SystemCallArchitectures', 'native'],
  ['SystemCallFilter', '@system-service'],
  ['ProtectSystem', 'full'],
];

/** The directives of {@link HARDENING}, in the section `[Service]`. */
export function emitRights(code: CodeWriter, { paths }: Deployment, role: Role): void {
  const set = (key: string, value: Token) => code.statement(key, [[name(key), plain('='), value]]);
  code.gap().note(role === 'cron' ? 'file.cron.rights' : 'file.unit.rights', { server: role });
  for (const [directive, value] of HARDENING) set(directive, plain(value));
  set('ReadWritePaths', plain(paths.project, { field: 'project' }));
}

/** The systemd unit of a worker; each statement has the name of its directive. */
export function emitSystemdUnit(
  deployment: Deployment,
  { say }: Writing,
  role: WorkerRole,
): Statement[] {
  const { account, comments, paths } = deployment;
  const unit = UNITS[role];
  const code = new CodeWriter(say, comments);
  const set = (key: string, ...value: Token[]) =>
    code.statement(key, [[name(key), plain('='), ...value]]);
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
  set('WorkingDirectory', plain(paths.project, { field: 'project' }));
  for (const { name: variable, value } of variablesOf(deployment, role)) {
    noteVariable(code, variable, role);
    const text = plain(`${variable}=${value}`, { server: role });
    code.statement(variable, [[name('Environment'), plain('='), text]]);
  }
  if (notesResults(role)) {
    const [, state] = /^\/var\/lib\/([^/]+)$/.exec(paths.results) ?? [];
    if (state === undefined)
      code
        .note('file.celeryd.results', { field: 'results' })
        .note('file.celeryd.resultsFolder', { field: 'results' }, { account, path: paths.results });
    else {
      code.note('file.unit.state', { field: 'results' }, { path: paths.results });
      set('StateDirectory', plain(state, { field: 'results' }));
    }
  }
  noteOptions(code, deployment, role);
  set(
    'ExecStart',
    program(deployment, role, 'celery'),
    ...workerArguments(deployment, role, '%%'),
    ...workerConfiguration(deployment, role, plain),
  );
  code.note('file.unit.stop');
  set('KillMode', plain('mixed'));
  const { text, source } = limitOf(deployment, role);
  set('TimeoutStopSec', plain(text, source));
  code.note('file.unit.restart', { field: 'service' });
  set('Restart', plain('always'));
  set('RestartSec', plain('5'));
  emitRights(code, deployment, role);
  code.gap().line(section('[Install]'));
  set('WantedBy', plain('multi-user.target'));
  return code.done();
}

/** The script that starts a worker in a container, whose image has Pod's environment. */
export function emitContainerStart(
  deployment: Deployment,
  { say }: Writing,
  role: WorkerRole,
): Statement[] {
  const code = new CodeWriter(say, deployment.comments);
  code.line(comment('#!/bin/sh'));
  code.note('file.container.what', { server: role });
  for (const { name: variable, value } of variablesOf(deployment, role)) {
    noteVariable(code, variable, role);
    code.statement(variable, [[plain('export '), name(variable), plain(`=${value}`)]]);
  }
  noteOptions(code, deployment, role);
  if (notesResults(role)) code.line(plain(`mkdir -p ${CONTAINER_RESULTS}`));
  code.statement('exec', [
    [
      plain('exec '),
      ...workerLine(deployment, role),
      ...workerConfiguration(deployment, role, plain),
    ],
  ]);
  return code.done();
}

/**
 * The module {@link CONFIG_MODULE}, with what the roles of {@link needsConfigModule} read nowhere
 * else; each statement has the name of its variable.
 */
export function emitCeleryModule(deployment: Deployment, writing: Writing): Statement[] {
  const { arch, comments, hours, redis } = deployment;
  const code = new CodeWriter(writing.say, comments);
  const set = (key: string, value: PythonValue) =>
    code.statement(key, [[name(key), plain(' = '), ...pythonTokens(value)]], value);
  code.note('file.module.what').gap();
  if (redis.sentinel) code.note('file.module.master', { field: 'master' });
  // Without microservices only xAPI statements use it, which take minutes at most: Celery's default
  // of an hour is enough, and hands a lost one out sooner.
  const long = arch === 'microservices';
  if (long) code.note('file.settings.visibility', { field: 'hours' }, { hours });
  const entries = transportOptions(deployment, writing).filter(
    ([key]) => key !== 'visibility_timeout' || long,
  );
  if (entries.length > 0) {
    const key = 'broker_transport_options';
    const lines = dictLines([name(key), plain(' = ')], entries);
    code.statement(key, lines, { kind: 'dict', entries });
  }
  const tls = brokerTls(deployment);
  if (tls.length > 0) {
    const key = 'broker_use_ssl';
    code.note('file.settings.brokerTls', { field: 'tls' });
    code.statement(key, dictLines([name(key), plain(' = ')], tls), { kind: 'dict', entries: tls });
  }
  code.note('file.settings.acksLate');
  set('task_acks_late', literal(constant('True')));
  code.note('file.module.prefetch');
  set('worker_prefetch_multiplier', literal(number('1')));
  return code.done();
}
