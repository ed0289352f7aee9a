import { isPlaceholder, urlHost } from '../model/address.ts';
import type { Deployment } from '../model/deployment.ts';
import { PASSWORD_PLACEHOLDER } from '../model/password.ts';
import type { DatabaseRole } from '../pod/databases.ts';
import { ANSWER_TIMEOUT, AWAY_TIMEOUTS } from '../pod/limits.ts';
import {
  constant,
  number,
  plain,
  string,
  type DictEntry,
  type PythonValue,
  type Source,
  type Token,
  type Writing,
} from './code.ts';
import { pythonString, urlPart } from './escape.ts';
import { literal } from './python.ts';

/** The address of Redis as `text`, marked as a placeholder where it is one. */
export function hostToken({ redis }: Deployment, text: string, make = string): Token {
  const source: Source = { field: 'host', server: redis.on };
  return { ...make(text, source), ...(redis.placeholder && { placeholder: true }) };
}

/** The host of a sentinel, and of the Redis server beside it, as `text`. */
export function endpointToken(host: string, text = host, make = plain): Token {
  return {
    ...make(text, { field: 'sentinels' }),
    ...(isPlaceholder(host) && { placeholder: true }),
  };
}

/**
 * The password, escaped by `escape` for the place it goes to.
 *
 * @param placeholder the text in its place as long as it is not known
 */
export function passwordToken(
  { password }: Writing,
  escape: (text: string) => string,
  placeholder: string,
): Token {
  return password === ''
    ? { ...plain(placeholder, { field: 'auth' }), placeholder: true }
    : string(escape(password), { field: 'auth' });
}

/** The password as Python source; the placeholder is a name that Python does not know. */
function pythonPassword(writing: Writing): PythonValue {
  return literal(passwordToken(writing, pythonString, PASSWORD_PLACEHOLDER));
}

/** The clients, which differ in their URLs of a Unix socket. */
export type Client = 'django' | 'celery';

/** `USER:PASSWORD@` of a URL, as far as Redis asks for them. */
function credentials({ redis }: Deployment, writing: Writing): Token[] {
  if (!redis.password) return [];
  return [
    ...(redis.user === undefined ? [] : [string(redis.user, { field: 'user' })]),
    string(':'),
    passwordToken(writing, urlPart, `{${PASSWORD_PLACEHOLDER}}`),
    string('@'),
  ];
}

/** The beginning of a Python string with a URL; a placeholder is a name that Python looks up in it. */
function urlStart({ redis }: Deployment, { password }: Writing, scheme: string): string {
  return `${redis.password && password === '' ? 'f' : ''}"${scheme}://`;
}

/** `("HOST", PORT)` of each sentinel, in a Python list. */
export function sentinelList({ redis }: Deployment): PythonValue {
  const endpoints = redis.sentinel?.endpoints ?? [];
  return {
    kind: 'list',
    items: endpoints.map(({ host, port }) => ({
      kind: 'tuple',
      items: [
        literal(endpointToken(host, pythonString(host), string)),
        literal(number(String(port), { field: 'sentinels' })),
      ],
    })),
  };
}

/** The options of an encrypted connection: the server's certificate and its name are checked. */
function tlsEntries({ redis }: Deployment): DictEntry[] {
  if (redis.ca === undefined) return [];
  const source: Source = { field: 'tls' };
  return [
    ['ssl_cert_reqs', literal(string('"required"', source))],
    ['ssl_ca_certs', literal(string(pythonString(redis.ca), { field: 'ca' }))],
    ['ssl_check_hostname', literal(constant('True', source))],
  ];
}

/** Celery's `broker_use_ssl`, which the connection to a master that sentinels name takes TLS from. */
export function brokerTls(deployment: Deployment): DictEntry[] {
  return deployment.redis.sentinel === undefined ? [] : tlsEntries(deployment);
}

/** The entry with the user's name, where Redis has users. */
function userEntry({ redis: { user } }: Deployment): DictEntry[] {
  return user === undefined
    ? []
    : [['username', literal(string(pythonString(user), { field: 'user' }))]];
}

/**
 * The options of connections to the sentinels: the user, the password and TLS, where they have any. Clients give
 * a sentinel only the timeouts of these options, once it has any (redis-py 5.2).
 */
