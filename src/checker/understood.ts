import { DOCKER_HOST } from '../pod/limits.ts';
import { aclUserPrefix } from '../emit/acl.ts';
import { isLoopback, urlHost } from '../model/address.ts';
import { FIELDS, FIELD_NAMES } from '../model/fields.ts';
import { runsDjango } from '../model/servers.ts';
import { DEFAULTS, type Architecture, type FieldName } from '../model/architecture.ts';
import { plan, type Deployment } from '../model/deployment.ts';
import type { ClientConnection } from './read/clientConnections.ts';
import type { CheckedFile, FileOf, SettingsFile } from './read/files.ts';
import { directiveValue } from './read/redisFile.ts';
import { isTruthy, numberOf, textOf, valueAt, wholeNumber } from './read/values.ts';
import { workerOption } from './read/workerFile.ts';

/** The part of an architecture that files state. */
export interface Understood {
  /** The fields that a file states itself, without defaults. */
  readonly architecture: Partial<Architecture>;
  /** The password of Redis if all connections have the same, which is no field; else empty. */
  readonly password: string;
  /** The ACL user of the connections, by its whole name. */
  readonly user?: string;
}

type Mutable = { -readonly [F in FieldName]?: Architecture[F] };

/**
 * The ACL user that connections name. A name without a password may be a misplaced password, which must not get
 * into a link.
 */
function userOf(connections: readonly ClientConnection[]): string | undefined {
  const named = connections.find(({ user, password }) => user !== undefined && password?.text);
  return named?.user === 'default' ? undefined : named?.user;
}

/**
 * The deployment of an architecture that files state, with their ACL user as they name it.
 *
 * @param choices fields that the files do not state, or that they state otherwise
 */
export function planUnderstood(
  { architecture, user }: Understood,
  choices: Partial<Architecture>,
): Deployment {
  const deployment = plan({ ...DEFAULTS, redis: 'dedicated', ...architecture, ...choices });
  return deployment.redis.user === undefined || user === undefined
    ? deployment
    : { ...deployment, redis: { ...deployment.redis, user } };
}

/** The fields of Redis's address, account and databases, from the connections of settings. */
function connectionFields(connections: readonly ClientConnection[]): Mutable {
  const known: Mutable = {};
  const reached = connections.filter(({ transport }) =>
    ['tcp', 'tls', 'socket', 'sentinel'].includes(transport),
  );
  const [first] = reached;
  if (!first) return known;
  const sentinel = reached.find(({ sentinels = [] }) => sentinels.length > 0);
  if (sentinel?.sentinels) {
    known.redis = 'dedicated';
    known.sentinels = sentinel.sentinels.map(({ host, port }) => `${urlHost(host)}:${port}`).join();
    const master = reached.find(
      (each) => each.transport === 'sentinel' && each.master !== undefined,
    )?.master;
    if (master !== undefined) known.master = master;
    const ca = reached.find((each) => each.ca !== undefined)?.ca;
    if (ca !== undefined) Object.assign(known, { tls: true, ca });
  } else if (first.socket !== undefined) known.socket = first.socket;
  else {
    const host = reached.find((each) => each.host !== undefined)?.host ?? '';
    if (host === DOCKER_HOST) known.redis = 'docker';
    else {
      known.host = host;
      if (isLoopback(host)) known.redis = 'web';
    }
    if (first.port !== undefined) known.port = first.port;
    known.tls = reached.some(({ transport }) => transport === 'tls');
    const ca = reached.find((each) => each.ca !== undefined)?.ca;
    if (ca !== undefined) known.ca = ca;
  }
  const user = userOf(reached);
  if (user !== undefined) Object.assign(known, { auth: 'acl', user: aclUserPrefix(user) });
  else if (known.redis !== 'docker')
    known.auth = reached.some(({ password }) => password !== undefined && password.text !== '')
      ? 'password'
      : 'none';
  for (const { role, database, number } of connections)
    if (database !== undefined && number !== undefined && number.text !== '')
      known[`db.${role}`] = database;
  return known;
}

