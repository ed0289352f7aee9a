import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Architecture } from '../../../src/core/architecture.ts';
import { PASSWORD_PLACEHOLDER } from '../../../src/core/code.ts';
import type { DatabaseRole } from '../../../src/core/databases.ts';
import { fileText } from '../../../src/core/files.ts';
import { plan, type Deployment } from '../../../src/core/plan.ts';
import type { Role } from '../../../src/core/servers.ts';
import { architectures, passwords } from '../architecture.ts';
import { emitted, placeOf, textAt } from '../emitted.ts';
import { assignments, runPython, type Assignments } from '../python.ts';

/** The connection that a client of Redis makes of a URL. */
interface Target {
  readonly host: string | null;
  readonly port: number | null;
  readonly socket: string | null;
  readonly db: number;
  readonly user: string | null;
  readonly password: string | null;
  /** The sentinels that are asked for the server, as `host port`. */
  readonly sentinels: readonly string[] | null;
  /** How the server's certificate is verified. */
  readonly tls: { readonly required: boolean; readonly ca: string; readonly host: boolean } | null;
}

/** A URL and who reads it. */
type Read = readonly [client: 'cache' | 'broker', url: string];

/**
 * Reads URLs as their clients do: redis-py, which django-redis hands each part of LOCATION between
 * commas to and django-redis-sessions its `url`, and kombu, which Celery hands each part of a
 * broker URL between semicolons to.
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

def target(pool):
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
            "required": made.cert_reqs == ssl.CERT_REQUIRED,
            "ca": made.ca_certs,
            "host": bool(made.check_hostname),
        } if isinstance(made, SSLConnection) else None,
    }

clients = {"cache": (cache, ","), "broker": (broker, ";")}

def targets(client, url):
    if url.startswith("sentinel:"):
        return [by_sentinels(url)]
    pool, sign = clients[client]
    return [target(pool(part)) for part in url.split(sign)]

json.dump([targets(*read) for read in json.load(sys.stdin.buffer)], sys.stdout)
`;

/** Who URLs lead to for those who read them: one server each. */
function targetsOf(reads: readonly Read[]): Target[] {
  const found = runPython(TARGETS, reads) as Target[][];
  return reads.map((read, at) => {
    const [target, ...more] = found[at] ?? [];
    // These versions require a valid certificate without being told to; others need not.
    if (target?.tls) expect(read[1]).toContain('ssl_cert_reqs=required');
    expect({ read, more }).toEqual({ read, more: [] });
    return target as Target;
  });
}

/** Stands in the expected settings for a URL of a database. */
const urlOf = (database: DatabaseRole) => ({ database, broker: isQueue(database) });

const isQueue = (database: DatabaseRole) => database === 'encoding' || database === 'xapi';

const numberOf = ({ databases }: Deployment, role: unknown) =>
  databases.find((each) => each.role === role)?.number;

/** Where django-redis-sessions finds its server: users and TLS it knows in a URL alone. */
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

/** What Celery needs to know besides the broker's URL. */
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

/** The settings that a deployment wants on servers with these roles, by who uses what there. */
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
  const options =
    sentinel === undefined
      ? { CLIENT_CLASS: 'django_redis.client.DefaultClient' }
      : {
          CLIENT_CLASS: 'django_redis.client.DefaultClient',
          SENTINELS: list,
          ...secret,
          SOCKET_CONNECT_TIMEOUT: 5,
          SOCKET_TIMEOUT: 5,
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

/** What the module gives to the Celery apps that do not read Django's settings. */
function moduleSettings(deployment: Deployment): Assignments {
  const options = transportOptions(deployment, 'microservices');
  return {
    ...(Object.keys(options).length > 0 && { broker_transport_options: options }),
    task_acks_late: true,
    worker_prefetch_multiplier: 1,
  };
}

/** An architecture as far as it can be: with Sentinel neither TLS nor an ACL user. */
const possible = (architecture: Architecture): Architecture =>
  architecture.sentinels === '' || architecture.socket !== ''
    ? architecture
    : {
        ...architecture,
        tls: false,
        auth: architecture.auth === 'acl' ? 'none' : architecture.auth,
      };

/** A value with each URL in it, however deep, replaced by what is made of it. */
function replaced(value: unknown, make: (read: Read) => unknown, key = ''): unknown {
  if (typeof value === 'string' && /^LOCATION$|^url$|BROKER_URL$/.test(key))
    return make([key.endsWith('BROKER_URL') ? 'broker' : 'cache', value]);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [name, replaced(each, make, name)]),
  );
}

/** The expected settings with who each database's URL leads to. */
function expectedTargets(value: unknown, deployment: Deployment, password: string): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if ('database' in value && 'broker' in value) {
    const { redis } = deployment;
    const { sentinel } = redis;
    if (sentinel && value.broker)
      return {
        host: null,
        port: null,
        socket: null,
        db: numberOf(deployment, value.database),
        user: null,
        password: redis.password ? password : null,
        sentinels: sentinel.endpoints.map(({ host, port }) => `${host.toLowerCase()} ${port}`),
        tls: null,
      };
    const network = redis.socket === undefined;
    // A URL's host is lower-case to Python's clients, as DNS has it.
    const host = sentinel?.master ?? redis.host.toLowerCase();
    return {
      sentinels: null,
      host: network ? host : null,
      port: network ? (sentinel ? 6379 : redis.port) : null,
      socket: redis.socket ?? null,
      db: numberOf(deployment, value.database),
      user: redis.user ?? null,
      password: redis.password && !sentinel ? password : null,
      tls: redis.ca === undefined ? null : { required: true, ca: redis.ca, host: true },
    };
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [key, expectedTargets(each, deployment, password)]),
  );
}

