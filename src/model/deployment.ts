import { ADDRESS_PLACEHOLDER, isLoopback, isPlaceholder, type Endpoint } from './address.ts';
import { DOCKER_HOST } from '../pod/limits.ts';
import { asksPassword, databasesOf, FIELDS, type Architecture } from './architecture.ts';
import type { DatabaseRole } from '../pod/databases.ts';
import {
  redisOn,
  remoteClients,
  sentinelsOf,
  serverCount,
  serversOf,
  type RemoteClients,
  type ServerGroup,
} from './servers.ts';
import type { Role, WorkerRole } from '../pod/roles.ts';
import { QUEUES } from '../pod/workers.ts';

/** The settings that lead to a database. */
export type ConnectionSetting =
  | 'CACHES["default"]'
  | 'CACHES["select2"]'
  | 'SESSION_REDIS'
  | 'CELERY_BROKER_URL'
  | 'ENCODING_TRANSCODING_CELERY_BROKER_URL'
  | 'XAPI_CELERY_BROKER_URL';

/** How a role uses a database: reads and writes it, publishes tasks to it, consumes them. */
type Usage = 'store' | 'producer' | 'consumer';

/** One role's use of one database. */
export interface Use {
  readonly server: Role;
  readonly role: Role;
  readonly database: DatabaseRole;
  readonly setting: ConnectionSetting;
  readonly as: Usage;
  /** The Celery queue of a producer or consumer. */
  readonly queue?: string;
}

/** The Redis server as its clients see it. */
interface RedisServer {
  /** The servers on the first of which it runs. */
  readonly on: Role;
  readonly host: string;
  /** `host` stands for an address that the reader has not given. */
  readonly placeholder: boolean;
  /** Only the server it runs on can reach it. */
  readonly local: boolean;
  readonly port: number;
  /** The path of the Unix socket that it is reached by, if any. */
  readonly socket?: string;
  /** Whether a password is asked for. */
  readonly password: boolean;
  /** The ACL user whose password it is, if any. */
  readonly user?: string;
  /** The file of the authority that its certificate is checked against, if it speaks TLS. */
  readonly ca?: string;
  /** The sentinels that know which of several Redis servers is the master, if any. */
  readonly sentinel?: {
    readonly master: string;
    /** Where they listen; each host runs Redis too, the first of them the master to begin with. */
    readonly endpoints: readonly Endpoint[];
    /** How many of them must agree that the master is gone: most of them. */
    readonly quorum: number;
  };
  /** It is a container of Pod's Docker set-up, where there is no unit and no redis.conf to edit. */
  readonly container: boolean;
}

/** Servers that a firewall lets through to Redis. */
interface Client extends RemoteClients {
  /** Their IP addresses and networks; none until the reader gives them. */
  readonly addresses: readonly string[];
}

/** Everything that follows from an architecture; files, diagram, table and checks read it. */
export interface Deployment {
  readonly architecture: Architecture;
  readonly servers: readonly ServerGroup[];
  readonly redis: RedisServer;
  readonly databases: readonly { readonly role: DatabaseRole; readonly number: number }[];
  readonly uses: readonly Use[];
  /** Who a firewall lets through to Redis; nobody where it is to have none. */
  readonly clients: readonly Client[];
  /** Prefixes of the keys; empty where Pod's own default has none. */
  readonly prefixes: {
    readonly default: string;
    readonly select2: string;
    readonly sessions: string;
  };
  /** After how many seconds a worker stops a task. */
  readonly timeLimit: number;
  /** After how many seconds Redis hands a task out again that was not acknowledged. */
  readonly visibilityTimeout: number;
}

const HOUR = 3600;

function redisOf(architecture: Architecture, servers: readonly ServerGroup[]): RedisServer {
  const { redis, host, port, socket, auth, user, ca, master } = architecture;
  const endpoints = socket === '' ? sentinelsOf(architecture) : [];
  const [first] = endpoints;
  const alone = serverCount(architecture) === 1;
  const own = redis === 'docker' ? DOCKER_HOST : alone ? '127.0.0.1' : ADDRESS_PLACEHOLDER;
  const address = first?.host ?? (host === '' ? own : host);
  const network = socket === '';
  return {
    on: redisOn(architecture, servers),
    host: address,
    placeholder: network && isPlaceholder(address),
    local: !network || (first === undefined && isLoopback(address)),
    port,
    ...(!network && { socket }),
    password: asksPassword(architecture),
    ...(asksPassword(architecture) && auth === 'acl' && { user }),
    ...(network && architecture.tls && { ca }),
    ...(first !== undefined && {
      sentinel: { master, endpoints, quorum: Math.floor(endpoints.length / 2) + 1 },
    }),
    container: redis === 'docker',
  };
}

