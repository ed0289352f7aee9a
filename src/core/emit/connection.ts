import { urlHost } from '../address.ts';
import {
  number,
  PASSWORD_PLACEHOLDER,
  string,
  type Source,
  type Token,
  type Writing,
} from '../code.ts';
import type { DatabaseRole } from '../databases.ts';
import type { Deployment } from '../plan.ts';
import { pythonString, urlPart } from '../quote.ts';

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

/**
 * A URL of a database as a Python string, in the form that was seen to work with each client:
 * `redis://[[USER]:PASSWORD@]HOST:PORT/NUMBER` for both; `rediss://` with the parameters without
 * which Celery verifies no certificate and neither of them a host name; for a Unix socket
 * `unix://PATH?db=NUMBER` or Celery's `redis+socket://PATH?virtual_host=NUMBER`.
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
 * brackets.
 */
export function sessionEntries(
  deployment: Deployment,
  writing: Writing,
): [key: string, value: Token[]][] {
  const { redis } = deployment;
  if (redis.user !== undefined || redis.ca !== undefined)
    return [['url', redisUrl(deployment, 'sessions', writing, 'django')]];
  const database = databaseNumber(deployment, 'sessions');
  const entries: [string, Token[]][] =
    redis.socket === undefined
      ? [
          ['host', [string('"'), hostToken(deployment, redis.host), string('"')]],
          ['port', [number(String(redis.port), { field: 'port' })]],
        ]
      : [['unix_domain_socket_path', [string(pythonString(redis.socket), { field: 'socket' })]]];
  entries.push(['db', [number(String(database), { field: 'db.sessions', database: 'sessions' })]]);
  if (redis.password) entries.push(['password', [passwordToken(writing, pythonString)]]);
  return entries;
}
