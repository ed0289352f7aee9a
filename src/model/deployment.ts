import type { DatabaseRole } from '../pod/databases.ts';
import { DOCKER_HOST } from '../pod/limits.ts';
import type { Role, WorkerRole } from '../pod/roles.ts';
import { QUEUES } from '../pod/workers.ts';
import { ADDRESS_PLACEHOLDER, isLoopback, isPlaceholder, type Endpoint } from './address.ts';
import { asksPassword, databasesOf, hasFirewall, hasServices, usesNetwork } from './applies.ts';
import type { Architecture } from './architecture.ts';
import { applied } from './fields.ts';
import {
  redisOn,
  remoteClients,
  sentinelsOf,
  serverCount,
  serversOf,
  usesBroker,
  type RemoteClients,
  type ServerGroup,
} from './servers.ts';

/** The settings that lead to a database. */
export type ConnectionSetting =
  | 'CACHES["default"]'
  | 'CACHES["select2"]'
  | 'SESSION_REDIS'
  | 'CACHES["sessions"]'
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
  /** The id of the servers on the first of which it runs. */
  readonly on: Role;
  /** Where it was chosen to run. */
  readonly place: Architecture['redis'];
  readonly host: string;
  /** `host` stands for an address that the reader has not given. */
  readonly placeholder: boolean;
  /** Only the server it runs on can reach it. */
  readonly local: boolean;
  readonly port: number;
  /** The path of its Unix socket, if it is reached by one. */
  readonly socket?: string;
  /** Whether it asks for a password. */
  readonly password: boolean;
  /** The ACL user that the password belongs to, if any. */
  readonly user?: string;
  /** The path of the certificate authority's file, if it speaks TLS. */
  readonly ca?: string;
  /** The sentinels that know which of several Redis servers is the master, if any. */
  readonly sentinel?: {
    readonly master: string;
    /** Their addresses. Each host runs Redis too; the first is the master at the start. */
    readonly endpoints: readonly Endpoint[];
    /** The number of them that must agree that the master is gone: the majority. */
    readonly quorum: number;
    /** Whether the sentinels ask for the password of Redis too; django-redis-sessions could not give it. */
    readonly password: boolean;
  };
  /** It is a container of Pod's Docker set-up, where there is no unit and no redis.conf to edit. */
  readonly container: boolean;
  /** Its memory limit, in MB. */
  readonly memory: number;
}

/** Servers that a firewall lets through to Redis. */
interface FirewallClients extends RemoteClients {
  /** Their IP addresses and networks; none until the reader gives them. */
  readonly addresses: readonly string[];
}

/**
 * Everything that follows from an architecture. Files, diagram, table and procedures read nothing
 * else; a choice that does not apply has no effect here.
 */
export interface Deployment {
  /** The choices that it follows from, for {@link planVariant}. */
  readonly architecture: Architecture;
  readonly servers: readonly ServerGroup[];
  readonly redis: RedisServer;
  /** The databases in use. */
  readonly databases: readonly { readonly role: DatabaseRole; readonly number: number }[];
  readonly uses: readonly Use[];
  /** The servers that a firewall lets through to Redis; none where there is no firewall. */
  readonly clients: readonly FirewallClients[];
  /** Where sessions are kept; with Sentinel, django-redis-sessions knows neither TLS nor users. */
  readonly sessions: Architecture['sessions'];
  /** Prefixes of the keys; empty where Pod's own default has none. */
  readonly prefixes: {
    readonly default: string;
    readonly select2: string;
    readonly sessions: string;
  };
  /** The time limit of an encoding or transcription, in seconds. */
  readonly timeLimit: number;
  /** The time after which Redis hands out a task again that was not acknowledged, in seconds. */
  readonly visibilityTimeout: number;
  readonly arch: Architecture['arch'];
  /** Whether a worker transcribes. */
  readonly transcription: boolean;
  /** Whether a Celery worker is there for presentations of BigBlueButton, beside Esup-Runner. */
  readonly bbb: boolean;
  readonly xapi: boolean;
  /** The number of each database, those that are not in use included. */
  readonly databaseNumbers: Readonly<Record<DatabaseRole, number>>;
  /** {@link timeLimit}, in hours. */
  readonly hours: number;
  readonly firewall: Architecture['firewall'];
  /** The kind of service that starts the workers and the cron job; not there without either. */
  readonly service?: Architecture['service'] | 'container';
  /** The system user and group that Pod runs as. */
  readonly account: string;
  /**
   * Folders on every server: Pod's project, its virtual environment, that of servers without Django,
   * the workers' logs, PID files and results.
   */
  readonly paths: Readonly<
    Record<'project' | 'venv' | 'venv.encode' | 'logs' | 'pids' | 'results', string>
  >;
  /** Whether one settings_local.py is for every server. */
  readonly sharedSettings: boolean;
  /** Whether files explain their lines. */
  readonly comments: boolean;
}

