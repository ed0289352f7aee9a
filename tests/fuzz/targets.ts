import type { Architecture } from '../../src/model/architecture.ts';
import { PASSWORD_PLACEHOLDER } from '../../src/emit/code.ts';
import type { DatabaseRole } from '../../src/pod/databases.ts';
import { fileText } from '../../src/emit/files.ts';
import { plan, type Deployment } from '../../src/model/deployment.ts';
import type { Role } from '../../src/pod/roles.ts';
import { emitted, placeOf } from '../emit/emitted.ts';
import { READ_ASSIGNMENTS, type Assignments } from '../emit/python.ts';

/** The connection that a Redis client makes from a URL. */
interface Target {
  readonly host: string | null;
  readonly port: number | null;
  readonly socket: string | null;
  readonly db: number | undefined;
  readonly user: string | null;
  readonly password: string | null;
  /** The sentinels that know the server, as `host port`. */
  readonly sentinels: readonly string[] | null;
  /** The verification of the server's certificate. */
  readonly tls: { readonly required: boolean; readonly ca: string; readonly host: boolean } | null;
}

/** A URL and the kind of client that reads it. */
type Read = readonly [client: 'cache' | 'broker', url: string];

/**
 * A Python script that reads URLs with their real clients: redis-py, for each comma-separated URL of
 * django-redis's LOCATION and for the `url` of django-redis-sessions; kombu, for each
 * semicolon-separated URL of a Celery broker.
 */
const TARGETS = `
import json, ssl, sys
from kombu import Connection
from kombu.transport.redis import Channel, SentinelChannel
from redis import ConnectionPool, Redis, SSLConnection

def cache(url):
    return ConnectionPool.from_url(url)

def broker(url):
    channel = Channel.__new__(Channel)
    channel.connection = Connection(url).transport
    return channel._get_pool()

def by_sentinels(url):
    channel = SentinelChannel.__new__(SentinelChannel)
    channel.connection = Connection(url).transport
    channel.master_name = "of the options"
    channel.Client = Redis
    pool = channel._get_pool()
    asked = [sentinel.connection_pool.connection_kwargs for sentinel in pool.sentinel_manager.sentinels]
    return {
        "host": None,
        "port": None,
        "socket": None,
        "db": pool.connection_kwargs["db"],
        "user": pool.connection_kwargs["username"],
        "password": pool.connection_kwargs["password"],
        "sentinels": [f"{each['host']} {each['port']}" for each in asked],
        "tls": None,
    }

def target(pool, url):
    made = pool.make_connection()
    return {
        "sentinels": None,
        "host": getattr(made, "host", None),
        "port": getattr(made, "port", None),
        "socket": getattr(made, "path", None),
        "db": made.db,
        "user": made.username,
        "password": made.password,
        "tls": {
            # These versions require a valid certificate without being told to; others need not.
            "required": made.cert_reqs == ssl.CERT_REQUIRED and "ssl_cert_reqs=required" in url,
            "ca": made.ca_certs,
            "host": bool(made.check_hostname),
        } if isinstance(made, SSLConnection) else None,
    }

clients = {"cache": (cache, ","), "broker": (broker, ";")}

def targets(client, url):
    if url.startswith("sentinel:"):
        return [by_sentinels(url)]
    pool, sign = clients[client]
    return [target(pool(part), part) for part in url.split(sign)]

json.dump([targets(*read) for read in json.load(sys.stdin.buffer)], sys.stdout)
`;

/** A placeholder for the URL of a database in the expected settings. */
const urlOf = (database: DatabaseRole) => ({ database, broker: isQueue(database) });

const isQueue = (database: DatabaseRole) => database === 'encoding' || database === 'xapi';

const numberOf = ({ databases }: Deployment, role: unknown) =>
  databases.find((each) => each.role === role)?.number;

