import { LAST_DATABASE, type DatabaseRole } from '../pod/databases.ts';
import { addressKind, networkKind, readAddresses } from './address.ts';
import {
  asksPassword,
  databasesOf,
  hasFirewall,
  hasLightServers,
  hasServices,
  managesRedis,
  needsFirewall,
  runsOnWebServer,
  usesInit,
  usesNetwork,
} from './applies.ts';
import {
  ARCHITECTURES,
  AUTHS,
  DEFAULTS,
  FIREWALLS,
  REDIS_PLACES,
  SERVICES,
  SESSION_STORES,
  type Architecture,
  type ClientField,
  type FieldName,
} from './architecture.ts';
import type { Issue, IssueCode } from './issues.ts';
import type { Params } from './say.ts';
import { remoteClients, usesBroker } from './servers.ts';

/** The fewest sentinels: with fewer, the loss of one leaves no majority. */
const MIN_SENTINELS = 3;
const MAX_SENTINELS = 9;

/** The longest path, in characters: a socket's may have 107 bytes on Linux, 103 on macOS. */
const MAX_PATH = 100;

/** The most addresses of a group of servers. */
const MAX_ADDRESSES = 50;

/** The length of the input that a message quotes, in characters. */
const QUOTED = 60;

/** The value that a text stands for, or the error in it. */
type Reading<V> = { value: V } | { error: IssueCode; params: Params };

/** The form's groups of fields. */
type Group = 'servers' | 'redis' | 'security' | 'workers' | 'details';

/** One choice: its group in the form, the architectures that it applies to, the reader of its text. */
interface Field<V> {
  readonly group: Group;
  /** The values of a choice, in the order of the form. */
  readonly values?: readonly V[];
  /** The bounds of a number, both included. */
  readonly range?: readonly [min: number, max: number];
  /** Reads a text without blanks at its ends; never throws. */
  readonly read: (text: string) => Reading<V>;
  /** Whether the choice changes anything in this architecture. */
  readonly applies: (architecture: Architecture) => boolean;
}

/** See {@link Field.applies}. */
type Applies = Field<unknown>['applies'];

const always: Applies = () => true;

/** A reader that accepts texts of a pattern as they are. */
function matching(pattern: RegExp, error: IssueCode, max: number) {
  return (text: string): Reading<string> =>
    pattern.test(text) ? { value: text } : { error, params: { max } };
}

function choice<V extends string>(
  group: Group,
  values: readonly V[],
  applies: Applies = always,
): Field<V> {
  const read = (text: string): Reading<V> => {
    const value = values.find((known) => known === text);
    return value === undefined
      ? { error: 'choice.unknown', params: { values: values.join(', ') } }
      : { value };
  };
  return { group, values, read, applies };
}

function integer(
  group: Group,
  range: readonly [number, number],
  applies: Applies = always,
): Field<number> {
  const [min, max] = range;
  const read = (text: string): Reading<number> => {
    if (!/^-?\d{1,15}$/.test(text)) return { error: 'number.malformed', params: { min, max } };
    // Adding 0 makes 0 of -0.
    const value = Number(text) + 0;
    return value < min || value > max ? { error: 'number.range', params: { min, max } } : { value };
  };
  return { group, range, read, applies };
}

function flag(group: Group, applies: Applies = always): Field<boolean> {
  const read = (text: string): Reading<boolean> =>
    /^[01]$/.test(text) ? { value: text === '1' } : { error: 'flag.malformed', params: {} };
  return { group, read, applies };
}

/** An absolute path without characters that URLs, Python or redis.conf give a meaning to. */
function path(group: Group, applies: Applies, empty: 'optional' | 'required'): Field<string> {
  const read = (text: string): Reading<string> =>
    (text === '' && empty === 'optional') ||
    (text.length <= MAX_PATH && /^(\/(?!\.{1,2}(\/|$))[\w.-]+)+$/.test(text))
      ? { value: text }
      : { error: 'path.malformed', params: { max: MAX_PATH } };
  return { group, read, applies };
}

/** The addresses from which a group of servers calls Redis, as a firewall sees them. */
function addresses(name: ClientField): Field<string> {
  return {
    group: 'security',
    read: (text) => {
      const entries = text === '' ? [] : text.split(',').map((entry) => entry.trim());
      const wrong = entries.find((entry) => networkKind(entry) === undefined);
      if (wrong !== undefined)
        return { error: 'from.malformed', params: { text: wrong.slice(0, QUOTED) } };
      return entries.length > MAX_ADDRESSES
        ? { error: 'from.many', params: { max: MAX_ADDRESSES } }
        : { value: [...new Set(entries)].join(',') };
    },
    applies: (architecture) =>
      hasFirewall(architecture) && remoteClients(architecture).some(({ field }) => field === name),
  };
}

function database(role: DatabaseRole): Field<number> {
  return integer('details', [0, LAST_DATABASE], (architecture) =>
    databasesOf(architecture).includes(role),
  );
}

function readHost(text: string): Reading<string> {
  const kind = text === '' ? 'name' : addressKind(text);
  return kind === 'name' || kind === 'ipv4' || kind === 'ipv6'
    ? { value: text }
    : { error: kind, params: {} };
}

function readUser(text: string): Reading<string> {
  return /^[\w.-]{1,40}$/.test(text) && text !== 'default'
    ? { value: text }
    : { error: 'user.malformed', params: { max: 40 } };
}