/** An hour, in seconds. */
const HOUR = 3600;

function redisOf(architecture: Architecture, servers: readonly ServerGroup[]): RedisServer {
  const { redis, host, port, socket, auth, user, ca, master, memory } = architecture;
  const endpoints = socket === '' ? sentinelsOf(architecture) : [];
  const [first] = endpoints;
  const single = serverCount(architecture) === 1;
  const usual = redis === 'docker' ? DOCKER_HOST : single ? '127.0.0.1' : ADDRESS_PLACEHOLDER;
  const address = first?.host ?? (host === '' ? usual : host);
  const network = socket === '';
  return {
    on: redisOn(architecture, servers),
    place: redis,
    host: address,
    placeholder: network && isPlaceholder(address),
    local: !network || (first === undefined && isLoopback(address)),
    port,
    ...(!network && { socket }),
    password: asksPassword(architecture),
    ...(asksPassword(architecture) && auth === 'acl' && { user }),
    ...(network && architecture.tls && { ca }),
    ...(first !== undefined && {
      sentinel: {
        master,
        endpoints,
        quorum: Math.floor(endpoints.length / 2) + 1,
        password: asksPassword(architecture) && sessionsOf(architecture) !== 'redis',
      },
    }),
    container: redis === 'docker',
    memory,
  };
}

/** The servers that call Redis from elsewhere, for a firewall. */
function clientsOf(architecture: Architecture): FirewallClients[] {
  if (!hasFirewall(architecture)) return [];
  return remoteClients(architecture).map((clients) => ({
    ...clients,
    addresses: architecture[clients.field].split(',').filter((address) => address !== ''),
  }));
}

/**
 * Where sessions are kept: in Django's cache where Redis behind sentinels wants TLS or a user, which
 * django-redis-sessions 0.6.2 cannot give it (run on Pod 4.2.0).
 */
function sessionsOf(architecture: Architecture): Architecture['sessions'] {
  const { sessions, sentinels, tls, auth } = architecture;
  const named = asksPassword(architecture) && auth === 'acl';
  const beyond = sentinels !== '' && usesNetwork(architecture) && (tls || named);
  return sessions === 'redis' && beyond ? 'cache' : sessions;
}

/** The kind of service that starts the workers. */
function serviceOf(architecture: Architecture): Deployment['service'] {
  if (hasServices(architecture)) return architecture.service;
  return usesBroker(architecture) || architecture.xapi || architecture.arch === 'runner'
    ? 'container'
    : undefined;
}

/**
 * The uses of each database, as read in Pod 4.1.0: the web server's caches and sessions
 * (pod/settings.py:371-399); producers and consumers by the mode of encoding; the Celery worker
 * also uses the default cache, since saving a video builds thumbnails (video/models.py:1032).
 */
