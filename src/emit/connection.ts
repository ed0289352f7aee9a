import { isPlaceholder, urlHost } from '../model/address.ts';
import {
  constant,
  number,
  PASSWORD_PLACEHOLDER,
  plain,
  string,
  type Source,
  type Token,
  type Writing,
} from './code.ts';
import type { DatabaseRole } from '../pod/databases.ts';
import type { Deployment } from '../model/deployment.ts';
import { pythonString, urlPart } from './quote.ts';
import type { Entry } from './python.ts';

/** The number of a database in a deployment. */
export function databaseNumber({ architecture }: Deployment, role: DatabaseRole): number {
  return architecture[`db.${role}`];
}

/** The address of Redis, marked as a placeholder where it is one. */
export function hostToken({ redis }: Deployment, text: string, kind = string): Token {
  const source: Source = { field: 'host', server: redis.on };
  return { ...kind(text, source), ...(redis.placeholder && { placeholder: true }) };
}

/** The password in the form a place wants it in, or the placeholder for it. */
export function passwordToken({ password }: Writing, quote: (text: string) => string): Token {
  const given = password !== '';
  return {
    ...string(quote(given ? password : PASSWORD_PLACEHOLDER), { field: 'auth' }),
    ...(!given && { placeholder: true }),
  };
}

/** The clients differ in how they write a Unix socket. */
export type Client = 'django' | 'celery';

/** `USER:PASSWORD@` of a URL, as far as Redis asks for them. */
function credentials({ redis }: Deployment, writing: Writing): Token[] {
  if (!redis.password) return [];
  return [
    ...(redis.user === undefined ? [] : [string(redis.user, { field: 'user' })]),
    string(':'),
    passwordToken(writing, urlPart),
    string('@'),
  ];
}

/** Marks an address that the reader is still to give. */
export function placeholderOf(host: string): { placeholder?: true } {
  return isPlaceholder(host) ? { placeholder: true } : {};
}

/** `("HOST", PORT)` of each sentinel, in a Python list. */
export function sentinelList({ redis }: Deployment): Token[] {
  const source: Source = { field: 'sentinels' };
  const endpoints = redis.sentinel?.endpoints ?? [];
  return [
    plain('['),
    ...endpoints.flatMap(({ host, port }, at) => [
      plain(at === 0 ? '(' : ', ('),
      { ...string(pythonString(host), source), ...placeholderOf(host) },
      plain(', '),
      number(String(port), source),
      plain(')'),
    ]),
    plain(']'),
  ];
}

/** How long a client waits for a Redis server or sentinel whose machine is gone, in seconds. */
const PATIENCE = '5';

/**
 * `OPTIONS` of a cache. With Sentinel the client gets its password here, and is told how long to
 * wait for a machine that is gone: without it that is as long as the system has patience. It is not
 * django-redis's SentinelClient, which reads from a replica: run on Redis 7.0.15, none of 5000
 * values was there right after it was written while that replica's link was broken.
 */
export function cacheOptions(deployment: Deployment, writing: Writing): Entry[] {
  const { redis } = deployment;
  const client: Entry = [
    'CLIENT_CLASS',
    [string(pythonString('django_redis.client.DefaultClient'))],
  ];
  if (redis.sentinel === undefined) return [client];
  return [
    client,
    ['SENTINELS', sentinelList(deployment)],
    ...(redis.password
      ? [['PASSWORD', [passwordToken(writing, pythonString)]] satisfies Entry]
      : []),
    ['SOCKET_CONNECT_TIMEOUT', [number(PATIENCE)]],
    ['SOCKET_TIMEOUT', [number(PATIENCE)]],
  ];
}

/**
 * A machine that lost its power closes no connection: measured on Linux with kombu 5.2.4, a worker
 * went on waiting for it for as long as one looked, and with these options was back after 90 s.
 * They are numbered as Linux has them (tcp(7)): TCP_KEEPIDLE, TCP_KEEPINTVL, TCP_KEEPCNT for idle
 * connections, and for what was sent and not answered TCP_USER_TIMEOUT, in milliseconds.
 */
const PROBES = { 4: 10, 5: 5, 6: 3, 18: 20_000 };

/**
 * Celery's `broker_transport_options`. The visibility timeout is in seconds; `master_name` is what
 * a `sentinel://` URL cannot carry and fails without. See {@link PROBES} for the rest.
 */
