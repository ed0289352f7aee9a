import { addressKind, networkKind, readAddresses } from './address.ts';
import {
  DATABASE_ROLES,
  GUIDE_NUMBERS,
  LAST_DATABASE,
  type DatabaseRole,
} from '../pod/databases.ts';
import type { Issue, IssueCode } from './issues.ts';
import type { Params } from './say.ts';
import { remoteClients, type ClientField } from './servers.ts';

/** The three ways in which Pod 4 encodes videos. */
export const ARCHITECTURES = ['standalone', 'celery', 'microservices'] as const;

/** Where the Redis server runs. */
export const REDIS_PLACES = ['web', 'worker', 'dedicated', 'docker'] as const;

/** How a client shows Redis who it is. */
export const AUTHS = ['none', 'password', 'acl'] as const;

/** What starts the workers: systemd, or Celery's generic init script. */
export const SERVICES = ['systemd', 'init'] as const;

/** What keeps everybody else from Redis. */
export const FIREWALLS = ['none', 'nftables', 'ufw'] as const;

/** How many sentinels there are at least; with fewer none of them can be missing. */
const FEWEST_SENTINELS = 3;
const MOST_SENTINELS = 9;

/**
 * What the administrator chose; nothing in it is derived. The names are the names of a link's
 * parameters and never change. A password is no part of it, so that none can get into a link.
 */
export type Architecture = Readonly<
  {
    arch: (typeof ARCHITECTURES)[number];
    /** Web servers; 1 whatever it says when standalone. */
    web: number;
    /** Encoding servers; 0 puts every worker on the web server itself. */
    workers: number;
    transcription: boolean;
    xapi: boolean;
    redis: (typeof REDIS_PLACES)[number];
    /** The address of Redis; empty until the reader gives one. */
    host: string;
    port: number;
    /** The path of a Unix socket that Redis is reached by instead; empty for none. */
    socket: string;
    /** `host:port` of each sentinel, between commas; empty for one Redis server without any. */
    sentinels: string;
    /** The name that the sentinels know the master by. */
    master: string;
    /** The memory that Redis may take, in MB. */
    memory: number;
    auth: (typeof AUTHS)[number];
    /** The name of the ACL user. */
    user: string;
    tls: boolean;
    /** The path of the certificate authority's file, on every server. */
    ca: string;
    firewall: (typeof FIREWALLS)[number];
    /** What starts the workers. */
    service: (typeof SERVICES)[number];
    /** Folder of Pod's project. */
    project: string;
    /** Folder of its virtual environment. */
    venv: string;
    /** The system's user and group that Pod runs as. */
    account: string;
    /** Folders that Celery's init script writes to. */
    logs: string;
    pids: string;
    /** One settings_local.py for every server. */
    shared: boolean;
    prefix: string;
    /** The longest encoding or transcription, in hours. */
    hours: number;
    comments: boolean;
  } & Record<`db.${DatabaseRole}`, number> &
    /** The addresses or networks, between commas, that servers reach Redis from. */
    Record<ClientField, string>
>;

/** A field of the form, a parameter of a link, a property of {@link Architecture}. */
export type FieldName = keyof Architecture;

/** A value as read from a text, or the reason why it is none. */
type Reading<V> = { value: V } | { fault: IssueCode; params: Params };

/** One choice: its default, where it counts, how its text is read. */
interface Field<V> {
  readonly group: 'servers' | 'redis' | 'security' | 'workers' | 'details';
  readonly initial: V;
  /** The values of a choice, in the order of the form. */
  readonly values?: readonly V[];
  /** The bounds of a number, both included. */
  readonly range?: readonly [min: number, max: number];
  readonly read: (text: string) => Reading<V>;
  /** Whether the choice changes anything in this architecture. */
  readonly applies: (architecture: Architecture) => boolean;
}

const always = () => true;

function choice<V extends string>(
  group: Field<V>['group'],
  values: readonly V[],
  initial: V,
  applies: Field<V>['applies'] = always,
): Field<V> {
  const read = (text: string): Reading<V> => {
    const value = values.find((known) => known === text);
    return value === undefined
      ? { fault: 'choice.unknown', params: { values: values.join(', ') } }
      : { value };
  };
  return { group, initial, values, read, applies };
}

function integer(
  group: Field<number>['group'],
  range: readonly [number, number],
  initial: number,
  applies: Field<number>['applies'] = always,
): Field<number> {
  const [min, max] = range;
  const read = (text: string): Reading<number> => {
    if (!/^-?\d{1,15}$/.test(text)) return { fault: 'number.malformed', params: { min, max } };
    // Adding 0 makes 0 of -0.
    const value = Number(text) + 0;
    return value < min || value > max ? { fault: 'number.range', params: { min, max } } : { value };
  };
  return { group, initial, range, read, applies };
}

