import type { FindingDefinition } from '../finding.ts';
import { CACHE_ENGINES } from '../read/clientConnections.ts';
import { binding, type SettingsFile } from '../read/files.ts';
import type { Span } from '../read/span.ts';
import { isTruthy, textOf, valueAt, type DictEntry, type DictValue } from '../read/values.ts';
import { replace, replaceValue, setValue, withoutEntry } from '../repair/edits.ts';
import { urlLike } from '../repair/generated.ts';
import { but, CACHED_TEXT, pair, settings, SETTINGS_TEXT, TLS_TEXT } from './exampleFiles.ts';

const ENGINE = 'redis_sessions.session';
const [IN_CACHE, CACHED_DB] = CACHE_ENGINES;

/** The session engine of a file, if it is another one than django-redis-sessions. */
export function otherSessionEngine(file: SettingsFile): string | undefined {
  const engine = textOf(binding(file, 'SESSION_ENGINE')?.value);
  return engine === ENGINE ? undefined : engine;
}

/** Whether a file's sessions are in a cache that is Redis's, as far as the file says. */
function inCache(file: SettingsFile, engine: string): boolean {
  if (!CACHE_ENGINES.includes(engine)) return false;
  const alias = textOf(binding(file, 'SESSION_CACHE_ALIAS')?.value) ?? 'default';
  const backend = textOf(valueAt(binding(file, 'CACHES')?.value, alias, 'BACKEND'));
  return backend === undefined || /redis/i.test(backend);
}

/** The statement and the alias of the cache that has a file's sessions, if one has. */
function sessionCache(file: SettingsFile): { alias: string; at: Span } | undefined {
  const engine = binding(file, 'SESSION_ENGINE');
  if (!engine || !CACHE_ENGINES.includes(textOf(engine.value) ?? '')) return undefined;
  const named = binding(file, 'SESSION_CACHE_ALIAS');
  if (!named) return file.python.incomplete ? undefined : { alias: 'default', at: engine.value };
  const alias = textOf(named.value);
  return alias === undefined ? undefined : { alias, at: named.value };
}

/** The aliases of Pod's own CACHES (pod/settings.py), where the file has none. */
const POD_CACHES = ['default', 'select2'];

function sessionDict(file: SettingsFile): DictValue | undefined {
  const value = binding(file, 'SESSION_REDIS')?.value;
  return value?.kind === 'dict' ? value : undefined;
}

/** The user's name in SESSION_REDIS, which django-redis-sessions only reads from `url`. */
function userEntry({ entries }: DictValue): DictEntry | undefined {
  return entries.has('url') ? undefined : (entries.get('username') ?? entries.get('user'));
}

/** Replaces an entry by the URL of the file's other connections, if that has what is needed. */
function withUrl(file: SettingsFile, entry: DictEntry, needed: RegExp) {
  const url = urlLike(file, 'sessions', 'django');
  return url !== undefined && needed.test(url) && !entry.statement
    ? replace(entry, `"url": ${url}`)
    : [];
}