export function transportOptions(deployment: Deployment): Entry[] {
  const { sentinel } = deployment.redis;
  const timeout = number(String(deployment.visibilityTimeout), { field: 'hours' });
  if (sentinel === undefined) return [['visibility_timeout', [timeout]]];
  const probes = Object.entries(PROBES).flatMap(([option, value], at) => [
    plain(at === 0 ? '{' : ', '),
    number(option),
    plain(': '),
    number(String(value)),
  ]);
  return [
    ['master_name', [string(pythonString(sentinel.master), { field: 'master' })]],
    ['visibility_timeout', [timeout]],
    ['socket_connect_timeout', [number(PATIENCE)]],
    ['socket_keepalive', [constant('True')]],
    ['socket_keepalive_options', [...probes, plain('}')]],
  ];
}

/** `sentinel://[:PASSWORD@]HOST:PORT/NUMBER` of each sentinel, between semicolons. */
function sentinelUrl(
  deployment: Deployment,
  writing: Writing,
  { endpoints }: NonNullable<Deployment['redis']['sentinel']>,
  number: Token,
): Token[] {
  const source: Source = { field: 'sentinels' };
  const urls = endpoints.flatMap(({ host, port }, at) => [
    string(at === 0 ? '"sentinel://' : ';sentinel://', source),
    ...credentials(deployment, writing),
    { ...string(urlHost(host), source), ...placeholderOf(host) },
    string(`:${port}`, source),
    string('/'),
    number,
  ]);
  return [...urls, string('"')];
}

/**
 * A URL of a database as a Python string, in the form that was seen to work with each client:
 * `redis://[[USER]:PASSWORD@]HOST:PORT/NUMBER` for both; `rediss://` with the parameters without
 * which Celery verifies no certificate and neither of them a host name; for a Unix socket
 * `unix://PATH?db=NUMBER` or Celery's `redis+socket://PATH?virtual_host=NUMBER`; with Sentinel
 * `redis://MASTER/NUMBER`, which django-redis takes the rest of from its options, or the addresses
 * of the sentinels for Celery.
 */
export function redisUrl(
  deployment: Deployment,
  database: DatabaseRole,
  writing: Writing,
  client: Client,
): Token[] {
  const { redis } = deployment;
  const number = string(String(databaseNumber(deployment, database)), {
    field: `db.${database}`,
    database,
  });
  if (redis.socket !== undefined)
    return [
      string(client === 'django' ? '"unix://' : '"redis+socket://'),
      ...credentials(deployment, writing),
      string(redis.socket, { field: 'socket' }),
      string(client === 'django' ? '?db=' : '?virtual_host='),
      number,
      string('"'),
    ];
  if (redis.sentinel !== undefined)
    return client === 'celery'
      ? sentinelUrl(deployment, writing, redis.sentinel, number)
      : [
          string('"redis://', { field: 'sentinels' }),
          string(redis.sentinel.master, { field: 'master' }),
          string('/'),
          number,
          string('"'),
        ];
  return [
    string(redis.ca === undefined ? '"redis://' : '"rediss://', { field: 'tls' }),
    ...credentials(deployment, writing),
    hostToken(deployment, urlHost(redis.host)),
    string(':'),
    string(String(redis.port), { field: 'port' }),
    string('/'),
    number,
    ...(redis.ca === undefined
      ? []
      : [
          string('?ssl_cert_reqs=required&ssl_ca_certs=', { field: 'tls' }),
          string(redis.ca, { field: 'ca' }),
          string('&ssl_check_hostname=true', { field: 'tls' }),
        ]),
    string('"'),
  ];
}

/**
 * Connection entries of `SESSION_REDIS`, which knows users and TLS in its `url` alone (any
 * `username` or `ssl` key is ignored); else the password is plain, and an IPv6 address has no
 * brackets. With Sentinel `host` is None, for a host is called before any sentinel is asked.
 */
export function sessionEntries(deployment: Deployment, writing: Writing): Entry[] {
  const { redis } = deployment;
  if (redis.user !== undefined || redis.ca !== undefined)
    return [['url', redisUrl(deployment, 'sessions', writing, 'django')]];
  const database = databaseNumber(deployment, 'sessions');
  const entries: Entry[] =
    redis.sentinel !== undefined
      ? [['host', [constant('None', { field: 'sentinels' })]]]
      : redis.socket === undefined
        ? [
            ['host', [string('"'), hostToken(deployment, redis.host), string('"')]],
            ['port', [number(String(redis.port), { field: 'port' })]],
          ]
        : [['unix_domain_socket_path', [string(pythonString(redis.socket), { field: 'socket' })]]];
  entries.push(['db', [number(String(database), { field: 'db.sessions', database: 'sessions' })]]);
  if (redis.password) entries.push(['password', [passwordToken(writing, pythonString)]]);
  return entries;
}