function sentinelKwargs(
  deployment: Deployment,
  writing: Writing,
  timeout: PythonValue,
): DictEntry[] {
  const { sentinel } = deployment.redis;
  const tls = tlsEntries(deployment);
  const entries: DictEntry[] = [
    ...(sentinel?.password
      ? [...userEntry(deployment), ['password', pythonPassword(writing)] satisfies DictEntry]
      : []),
    ...(tls.length === 0 ? [] : [['ssl', literal(constant('True'))] satisfies DictEntry, ...tls]),
  ];
  return entries.length === 0
    ? []
    : [...entries, ['socket_connect_timeout', timeout], ['socket_timeout', timeout]];
}

const dict = (key: string, entries: readonly DictEntry[]): DictEntry[] =>
  entries.length === 0 ? [] : [[key, { kind: 'dict', entries }]];

/**
 * `OPTIONS` of a cache. With Sentinel the client gets its password here, and a timeout for a machine
 * that is gone: without it the operating system's applies. A Pod that does without Redis has a short
 * timeout. The client is not django-redis's SentinelClient, which reads from a replica: run on Redis
 * 7.0.15, none of 5000 values was there right after it was written while that replica's link was broken.
 */
export function cacheOptions(
  deployment: Deployment,
  writing: Writing,
  alias: 'default' | 'select2' | 'sessions',
): DictEntry[] {
  const { redis, sessions } = deployment;
  const client: DictEntry = [
    'CLIENT_CLASS',
    literal(string(pythonString('django_redis.client.DefaultClient'))),
  ];
  const away = sessions === 'cached_db';
  if (redis.sentinel === undefined && !away) return [client];
  const timeout = away
    ? literal(
        number(String(AWAY_TIMEOUTS[alias === 'sessions' ? 'session' : 'cache']), {
          field: 'sessions',
        }),
      )
    : literal(number(String(ANSWER_TIMEOUT)));
  const timeouts: DictEntry[] = [
    // A connection by a Unix socket is there at once, and redis-py before 4.6 has no timeout for it.
    ...(redis.socket === undefined
      ? [['SOCKET_CONNECT_TIMEOUT', timeout] satisfies DictEntry]
      : []),
    ['SOCKET_TIMEOUT', timeout],
  ];
  if (redis.sentinel === undefined) return [client, ...timeouts];
  const tls = tlsEntries(deployment);
  const pool: DictEntry[] = [
    ...userEntry(deployment),
    ...(tls.length === 0 ? [] : [['ssl', literal(constant('True'))] satisfies DictEntry, ...tls]),
  ];
  return [
    client,
    ['SENTINELS', sentinelList(deployment)],
    ...(redis.password ? [['PASSWORD', pythonPassword(writing)] satisfies DictEntry] : []),
    ...dict('CONNECTION_POOL_KWARGS', pool),
    ...dict('SENTINEL_KWARGS', sentinelKwargs(deployment, writing, timeout)),
    ...timeouts,
  ];
}

/**
 * The keepalive options of a broker connection. A machine that lost its power closes no connection:
 * measured on Linux with kombu 5.2.4, a worker waited for it without end, and with these options was
 * back after 90 s. The numbers are Linux's (tcp(7)): TCP_KEEPIDLE, TCP_KEEPINTVL, TCP_KEEPCNT for
 * idle connections; TCP_USER_TIMEOUT, in milliseconds, for unanswered data.
 */
const KEEPALIVE_OPTIONS: readonly (readonly [option: number, value: number])[] = [
  [4, 10],
  [5, 5],
  [6, 3],
  [18, 20_000],
];

/**
 * Celery's `broker_transport_options`. The visibility timeout is in seconds; a `sentinel://` URL
 * cannot carry `master_name` and fails without it. Without the timeouts of sockets, a web server that
 * hands over a task would wait for a Redis that keeps silent without end (run on Pod 4.2.0).
 */