/** Who may call Redis from elsewhere, as a firewall needs to know. */
function clientsOf(architecture: Architecture): Client[] {
  if (!FIELDS.firewall.applies(architecture) || architecture.firewall === 'none') return [];
  return remoteClients(architecture).map((clients) => ({
    ...clients,
    addresses: architecture[clients.field].split(',').filter((address) => address !== ''),
  }));
}

/**
 * Who uses which database, as read in Pod 4.1.0: the web server's caches and sessions
 * (pod/settings.py:371-399); producers and consumers by the mode of encoding; the Celery worker
 * also uses the default cache, since saving a video builds thumbnails (video/models.py:1032).
 */
function usesOf(
  { arch, transcription, xapi }: Architecture,
  servers: readonly ServerGroup[],
): Use[] {
  const cache = (role: Role): Omit<Use, 'server'> => ({
    role,
    database: 'default',
    setting: 'CACHES["default"]',
    as: 'store',
  });
  const task = (
    role: Role,
    worker: WorkerRole,
    setting: ConnectionSetting,
    as: Usage,
  ): Omit<Use, 'server'> => ({
    role,
    database: worker === 'xapi' ? 'xapi' : 'encoding',
    setting,
    as,
    queue: QUEUES[worker],
  });
  const microservices = 'ENCODING_TRANSCODING_CELERY_BROKER_URL';
  const ofRole: Record<Role, () => Omit<Use, 'server'>[]> = {
    web: () => [
      { role: 'web', database: 'select2', setting: 'CACHES["select2"]', as: 'store' },
      cache('web'),
      { role: 'web', database: 'sessions', setting: 'SESSION_REDIS', as: 'store' },
      ...(arch === 'celery' ? [task('web', 'worker', 'CELERY_BROKER_URL', 'producer')] : []),
      ...(arch === 'microservices' ? [task('web', 'encoding', microservices, 'producer')] : []),
      ...(arch === 'microservices' && transcription
        ? [task('web', 'transcription', microservices, 'producer')]
        : []),
      ...(xapi ? [task('web', 'xapi', 'XAPI_CELERY_BROKER_URL', 'producer')] : []),
    ],
    worker: () => [cache('worker'), task('worker', 'worker', 'CELERY_BROKER_URL', 'consumer')],
    encoding: () => [task('encoding', 'encoding', microservices, 'consumer')],
    transcription: () => [task('transcription', 'transcription', microservices, 'consumer')],
    xapi: () => [task('xapi', 'xapi', 'XAPI_CELERY_BROKER_URL', 'consumer')],
    redis: () => [],
  };
  return servers.flatMap(({ id, roles }) =>
    roles.flatMap((role) => ofRole[role]().map((use) => ({ server: id, ...use }))),
  );
}

/**
 * The prefixes of the keys. `pod` is Pod's own default and is on the default cache alone
 * (pod/settings.py:371-379), sessions having `session`; another prefix keeps this Pod's keys from
 * those of another Pod in all three databases.
 */
function prefixesOf(prefix: string): Deployment['prefixes'] {
  return prefix === '' || prefix === 'pod'
    ? { default: prefix, select2: '', sessions: 'session' }
    : { default: prefix, select2: prefix, sessions: `${prefix}-session` };
}

/**
 * Works out the deployment of an architecture; pure and total, also for a wrong architecture.
 * The visibility timeout is one hour above the time limit, as in the measured remedy (90000 s
 * above --time-limit=86400; celery issues 5935 and 5306).
 */
export function plan(architecture: Architecture): Deployment {
  const servers = serversOf(architecture);
  return {
    architecture,
    servers,
    redis: redisOf(architecture, servers),
    databases: databasesOf(architecture).map((role) => ({
      role,
      number: architecture[`db.${role}`],
    })),
    uses: usesOf(architecture, servers),
    clients: clientsOf(architecture),
    prefixes: prefixesOf(architecture.prefix),
    timeLimit: architecture.hours * HOUR,
    visibilityTimeout: (architecture.hours + 1) * HOUR,
  };
}
