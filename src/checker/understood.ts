import { DOCKER_HOST } from '../pod/limits.ts';
import { isLoopback, urlHost } from '../model/address.ts';
import { FIELDS, FIELD_NAMES } from '../model/fields.ts';
import type { Architecture, FieldName } from '../model/architecture.ts';
import type { Connection } from './read/connections.ts';
import type { CheckedFile, SettingsFile } from './read/files.ts';
import { directive } from './read/redisFile.ts';
import { at, isTrue, numberOf, textOf } from './read/values.ts';
import { workerOption } from './read/workerFile.ts';

/** What files say of an architecture. */
export interface Understood {
  /** Only what a file says in so many words. */
  readonly architecture: Partial<Architecture>;
  /** The password of Redis, when the files agree on one; it is no part of an architecture. */
  readonly password: string;
}

type Mutable = { -readonly [F in FieldName]?: Architecture[F] };

/** How clients get to Redis, from the connections of settings. */
function connectionFields(connections: readonly Connection[]): Mutable {
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
  // A name without a password may be one: nothing that might be goes into an address.
  const user = reached.find(({ user, password }) => user !== undefined && password?.text)?.user;
  if (user !== undefined && user !== 'default') Object.assign(known, { auth: 'acl', user });
  else if (known.redis !== 'docker')
    known.auth = reached.some(({ password }) => password !== undefined && password.text !== '')
      ? 'password'
      : 'none';
  for (const { role, database, number } of connections)
    if (database !== undefined && number !== undefined && number.text !== '')
      known[`db.${role}`] = database;
  return known;
}

/** How Pod encodes, from the settings of any of its servers. */
function modeFields(files: readonly SettingsFile[]): Mutable {
  const known: Mutable = {};
  const on = (name: string) => files.some(({ python }) => isTrue(python.bindings.get(name)?.value));
  const has = (name: string) => files.some(({ python }) => python.bindings.has(name));
  const web = files.some(({ roles }) => roles.has('web'));
  if (on('CELERY_TO_ENCODE')) known.arch = 'celery';
  else if (
    on('USE_REMOTE_ENCODING_TRANSCODING') ||
    (!web && has('ENCODING_TRANSCODING_CELERY_BROKER_URL'))
  )
    known.arch = 'microservices';
  else if (web) known.arch = 'standalone';
  if (on('USE_XAPI') || (!web && has('XAPI_CELERY_BROKER_URL'))) known.xapi = true;
  else if (web) known.xapi = false;
  return known;
}

function settingsFields(files: readonly SettingsFile[]): Mutable {
  const known: Mutable = {};
  for (const { python } of files) {
    const caches = python.bindings.get('CACHES')?.value;
    const cache = at(caches, 'default');
    if (cache?.kind === 'dict' && !cache.open) known.prefix = textOf(at(cache, 'KEY_PREFIX')) ?? '';
    const seconds = numberOf(
      at(python.bindings.get('CELERY_BROKER_TRANSPORT_OPTIONS')?.value, 'visibility_timeout'),
    );
    if (seconds !== undefined && seconds % 3600 === 0) known.hours = seconds / 3600 - 1;
  }
  return known;
}

function redisFields(files: readonly CheckedFile[]): Mutable {
  const known: Mutable = {};
  for (const file of files)
    if (file.kind === 'redis') {
      const size = /^(\d{1,9})mb$/i.exec(
        directive(file.redis, 'maxmemory')?.arguments[0]?.text ?? '',
      );
      if (size) known.memory = Number(size[1]);
    }
  return known;
}

function workerFields(files: readonly CheckedFile[]): Mutable {
  const known: Mutable = {};
  for (const file of files)
    if (file.kind === 'worker' && file.role !== undefined) {
      const { worker, form, role } = file;
      if (form !== 'script') known.service = form;
      if (role === 'transcription') known.transcription = true;
      if (role === 'worker') known.arch = 'celery';
      if (role === 'encoding' || role === 'transcription') known.arch = 'microservices';
      if (role === 'xapi') known.xapi = true;
      const limit = numberOfText(workerOption(worker, '--time-limit')?.text);
      if (role !== 'xapi' && limit !== undefined && limit % 3600 === 0) known.hours = limit / 3600;
      const said = (name: string) => worker.variables.get(name)?.text;
      const program = said('CELERY_BIN') ?? worker.words[0]?.text ?? '';
      const [, venv] = /^(\/.+)\/bin\/celery$/.exec(program) ?? [];
      if (venv !== undefined) known.venv = venv;
      const project = said('CELERYD_CHDIR');
      if (project !== undefined) known.project = project;
      const account = said('CELERYD_USER');
      if (account !== undefined) known.account = account;
      const [, logs] = /^(\/.+)\/[^/]+$/.exec(said('CELERYD_LOG_FILE') ?? '') ?? [];
      const [, pids] = /^(\/.+)\/[^/]+$/.exec(said('CELERYD_PID_FILE') ?? '') ?? [];
      if (logs !== undefined) known.logs = logs;
      if (pids !== undefined) known.pids = pids;
      const folder = worker.properties.get('WorkingDirectory')?.text;
      const user = worker.properties.get('User')?.text;
      if (folder !== undefined) known.project = folder;
      if (user !== undefined) known.account = user;
    }
  return known;
}

function numberOfText(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}

/** The password that all connections agree on; empty where there is none, or more than one. */
function passwordIn(connections: readonly Connection[]): string {
  const given = connections.flatMap(({ password }) => password ?? []);
  // What one has encoded and another as it is, is one password.
  const encoded = new Set(given.flatMap(({ raw, text }) => (raw === text ? [] : raw)));
  const found = new Set(given.flatMap(({ text }) => (encoded.has(text) ? [] : text)));
  const [only] = found;
  return found.size === 1 && only !== undefined ? only : '';
}

/**
 * Reads files back to the architecture that they are for: the other way round of the generator.
 * What it cannot take over, since the generator has no such value, it leaves out.
 */
export function understand(files: readonly CheckedFile[]): Understood {
  const settings = files.filter((file) => file.kind === 'settings');
  const connections = settings.flatMap((file) => file.connections);
  const known: Mutable = {
    ...settingsFields(settings),
    ...redisFields(files),
    ...modeFields(settings),
    ...connectionFields(connections),
    ...workerFields(files),
  };
  if (settings.some(({ given }) => given.several)) known.shared = true;
  const valid = FIELD_NAMES.flatMap((name) => {
    const value = known[name];
    if (value === undefined) return [];
    const text = typeof value === 'boolean' ? String(Number(value)) : String(value);
    return 'value' in FIELDS[name].read(text) ? [[name, value] as const] : [];
  });
  return { architecture: Object.fromEntries(valid), password: passwordIn(connections) };
}