function readSentinels(text: string): Reading<string> {
  if (text === '') return { value: '' };
  const entries = text.split(',').map((entry) => entry.trim());
  const endpoints = readAddresses(text);
  const unread = entries.find((_, at) => endpoints[at] === undefined);
  const range = { min: MIN_SENTINELS, max: MAX_SENTINELS };
  if (unread !== undefined)
    return { error: 'sentinels.malformed', params: { text: unread.slice(0, QUOTED) } };
  if (entries.length < range.min || entries.length > range.max)
    return { error: 'sentinels.count', params: { ...range, count: entries.length } };
  const hosts = endpoints.map((endpoint) => endpoint?.host.toLowerCase());
  const twice = entries.find((_, at) => hosts.indexOf(hosts[at]) !== at);
  return twice === undefined
    ? { value: entries.join(',') }
    : { error: 'sentinels.twice', params: { text: twice.slice(0, QUOTED) } };
}

/**
 * Every choice, in the order of the form. A socket, sentinels and TLS stay in sight once they are
 * chosen, beside the reason why they cannot be.
 */
export const FIELDS: { readonly [F in FieldName]: Field<Architecture[F]> } = {
  arch: choice('servers', ARCHITECTURES),
  web: integer('servers', [1, 20]),
  bbb: flag('servers', ({ arch }) => arch === 'runner'),
  workers: integer('servers', [0, 50], usesBroker),
  transcription: flag('servers', ({ arch }) => arch === 'celery' || arch === 'microservices'),
  xapi: flag('servers'),
  redis: choice('redis', REDIS_PLACES),
  host: {
    group: 'redis',
    read: readHost,
    applies: (architecture) => usesNetwork(architecture) && architecture.sentinels === '',
  },
  port: integer('redis', [1, 65535], usesNetwork),
  socket: path(
    'redis',
    (architecture) => runsOnWebServer(architecture) || architecture.socket !== '',
    'optional',
  ),
  sentinels: {
    group: 'redis',
    read: readSentinels,
    applies: ({ redis, sentinels }) => redis === 'dedicated' || sentinels !== '',
  },
  master: {
    group: 'redis',
    // Clients take it for the host of a URL, which they read in lower case.
    read: matching(/^[a-z0-9]([a-z0-9._-]{0,38}[a-z0-9])?$/, 'master.malformed', 40),
    applies: ({ sentinels }) => sentinels !== '',
  },
  sessions: choice('redis', SESSION_STORES),
  memory: integer('redis', [64, 1048576], managesRedis),
  auth: choice('security', AUTHS, managesRedis),
  user: {
    group: 'security',
    read: readUser,
    applies: (architecture) => asksPassword(architecture) && architecture.auth === 'acl',
  },
  tls: flag(
    'security',
    (architecture) => (managesRedis(architecture) || architecture.tls) && usesNetwork(architecture),
  ),
  ca: path('security', (architecture) => architecture.tls && usesNetwork(architecture), 'required'),
  firewall: choice('security', FIREWALLS, needsFirewall),
  'from.web': addresses('from.web'),
  'from.cron': addresses('from.cron'),
  'from.workers': addresses('from.workers'),
  'from.transcription': addresses('from.transcription'),
  'from.xapi': addresses('from.xapi'),
  hours: integer('workers', [1, 240], usesBroker),
  service: choice('workers', SERVICES, hasServices),
  project: path('workers', managesRedis, 'required'),
  venv: path('workers', managesRedis, 'required'),
  'venv.encode': path('workers', hasLightServers, 'required'),
  account: {
    group: 'workers',
    read: matching(/^[a-z_][a-z0-9_-]{0,31}$/, 'account.malformed', 32),
    applies: managesRedis,
  },
  logs: path('workers', usesInit, 'required'),
  pids: path('workers', usesInit, 'required'),
  results: path(
    'workers',
    (architecture) => usesBroker(architecture) && hasServices(architecture),
    'required',
  ),
  shared: flag('details', usesBroker),
  prefix: {
    group: 'details',
    read: matching(/^[\w.-]{0,40}$/, 'prefix.malformed', 40),
    applies: always,
  },
  'db.select2': database('select2'),
  'db.default': database('default'),
  'db.sessions': database('sessions'),
  'db.encoding': database('encoding'),
  'db.xapi': database('xapi'),
  comments: flag('details'),
};

/** The names of {@link FIELDS}, in the order of the form. */
export const FIELD_NAMES = Object.keys(FIELDS) as FieldName[];

/**
 * Reads the texts of a form or link.
 *
 * @param texts texts by field; a field that is not there keeps the value of `base`
 * @param base the values of fields that are absent or cannot be read
 * @returns the architecture, and an issue for each text that could not be read
 */
export function readFields(
  texts: ReadonlyMap<FieldName, string>,
  base: Architecture,
): { architecture: Architecture; issues: Issue[] } {
  const issues: Issue[] = [];
  const values: Partial<Record<FieldName, unknown>> = {};
  for (const [field, text] of texts) {
    const reading = FIELDS[field].read(text.trim());
    if ('value' in reading) values[field] = reading.value;
    else issues.push({ code: reading.error, field, severity: 'error', params: reading.params });
  }
  return { architecture: { ...base, ...(values as Partial<Architecture>) }, issues };
}

/** The same architecture with the default of each field that does not apply in it. */
export function applied(architecture: Architecture): Architecture {
  const idle = FIELD_NAMES.filter((name) => !FIELDS[name].applies(architecture));
  const defaults = Object.fromEntries(idle.map((name) => [name, DEFAULTS[name]]));
  return { ...architecture, ...(defaults as Partial<Architecture>) };
}