function flag(
  group: Field<boolean>['group'],
  initial: boolean,
  applies: Field<boolean>['applies'] = always,
): Field<boolean> {
  const read = (text: string): Reading<boolean> =>
    /^[01]$/.test(text) ? { value: text === '1' } : { fault: 'flag.malformed', params: {} };
  return { group, initial, read, applies };
}

const host: Field<string> = {
  group: 'redis',
  initial: '',
  read: (text) => {
    const kind = text === '' ? 'name' : addressKind(text);
    return kind === 'name' || kind === 'ipv4' || kind === 'ipv6'
      ? { value: text }
      : { fault: kind, params: {} };
  },
  applies: (architecture) => network(architecture) && architecture.sentinels === '',
};

/** Whether Redis is reached over the network, if only over the loopback interface. */
const network = (architecture: Architecture) => architecture.socket === '';

/** Whether there is one server, which also runs Redis. */
const alone = ({ arch, web, workers, redis }: Architecture) =>
  redis === 'web' && (arch === 'standalone' || (web === 1 && workers === 0));

/** Whether Redis can be set up as one likes: not in Pod's Docker set-up. */
const own = (architecture: Architecture) => architecture.redis !== 'docker';

/** Whether Redis asks for a password; that of Pod's Docker set-up has none. */
export const asksPassword = (architecture: Architecture): boolean =>
  own(architecture) && architecture.auth !== 'none';

/** A system takes no longer path of a socket: 107 bytes with Linux, 103 with macOS. */
const LONGEST_PATH = 100;

/** An absolute path without a sign that URLs, Python or redis.conf would read as theirs. */
function path(
  group: Field<string>['group'],
  initial: string,
  applies: Field<string>['applies'],
): Field<string> {
  const read = (text: string): Reading<string> =>
    (text === '' && initial === '') ||
    (text.length <= LONGEST_PATH && /^(\/(?!\.{1,2}(\/|$))[\w.-]+)+$/.test(text))
      ? { value: text }
      : { fault: 'path.malformed', params: { max: LONGEST_PATH } };
  return { group, initial, read, applies };
}

const user: Field<string> = {
  group: 'security',
  initial: 'pod',
  read: (text) =>
    /^[\w.-]{1,40}$/.test(text) && text !== 'default'
      ? { value: text }
      : { fault: 'user.malformed', params: { max: 40 } },
  applies: (architecture) => own(architecture) && architecture.auth === 'acl',
};

const sentinels: Field<string> = {
  group: 'redis',
  initial: '',
  read: (text) => {
    if (text === '') return { value: '' };
    const entries = text.split(',').map((entry) => entry.trim());
    const addresses = readAddresses(text);
    const unread = entries.find((_, at) => addresses[at] === undefined);
    const range = { min: FEWEST_SENTINELS, max: MOST_SENTINELS };
    if (unread !== undefined)
      return { fault: 'sentinels.malformed', params: { text: unread.slice(0, SHOWN) } };
    if (entries.length < range.min || entries.length > range.max)
      return { fault: 'sentinels.count', params: { ...range, count: entries.length } };
    const hosts = addresses.map((address) => address?.host.toLowerCase());
    const twice = entries.find((_, at) => hosts.indexOf(hosts[at]) !== at);
    return twice === undefined
      ? { value: entries.join(',') }
      : { fault: 'sentinels.twice', params: { text: twice.slice(0, SHOWN) } };
  },
  // One that is given stays in sight, with the reason why it cannot be.
  applies: (architecture) => architecture.redis === 'dedicated' || architecture.sentinels !== '',
};

/** How much of what was typed a message quotes. */
const SHOWN = 60;

/** Clients take it for the host of a URL, which they read in lower case. */
const master: Field<string> = {
  group: 'redis',
  initial: 'mymaster',
  read: (text) =>
    /^[a-z0-9]([a-z0-9._-]{0,38}[a-z0-9])?$/.test(text)
      ? { value: text }
      : { fault: 'master.malformed', params: { max: 40 } },
  applies: (architecture) => architecture.sentinels !== '',
};

const account: Field<string> = {
  group: 'workers',
  initial: 'pod',
  read: (text) =>
    /^[a-z_][a-z0-9_-]{0,31}$/.test(text)
      ? { value: text }
      : { fault: 'account.malformed', params: { max: 32 } },
  applies: (architecture) => own(architecture),
};

/** Most addresses that a group of servers may be given. */
const MOST_ADDRESSES = 50;

/** The addresses that a group of servers calls Redis from, as a firewall knows them. */
function addresses(name: ClientField): Field<string> {
  return {
    group: 'security',
    initial: '',
    read: (text) => {
      const entries = text === '' ? [] : text.split(',').map((entry) => entry.trim());
      const wrong = entries.find((entry) => networkKind(entry) === undefined);
      if (wrong !== undefined)
        return { fault: 'from.malformed', params: { text: wrong.slice(0, SHOWN) } };
      return entries.length > MOST_ADDRESSES
        ? { fault: 'from.many', params: { max: MOST_ADDRESSES } }
        : { value: [...new Set(entries)].join(',') };
    },
    applies: (architecture) =>
      FIELDS.firewall.applies(architecture) &&
      architecture.firewall !== 'none' &&
      remoteClients(architecture).some(({ field }) => field === name),
  };
}

