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

/**
 * A URL of a database as a Python string: `redis://[:PASSWORD@]HOST:PORT/NUMBER`, read alike by
 * django-redis and Celery.
 */
export function redisUrl(
  deployment: Deployment,
  database: DatabaseRole,
  writing: Writing,
): Token[] {
  const { redis } = deployment;
  return [
    string('"redis://'),
    ...(redis.password ? [string(':'), passwordToken(writing, urlPart), string('@')] : []),
    hostToken(deployment, urlHost(redis.host)),
    string(':'),
    string(String(redis.port), { field: 'port' }),
    string('/'),
    string(String(databaseNumber(deployment, database)), { field: `db.${database}`, database }),
    string('"'),
  ];
}

/** Connection entries of `SESSION_REDIS`: the password plain, an IPv6 address without brackets. */
export function sessionEntries(
  deployment: Deployment,
  writing: Writing,
): [key: string, value: Token[]][] {
  const { redis } = deployment;
  const host = [string('"'), hostToken(deployment, redis.host), string('"')];
  const database = databaseNumber(deployment, 'sessions');
  return [
    ['host', host],
    ['port', [number(String(redis.port), { field: 'port' })]],
    ['db', [number(String(database), { field: 'db.sessions', database: 'sessions' })]],
    ...(redis.password
      ? ([['password', [passwordToken(writing, pythonString)]]] as [string, Token[]][])
      : []),
  ];
}