/** The mode of encoding and the place of sessions, from the settings of any server. */
function modeFields(files: readonly SettingsFile[]): Mutable {
  const known: Mutable = {};
  const on = (name: string) =>
    files.some(({ python }) => isTruthy(python.bindings.get(name)?.value));
  const has = (name: string) => files.some(({ python }) => python.bindings.has(name));
  const web = files.some(({ roles }) => roles.has('web'));
  if (on('USE_RUNNER_MANAGER')) {
    known.arch = 'runner';
    known.bbb = on('CELERY_TO_ENCODE');
  } else if (on('CELERY_TO_ENCODE')) known.arch = 'celery';
  else if (
    on('USE_REMOTE_ENCODING_TRANSCODING') ||
    (!web && has('ENCODING_TRANSCODING_CELERY_BROKER_URL'))
  )
    known.arch = 'microservices';
  else if (web) known.arch = 'standalone';
  for (const { python } of files) {
    const engine = textOf(python.bindings.get('SESSION_ENGINE')?.value) ?? '';
    const [, store] = /^django\.contrib\.sessions\.backends\.(cache|cached_db)$/.exec(engine) ?? [];
    if (engine === 'redis_sessions.session') known.sessions = 'redis';
    else if (store !== undefined) known.sessions = store as Architecture['sessions'];
  }
  if (on('USE_XAPI') || (!web && has('XAPI_CELERY_BROKER_URL'))) known.xapi = true;
  else if (web) known.xapi = false;
  return known;
}

/** The prefix of the cache and the time limit, from the settings of any server. */
function settingsFields(files: readonly SettingsFile[]): Mutable {
  const known: Mutable = {};
  for (const { python } of files) {
    const caches = python.bindings.get('CACHES')?.value;
    const cache = valueAt(caches, 'default');
    if (cache?.kind === 'dict' && !cache.incomplete)
      known.prefix = textOf(valueAt(cache, 'KEY_PREFIX')) ?? '';
    const seconds = numberOf(
      valueAt(python.bindings.get('CELERY_BROKER_TRANSPORT_OPTIONS')?.value, 'visibility_timeout'),
    );
    if (seconds !== undefined && seconds % 3600 === 0) known.hours = seconds / 3600 - 1;
  }
  return known;
}

/** The size of the memory, from redis.conf. */
function redisFields(files: readonly CheckedFile[]): Mutable {
  const known: Mutable = {};
  for (const file of files)
    if (file.kind === 'redis') {
      const size = /^(\d{1,9})mb$/i.exec(directiveValue(file.redis, 'maxmemory') ?? '');
      if (size) known.memory = Number(size[1]);
    }
  return known;
}

/**
 * The field with the virtual environment of a worker's file: that of Pod on a server with Django, which
 * the roles of the server or the worker's variables tell.
 */
function environmentOf({ input, role, worker }: FileOf<'worker'>): 'venv' | 'venv.encode' {
  const { roles } = input;
  const django =
    roles === undefined
      ? role === 'worker' || worker.variables.has('DJANGO_SETTINGS_MODULE')
      : runsDjango(roles);
  return django ? 'venv' : 'venv.encode';
}

/** The service, its paths and its account, from the files that run the cron job of Esup-Runner. */
function cronFields(files: readonly CheckedFile[]): Mutable {
  const known: Mutable = {};
  for (const file of files)
    if (file.kind === 'cron')
      for (const { account, project, venv } of file.cron.jobs) {
        known.arch = 'runner';
        // The choice is systemd or programs that are older, for the cron job and the workers alike.
        if (file.form !== 'script') known.service = file.form === 'crontab' ? 'init' : 'systemd';
        if (account) known.account = account.text;
        if (project) known.project = project.text;
        if (venv) known.venv = venv.text;
      }
  return known;
}