/** Sessions that are not in Redis, and options that django-redis-sessions does not know. */
export const sessions = [
  // With `url`, the dict's own host, port, db and password are ignored.
  {
    code: 'session-acl',
    severity: 'error',
    *settings(file) {
      const dict = sessionDict(file);
      const user = dict && userEntry(dict);
      if (user)
        yield {
          at: user,
          params: { key: user.key },
          repair: withUrl(file, user, /^"rediss?:\/\/[^:"]+:/),
        };
    },
    example: [
      settings(
        but(
          but(SETTINGS_TEXT, 'redis://', 'redis://pod:p%40ss-Vx7kQ2mLw9Rt@'),
          "'db': 4",
          "'db': 4, 'username': 'pod', 'password': 'p@ss-Vx7kQ2mLw9Rt'",
        ),
      ),
    ],
    nearMiss: [
      settings(
        but(
          but(SETTINGS_TEXT, 'redis://', 'redis://pod:p%40ss-Vx7kQ2mLw9Rt@'),
          "'db': 4",
          `'url': "redis://pod:p%40ss-Vx7kQ2mLw9Rt@10.0.0.9:6379/4"`,
        ),
      ),
    ],
  },
  {
    code: 'session-ssl',
    severity: 'error',
    *settings(file) {
      const dict = sessionDict(file);
      if (!dict || dict.incomplete || dict.entries.has('url') || userEntry(dict)) return;
      const [ssl, ...others] = [...dict.entries.values()].filter(({ key }) => /^ssl/.test(key));
      if (ssl)
        yield {
          at: ssl,
          params: { key: ssl.key },
          repair: others.length === 0 ? withUrl(file, ssl, /^"rediss:\/\//) : [],
        };
    },
    example: [
      settings(
        `${TLS_TEXT}SESSION_REDIS = {"host": "r.example.org", "db": 4, "password": "x", "ssl": True}\n`,
        { roles: ['xapi'] },
      ),
    ],
    nearMiss: [
      settings(
        `${TLS_TEXT}SESSION_REDIS = {"host": "r.example.org", "db": 4, "password": "x", "socket_timeout": 1}\n`,
        { roles: ['xapi'] },
      ),
    ],
  },
  {
    code: 'session-pool',
    severity: 'error',
    *settings(file) {
      const dict = sessionDict(file);
      const pool = dict?.entries.get('POOL');
      if (dict && pool) yield { at: pool, repair: withoutEntry(file.input.text, dict, pool) };
    },
    ...pair("'db': 4", "'db': 4, 'POOL': None"),
  },
  {
    code: 'sessions-not-redis',
    severity: 'warning',
    *settings(file) {
      const engine = binding(file, 'SESSION_ENGINE');
      const name = otherSessionEngine(file);
      if (file.roles.has('web') && engine && name !== undefined && !inCache(file, name))
        yield {
          at: engine.statement,
          params: { engine: name.slice(0, 60) },
          repair: replaceValue(engine.value, `"${ENGINE}"`),
        };
    },
    ...pair(`'${ENGINE}'`, "'django.contrib.sessions.backends.db'"),
  },
  {
    code: 'session-alias',
    severity: 'error',
    *settings(file) {
      const cache = sessionCache(file);
      if (!cache) return;
      const caches = binding(file, 'CACHES')?.value;
      const lacks = caches
        ? caches.kind === 'dict' && !caches.incomplete && !caches.entries.has(cache.alias)
        : !file.python.incomplete && !POD_CACHES.includes(cache.alias);
      if (lacks) yield { at: cache.at, params: { alias: cache.alias.slice(0, 60) } };
    },
    ...pair("ALIAS = 'sessions'", "ALIAS = 'session'", settings(CACHED_TEXT)),
    repairable: false,
  },
  {
    code: 'session-cache-shared',
    severity: 'warning',
    *settings(file) {
      const cache = sessionCache(file);
      if (cache && POD_CACHES.includes(cache.alias))
        yield {
          at: cache.at,
          params: { alias: cache.alias },
          repair: valueAt(binding(file, 'CACHES')?.value, 'sessions')
            ? setValue(file, 'SESSION_CACHE_ALIAS', '"sessions"')
            : [],
        };
    },
    ...pair("ALIAS = 'sessions'", "ALIAS = 'default'", settings(CACHED_TEXT)),
  },
  {
    code: 'ignored-exceptions',
    severity: 'error',
    *settings(file) {
      const engine = binding(file, 'SESSION_ENGINE');
      const cache = sessionCache(file);
      if (!engine || !cache || textOf(engine.value) !== IN_CACHE) return;
      const own = valueAt(
        binding(file, 'CACHES')?.value,
        cache.alias,
        'OPTIONS',
        'IGNORE_EXCEPTIONS',
      );
      if (isTruthy(own ?? binding(file, 'DJANGO_REDIS_IGNORE_EXCEPTIONS')?.value))
        yield { at: engine.statement, repair: replaceValue(engine.value, `"${CACHED_DB}"`) };
    },
    ...pair('backends.cached_db', 'backends.cache', settings(CACHED_TEXT)),
  },
] as const satisfies readonly FindingDefinition[];