const prefix: Field<string> = {
  group: 'details',
  initial: 'pod',
  read: (text) =>
    /^[\w.-]{0,40}$/.test(text)
      ? { value: text }
      : { fault: 'prefix.malformed', params: { max: 40 } },
  applies: always,
};

function database(role: DatabaseRole): Field<number> {
  return integer('details', [0, LAST_DATABASE], GUIDE_NUMBERS[role], (architecture) =>
    databasesOf(architecture).includes(role),
  );
}

/** Whether encoding goes through a broker. */
const remote = (architecture: Architecture) => architecture.arch !== 'standalone';

/** Whether there are workers that a service of the system starts. */
const works = (architecture: Architecture) =>
  own(architecture) && (remote(architecture) || architecture.xapi);

const byInit = (architecture: Architecture) =>
  works(architecture) && architecture.service === 'init';

/** Every choice, in the order of the form. */
export const FIELDS: { readonly [F in FieldName]: Field<Architecture[F]> } = {
  arch: choice('servers', ARCHITECTURES, 'celery'),
  web: integer('servers', [1, 20], 1, remote),
  workers: integer('servers', [0, 50], 0, remote),
  transcription: flag('servers', false, remote),
  xapi: flag('servers', false),
  redis: choice('redis', REDIS_PLACES, 'web'),
  host,
  port: integer('redis', [1, 65535], 6379, network),
  // One that is given stays in sight, with the reason why it cannot be.
  socket: path('redis', '', (architecture) => alone(architecture) || architecture.socket !== ''),
  sentinels,
  master,
  memory: integer('redis', [64, 1048576], 512, own),
  auth: choice('security', AUTHS, 'password', own),
  user,
  // The same of TLS.
  tls: flag(
    'security',
    false,
    (architecture) => (own(architecture) || architecture.tls) && network(architecture),
  ),
  ca: path(
    'security',
    '/etc/redis/tls/ca.crt',
    (architecture) => FIELDS.tls.applies(architecture) && architecture.tls,
  ),
  firewall: choice(
    'security',
    FIREWALLS,
    'nftables',
    (architecture) => own(architecture) && remoteClients(architecture).length > 0,
  ),
  'from.web': addresses('from.web'),
  'from.workers': addresses('from.workers'),
  'from.transcription': addresses('from.transcription'),
  'from.xapi': addresses('from.xapi'),
  hours: integer('workers', [1, 240], 24, remote),
  service: choice('workers', SERVICES, 'systemd', (architecture) => works(architecture)),
  project: path('workers', '/usr/local/django_projects/podv4', own),
  venv: path('workers', '/home/pod/.virtualenvs/django_pod4', own),
  account,
  logs: path('workers', '/var/log/celery', (architecture) => byInit(architecture)),
  pids: path('workers', '/var/run/celery', (architecture) => byInit(architecture)),
  shared: flag('details', false, remote),
  prefix,
  'db.select2': database('select2'),
  'db.default': database('default'),
  'db.sessions': database('sessions'),
  'db.encoding': database('encoding'),
  'db.xapi': database('xapi'),
  comments: flag('details', true),
};

/** The names of {@link FIELDS}, in the order of the form. */
export const FIELD_NAMES = Object.keys(FIELDS) as FieldName[];

/**
 * What the generator starts with: the guide's own case, one web server that also runs the Celery
 * worker, Redis on 127.0.0.1; and with a password, as the guide recommends.
 */
export const DEFAULTS = Object.fromEntries(
  FIELD_NAMES.map((name) => [name, FIELDS[name].initial]),
) as Architecture;

/** The databases that an architecture uses: caches and sessions always, queues where it has any. */
export function databasesOf(architecture: Architecture): DatabaseRole[] {
  return DATABASE_ROLES.filter((role) =>
    role === 'encoding' ? remote(architecture) : role !== 'xapi' || architecture.xapi,
  );
}

/** A value as links and form controls have it. */
export function fieldText(architecture: Architecture, name: FieldName): string {
  const value = architecture[name];
  return typeof value === 'boolean' ? String(Number(value)) : String(value);
}

/**
 * Reads the texts of a form or link.
 *
 * @param texts texts by field; a field that is not there keeps the value of `base`
 * @param base what fields have that are absent or cannot be read
 * @returns the architecture and an error for each text that could not be read
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
    else issues.push({ code: reading.fault, field, severity: 'error', params: reading.params });
  }
  return { architecture: { ...base, ...(values as Partial<Architecture>) }, issues };
}