export function transportOptions(deployment: Deployment, writing: Writing): DictEntry[] {
  const { redis, sessions, visibilityTimeout } = deployment;
  const { sentinel } = redis;
  const timeout: DictEntry = [
    'visibility_timeout',
    literal(number(String(visibilityTimeout), { field: 'hours' })),
  ];
  const answer = literal(number(String(ANSWER_TIMEOUT)));
  const connecting: DictEntry = ['socket_connect_timeout', answer];
  const answering: DictEntry[] = sessions === 'cached_db' ? [['socket_timeout', answer]] : [];
  if (sentinel === undefined)
    return answering.length === 0 || redis.socket !== undefined
      ? [timeout, ...answering]
      : [timeout, connecting, ...answering];
  const keepalive = KEEPALIVE_OPTIONS.map(([option, value]): DictEntry => [
    option,
    literal(number(String(value))),
  ]);
  return [
    ['master_name', literal(string(pythonString(sentinel.master), { field: 'master' }))],
    timeout,
    ...dict('sentinel_kwargs', sentinelKwargs(deployment, writing, answer)),
    connecting,
    ...answering,
    ['socket_keepalive', literal(constant('True'))],
    ['socket_keepalive_options', { kind: 'dict', entries: keepalive }],
  ];
}

/** `sentinel://[:PASSWORD@]HOST:PORT/NUMBER` of each sentinel, separated by semicolons. */
function sentinelUrl(
  deployment: Deployment,
  writing: Writing,
  { endpoints }: NonNullable<Deployment['redis']['sentinel']>,
  database: Token,
): Token[] {
  const source: Source = { field: 'sentinels' };
  const urls = endpoints.flatMap(({ host, port }, at) => [
    string(at === 0 ? urlStart(deployment, writing, 'sentinel') : ';sentinel://', source),
    ...credentials(deployment, writing),
    endpointToken(host, urlHost(host), string),
    string(`:${port}`, source),
    string('/'),
    database,
  ]);
  return [...urls, string('"')];
}

/**
 * The URL of a database as a Python string, in the form that was seen to work with each client:
 * `redis://[[USER]:PASSWORD@]HOST:PORT/NUMBER` for both; `rediss://` with the parameters without
 * which Celery verifies no certificate and neither of them a host name; for a Unix socket
 * `unix://PATH?db=NUMBER` or Celery's `redis+socket://PATH?virtual_host=NUMBER`; with Sentinel
 * `redis://MASTER/NUMBER`, which django-redis completes from its options, or the addresses of the
 * sentinels for Celery.
 */
export function redisUrl(
  deployment: Deployment,
  database: DatabaseRole,
  writing: Writing,
  client: Client,
): Token[] {
  const { redis, databaseNumbers } = deployment;
  const number = string(String(databaseNumbers[database]), { field: `db.${database}`, database });
  if (redis.socket !== undefined)
    return [
      string(urlStart(deployment, writing, client === 'django' ? 'unix' : 'redis+socket')),
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
    string(urlStart(deployment, writing, redis.ca === undefined ? 'redis' : 'rediss'), {
      field: 'tls',
    }),
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
 * The connection entries of `SESSION_REDIS`, which knows users and TLS in its `url` only (it ignores
 * `username` and `ssl`); else the password is plain, and an IPv6 address has no brackets. With
 * Sentinel `host` is None, for a host is called before any sentinel is asked.
 */
export function sessionEntries(deployment: Deployment, writing: Writing): DictEntry[] {
  const { redis, databaseNumbers } = deployment;
  if (redis.user !== undefined || redis.ca !== undefined)
    return [['url', literal(...redisUrl(deployment, 'sessions', writing, 'django'))]];
  const entries: DictEntry[] =
    redis.sentinel !== undefined
      ? [['host', literal(constant('None', { field: 'sentinels' }))]]
      : redis.socket === undefined
        ? [
            ['host', literal(string('"'), hostToken(deployment, redis.host), string('"'))],
            ['port', literal(number(String(redis.port), { field: 'port' }))],
          ]
        : [
            [
              'unix_domain_socket_path',
              literal(string(pythonString(redis.socket), { field: 'socket' })),
            ],
          ];
  const source: Source = { field: 'db.sessions', database: 'sessions' };
  entries.push(['db', literal(number(String(databaseNumbers.sessions), source))]);
  if (redis.password) entries.push(['password', pythonPassword(writing)]);
  return entries;
}