/** The roles whose settings a file of settings has, by its folder. */
function rolesOf({ servers }: Deployment, folder: string): Set<Role> {
  const groups = servers.filter(({ id }) => folder === 'all' || id === folder);
  return new Set(groups.flatMap(({ roles }) => roles));
}

describe('what Python reads', () => {
  test('in settings_local.py and podceleryconf.py equals the deployment, whatever the architecture', () => {
    const cases = fc.array(
      fc.tuple(architectures.map(possible), fc.oneof(fc.constant(''), passwords)),
      {
        minLength: 1,
        maxLength: 60,
        size: 'max',
      },
    );
    fc.assert(
      fc.property(cases, (all) => {
        const modules = all.flatMap(([architecture, typed]) => {
          const deployment = plan(architecture);
          const password = typed === '' ? PASSWORD_PLACEHOLDER : typed;
          return emitted(architecture, { password: typed })
            .filter(({ name }) => name.endsWith('.py'))
            .map((file) => {
              const expected =
                file.name === 'podceleryconf.py'
                  ? moduleSettings(deployment)
                  : expectedTargets(
                      expectedSettings(deployment, rolesOf(deployment, file.folder), password),
                      deployment,
                      password,
                    );
              return { place: placeOf(file), text: fileText(file), expected };
            });
        });
        const read = assignments(modules.map(({ text }) => text));
        const reads = new Map<string, Read>();
        replaced(read, (each) => reads.set(each.join(), each));
        const found = targetsOf([...reads.values()]);
        const targets = new Map([...reads.keys()].map((key, at) => [key, found[at]]));
        for (const [at, { place, expected }] of modules.entries())
          expect({ place, read: replaced(read[at], (each) => targets.get(each.join())) }).toEqual({
            place,
            read: expected,
          });
      }),
      { numRuns: 10 },
    );
  });
});

describe('the settings of each role', () => {
  const CACHES = ['CACHES', 'SELECT2_CACHE_BACKEND'];
  const SESSIONS = ['SESSION_ENGINE', 'SESSION_REDIS'];
  const CELERY = [
    'CELERY_BROKER_TRANSPORT_OPTIONS',
    'CELERY_BROKER_URL',
    'CELERY_TASK_ACKS_LATE',
    'CELERY_TO_ENCODE',
  ];
  const MICROSERVICES = 'ENCODING_TRANSCODING_CELERY_BROKER_URL';
  const XAPI = ['USE_XAPI', 'USE_XAPI_VIDEO', 'XAPI_CELERY_BROKER_URL'];

  const cases: [name: string, choices: Partial<Architecture>, names: Record<string, string[]>][] = [
    ['standalone', { arch: 'standalone' }, { web: [...CACHES, ...SESSIONS] }],
    [
      'standalone with xAPI',
      { arch: 'standalone', xapi: true },
      { web: [...CACHES, ...SESSIONS, ...XAPI] },
    ],
    ['celery on one server', {}, { web: [...CACHES, ...CELERY, ...SESSIONS] }],
    [
      'celery on several, the worker without sessions',
      { workers: 2, xapi: true },
      {
        web: [...CACHES, ...CELERY, ...SESSIONS, ...XAPI],
        worker: [...CACHES, ...CELERY],
        xapi: ['XAPI_CELERY_BROKER_URL'],
      },
    ],
    [
      'microservices, their workers with the broker alone',
      { arch: 'microservices', workers: 1, transcription: true, xapi: true },
      {
        web: [...CACHES, ...SESSIONS, ...XAPI, MICROSERVICES, 'USE_REMOTE_ENCODING_TRANSCODING'],
        encoding: [MICROSERVICES],
        transcription: [MICROSERVICES],
        xapi: ['XAPI_CELERY_BROKER_URL'],
      },
    ],
    [
      'one file for all',
      { workers: 2, xapi: true, shared: true },
      { all: [...CACHES, ...CELERY, ...SESSIONS, ...XAPI] },
    ],
    [
      'Celery and microservices never both',
      { arch: 'microservices' },
      { web: [...CACHES, ...SESSIONS, MICROSERVICES, 'USE_REMOTE_ENCODING_TRANSCODING'] },
    ],
  ];
  test.each(cases)('%s', (_, choices, names) => {
    const files = emitted(choices).filter(({ name }) => name === 'settings_local.py');
    const read = assignments(files.map(fileText));
    const found = files.map(({ folder }, at) => [folder, Object.keys(read[at] ?? {}).sort()]);
    const expected = Object.entries(names).map(([folder, each]) => [folder, each.sort()]);
    expect(Object.fromEntries(found)).toEqual(Object.fromEntries(expected));
  });
});

test('one server with a Celery worker and no password is what the guide always said, and two additions that it explains', () => {
  const original = readFileSync(join(import.meta.dirname, 'seed.py.txt'), 'utf8');
  const [seed, ours] = assignments([
    original,
    textAt(emitted({ auth: 'none' }), 'web/settings_local.py'),
  ]);
  const { CELERY_BROKER_TRANSPORT_OPTIONS, CACHES, ...rest } = ours ?? {};
  const { default: standard, ...others } = CACHES as Record<string, Record<string, unknown>>;
  const { KEY_PREFIX, ...standardRest } = standard ?? {};
  expect({ ...rest, CACHES: { ...others, default: standardRest } }).toEqual(seed);
  // The keys keep the names that they have without a CACHES of one's own (pod/settings.py:371-379).
  expect(KEY_PREFIX).toBe('pod');
  // An encoding of more than an hour runs once.
  expect(CELERY_BROKER_TRANSPORT_OPTIONS).toEqual({ visibility_timeout: 90000 });
});