function usesOf(
  { arch, bbb, transcription, xapi }: Architecture,
  servers: readonly ServerGroup[],
  sessions: Architecture['sessions'],
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
      {
        role: 'web',
        database: 'sessions',
        setting: sessions === 'redis' ? 'SESSION_REDIS' : 'CACHES["sessions"]',
        as: 'store',
      },
      ...(arch === 'celery' || (arch === 'runner' && bbb)
        ? [task('web', 'worker', 'CELERY_BROKER_URL', 'producer')]
        : []),
      ...(arch === 'microservices' ? [task('web', 'encoding', microservices, 'producer')] : []),
      ...(arch === 'microservices' && transcription
        ? [task('web', 'transcription', microservices, 'producer')]
        : []),
      ...(xapi ? [task('web', 'xapi', 'XAPI_CELERY_BROKER_URL', 'producer')] : []),
    ],
    // It saves videos, whose thumbnails are in the default cache.
    cron: () => [cache('cron')],
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
 * The prefixes of the keys. `pod` is Pod's own default and is on the default cache only
 * (pod/settings.py:371-379), sessions having `session`; another prefix keeps this Pod's keys from
 * those of another Pod in all three databases. Each database has a different one: ACL users, whose
 * rights name keys and no databases, could not be kept from sessions otherwise.
 */
function prefixesOf(prefix: string): Deployment['prefixes'] {
  return prefix === '' || prefix === 'pod'
    ? { default: prefix, select2: '', sessions: 'session' }
    : { default: prefix, select2: `${prefix}-select2`, sessions: `${prefix}-session` };
}

/**
 * Works out the deployment of an architecture; pure and total, also for a wrong architecture.
 * The visibility timeout is one hour above the time limit, as in the measured remedy (90000 s
 * above --time-limit=86400; celery issues 5935 and 5306).
 */
export function plan(architecture: Architecture): Deployment {
  const { arch, transcription, xapi, hours, project, venv, logs, pids, results } = architecture;
  const servers = serversOf(architecture);
  const service = serviceOf(architecture);
  const redis = redisOf(architecture, servers);
  const sessions = sessionsOf(architecture);
  return {
    architecture,
    servers,
    redis,
    databases: databasesOf(architecture).map((role) => ({
      role,
      number: architecture[`db.${role}`],
    })),
    uses: usesOf(architecture, servers, sessions),
    clients: clientsOf(architecture),
    sessions,
    prefixes: prefixesOf(architecture.prefix),
    timeLimit: hours * HOUR,
    visibilityTimeout: (hours + 1) * HOUR,
    arch,
    transcription: transcription && (arch === 'celery' || arch === 'microservices'),
    bbb: arch === 'runner' && architecture.bbb,
    xapi,
    databaseNumbers: {
      select2: architecture['db.select2'],
      default: architecture['db.default'],
      sessions: architecture['db.sessions'],
      encoding: architecture['db.encoding'],
      xapi: architecture['db.xapi'],
    },
    hours,
    firewall: hasFirewall(architecture) ? architecture.firewall : 'none',
    ...(service !== undefined && { service }),
    account: architecture.account,
    paths: { project, venv, 'venv.encode': architecture['venv.encode'], logs, pids, results },
    sharedSettings: architecture.shared && usesBroker(architecture),
    comments: architecture.comments,
  };
}

/**
 * The deployment of the same architecture with some choices made otherwise. Choices that do not apply in the
 * architecture count no more: a link may have them, and its reader has not seen them.
 */
export function planVariant(
  { architecture }: Deployment,
  choices: Partial<Architecture>,
): Deployment {
  return plan({ ...applied(architecture), ...choices });
}

/** A queue, and the database that it is in. */
export interface Queue {
  readonly queue: string;
  readonly database: DatabaseRole;
}

/** The queues of a deployment, each once: several groups of servers may publish to the same. */
export function queuesOf({ uses }: Deployment): Queue[] {
  const queues = new Map<string, Queue>();
  for (const { as, queue, database } of uses)
    if (as === 'producer' && queue !== undefined) queues.set(queue, { queue, database });
  return [...queues.values()];
}