/**
 * The service, its paths and its account, from the files that start workers. Beside Esup-Runner a Celery worker has the
 * presentations of BigBlueButton, and other workers the tasks of before.
 */
function workerFields(files: readonly CheckedFile[], modes: Mutable): Mutable {
  const runner = modes.arch === 'runner';
  const known: Mutable = {};
  for (const file of files)
    if (file.kind === 'worker' && file.role !== undefined) {
      const { worker, form, role } = file;
      if (form !== 'script') known.service = form;
      if (role === 'transcription' && !runner) known.transcription = true;
      if (role === 'worker' && !runner) known.arch = 'celery';
      // Settings of a web server say it themselves.
      if (role === 'worker' && runner) known.bbb = modes.bbb ?? true;
      if (!runner && (role === 'encoding' || role === 'transcription'))
        known.arch = 'microservices';
      if (role === 'xapi') known.xapi = true;
      const limit = wholeNumber(workerOption(worker, '--time-limit')?.text);
      if (role !== 'xapi' && limit !== undefined && limit % 3600 === 0) known.hours = limit / 3600;
      const variable = (name: string) => worker.variables.get(name)?.text;
      const program = variable('CELERY_BIN') ?? worker.words[0]?.text ?? '';
      const [, venv] = /^(\/.+)\/bin\/celery$/.exec(program) ?? [];
      if (venv !== undefined) known[environmentOf(file)] = venv;
      const results = worker.words.find(({ text }) => text.startsWith('result_backend=file://'));
      if (results) known.results = results.text.slice('result_backend=file://'.length);
      const project = variable('CELERYD_CHDIR');
      if (project !== undefined) known.project = project;
      const account = variable('CELERYD_USER');
      if (account !== undefined) known.account = account;
      const [, logs] = /^(\/.+)\/[^/]+$/.exec(variable('CELERYD_LOG_FILE') ?? '') ?? [];
      const [, pids] = /^(\/.+)\/[^/]+$/.exec(variable('CELERYD_PID_FILE') ?? '') ?? [];
      if (logs !== undefined) known.logs = logs;
      if (pids !== undefined) known.pids = pids;
      const folder = worker.properties.get('WorkingDirectory')?.text;
      const user = worker.properties.get('User')?.text;
      if (folder !== undefined) known.project = folder;
      if (user !== undefined) known.account = user;
    }
  return known;
}

/** The password of all connections; empty where there is none, or more than one. */
function passwordIn(connections: readonly ClientConnection[]): string {
  const passwords = connections.flatMap(({ password }) => password ?? []);
  // An encoded password where none is decoded counts as the same one.
  const encoded = new Set(passwords.flatMap(({ raw, text }) => (raw === text ? [] : raw)));
  const found = new Set(passwords.flatMap(({ text }) => (encoded.has(text) ? [] : text)));
  const [only] = found;
  return found.size === 1 && only !== undefined ? only : '';
}

/**
 * Works out the architecture that files are for: the reverse of the generator. Values that no field
 * of the generator can have are left out.
 */
export function understand(files: readonly CheckedFile[]): Understood {
  const settings = files.filter((file) => file.kind === 'settings');
  const connections = settings.flatMap((file) => file.connections);
  const modes: Mutable = { ...cronFields(files), ...modeFields(settings) };
  const known: Mutable = {
    ...settingsFields(settings),
    ...redisFields(files),
    ...modes,
    ...connectionFields(connections),
    ...workerFields(files, modes),
  };
  if (settings.some(({ input }) => input.several)) known.shared = true;
  const valid = FIELD_NAMES.flatMap((name) => {
    const value = known[name];
    if (value === undefined) return [];
    const text = typeof value === 'boolean' ? String(Number(value)) : String(value);
    return 'value' in FIELDS[name].read(text) ? [[name, value] as const] : [];
  });
  const user = userOf(connections);
  return {
    architecture: Object.fromEntries(valid),
    password: passwordIn(connections),
    ...(user !== undefined && { user }),
  };
}