/** The connection of django-redis-sessions, which takes users and TLS in a URL only. */
function sessionServer(deployment: Deployment, password: string): Assignments {
  const { redis } = deployment;
  const database = numberOf(deployment, 'sessions');
  if (redis.sentinel !== undefined)
    return { host: null, db: database, ...(redis.password ? { password } : {}) };
  if (redis.user !== undefined || redis.ca !== undefined) return { url: urlOf('sessions') };
  return {
    ...(redis.socket === undefined
      ? { host: redis.host, port: redis.port }
      : { unix_domain_socket_path: redis.socket }),
    db: database,
    ...(redis.password ? { password } : {}),
  };
}

/** Celery's options besides the broker's URL. */
function transportOptions(
  { redis, visibilityTimeout, architecture }: Deployment,
  arch: Architecture['arch'],
): Assignments {
  const long = architecture.arch === arch && { visibility_timeout: visibilityTimeout };
  return redis.sentinel === undefined
    ? { ...long }
    : {
        master_name: redis.sentinel.master,
        ...long,
        socket_connect_timeout: 5,
        socket_keepalive: true,
        socket_keepalive_options: { 4: 10, 5: 5, 6: 3, 18: 20000 },
      };
}

/** The expected settings of servers with these roles, from the deployment's uses. */
function expectedSettings(
  deployment: Deployment,
  roles: ReadonlySet<Role>,
  password: string,
): Assignments {
  const { prefixes } = deployment;
  const settings: Record<string, unknown> = {};
  const { sentinel } = deployment.redis;
  const secret = deployment.redis.password ? { PASSWORD: password } : {};
  const list = sentinel?.endpoints.map(({ host, port }) => [host, port]);
  const options = {
    CLIENT_CLASS: 'django_redis.client.DefaultClient',
    ...(sentinel && {
      SENTINELS: list,
      ...secret,
      SOCKET_CONNECT_TIMEOUT: 5,
      SOCKET_TIMEOUT: 5,
    }),
  };
  const cache = (database: 'default' | 'select2') => ({
    BACKEND: 'django_redis.cache.RedisCache',
    LOCATION: urlOf(database),
    OPTIONS: options,
    ...(prefixes[database] === '' ? {} : { KEY_PREFIX: prefixes[database] }),
  });
  for (const { role, setting, as, database } of deployment.uses) {
    if (!roles.has(role)) continue;
    switch (setting) {
      case 'CACHES["default"]':
      case 'CACHES["select2"]':
        settings['CACHES'] = { default: cache('default'), select2: cache('select2') };
        settings['SELECT2_CACHE_BACKEND'] = 'select2';
        if (sentinel)
          settings['DJANGO_REDIS_CONNECTION_FACTORY'] =
            'django_redis.pool.SentinelConnectionFactory';
        break;
      case 'SESSION_REDIS':
        settings['SESSION_ENGINE'] = 'redis_sessions.session';
        if (sentinel)
          Object.assign(settings, {
            SESSION_REDIS_SENTINEL_LIST: list,
            SESSION_REDIS_SENTINEL_MASTER_ALIAS: sentinel.master,
          });
        settings['SESSION_REDIS'] = {
          ...sessionServer(deployment, password),
          prefix: prefixes.sessions,
          socket_timeout: 1,
          retry_on_timeout: false,
        };
        break;
      case 'CELERY_BROKER_URL':
        settings['CELERY_TO_ENCODE'] = true;
        settings[setting] = urlOf(database);
        settings['CELERY_TASK_ACKS_LATE'] = true;
        settings['CELERY_BROKER_TRANSPORT_OPTIONS'] = transportOptions(deployment, 'celery');
        break;
      case 'ENCODING_TRANSCODING_CELERY_BROKER_URL':
        settings[setting] = urlOf(database);
        if (as === 'producer' && sentinel) settings['CELERY_CONFIG_MODULE'] = 'podceleryconf';
        if (as === 'producer') settings['USE_REMOTE_ENCODING_TRANSCODING'] = true;
        break;
      case 'XAPI_CELERY_BROKER_URL':
        settings[setting] = urlOf(database);
        if (as === 'producer' && sentinel) settings['CELERY_CONFIG_MODULE'] = 'podceleryconf';
        if (as === 'producer') Object.assign(settings, { USE_XAPI: true, USE_XAPI_VIDEO: true });
        break;
    }
  }
  return settings;
}

/** The expected module of the Celery apps that do not read Django's settings. */
function moduleSettings(deployment: Deployment): Assignments {
  const options = transportOptions(deployment, 'microservices');
  return {
    ...(Object.keys(options).length > 0 && { broker_transport_options: options }),
    task_acks_late: true,
    worker_prefetch_multiplier: 1,
  };
}

/** A value with each URL in it, at any depth, replaced by the result of `make`. */
function replaced(value: unknown, make: (read: Read) => unknown, key = ''): unknown {
  if (typeof value === 'string' && /^LOCATION$|^url$|BROKER_URL$/.test(key))
    return make([key.endsWith('BROKER_URL') ? 'broker' : 'cache', value]);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [name, replaced(each, make, name)]),
  );
}

/** The server that a URL is expected to lead to. */
const only = (target: Target): Target[] => [target];

/** The expected settings, with the server in place of each URL. */
function expectedTargets(value: unknown, deployment: Deployment, password: string): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if ('database' in value && 'broker' in value) {
    const { redis } = deployment;
    const { sentinel } = redis;
    if (sentinel && value.broker)
      return only({
        host: null,
        port: null,
        socket: null,
        db: numberOf(deployment, value.database),
        user: null,
        password: redis.password ? password : null,
        sentinels: sentinel.endpoints.map(({ host, port }) => `${host.toLowerCase()} ${port}`),
        tls: null,
      });
    const network = redis.socket === undefined;
    // Python's clients turn the host of a URL into lower case.
    const host = sentinel?.master ?? redis.host.toLowerCase();
    return only({
      sentinels: null,
      host: network ? host : null,
      port: network ? (sentinel ? 6379 : redis.port) : null,
      socket: redis.socket ?? null,
      db: numberOf(deployment, value.database),
      user: redis.user ?? null,
      password: redis.password && !sentinel ? password : null,
      tls: redis.ca === undefined ? null : { required: true, ca: redis.ca, host: true },
    });
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [key, expectedTargets(each, deployment, password)]),
  );
}

/** The roles that a settings file is for, by its folder. */
export function rolesOf({ servers }: Deployment, folder: string): Set<Role> {
  const groups = servers.filter(({ id }) => folder === 'all' || id === folder);
  return new Set(groups.flatMap(({ roles }) => roles));
}

/** A Python file, and the values that Python is expected to read in it. */
export interface PythonFile {
  readonly place: string;
  readonly text: string;
  /** The file's assignments, with the server in place of each URL. */
  readonly expected: unknown;
}

/**
 * The Python files of an architecture with their expected values.
 *
 * @param typed the password as typed; empty for the placeholder
 */
export function pythonFiles(architecture: Architecture, typed: string): PythonFile[] {
  const deployment = plan(architecture);
  const password = typed === '' ? PASSWORD_PLACEHOLDER : typed;
  return emitted(architecture, { password: typed })
    .filter(({ kind }) => kind === 'settings' || kind === 'celery-module')
    .map((file) => ({
      place: placeOf(file),
      text: fileText(file),
      expected:
        file.kind === 'celery-module'
          ? moduleSettings(deployment)
          : expectedTargets(
              expectedSettings(deployment, rolesOf(deployment, file.folder), password),
              deployment,
              password,
            ),
    }));
}

/** Runs a Python script that reads and writes JSON. */
export type AskPython = (script: string, input: unknown) => unknown;

/** The values that Python and the Redis clients read in files, in the form of {@link PythonFile.expected}. */
export async function readByPython(
  files: readonly PythonFile[],
  ask: AskPython,
): Promise<unknown[]> {
  const texts = files.map(({ text }) => text);
  const read = (await ask(READ_ASSIGNMENTS, texts)) as Assignments[];
  const reads = new Map<string, Read>();
  replaced(read, (each) => reads.set(each.join(), each));
  const found = (await ask(TARGETS, [...reads.values()])) as Target[][];
  const targets = new Map([...reads.keys()].map((key, at) => [key, found[at]]));
  return read.map((each) => replaced(each, (url) => targets.get(url.join())));
}
