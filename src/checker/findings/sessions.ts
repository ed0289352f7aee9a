import type { FindingDefinition } from '../finding.ts';
import { CACHE_ENGINES } from '../read/clientConnections.ts';
import { binding, type SettingsFile } from '../read/files.ts';
import { textOf, valueAt, type DictEntry, type DictValue } from '../read/values.ts';
import { replace, replaceValue, withoutEntry } from '../repair/edits.ts';
import { urlLike } from '../repair/generated.ts';
import { but, pair, settings, SETTINGS_TEXT, TLS_TEXT } from './exampleFiles.ts';

const ENGINE = 'redis_sessions.session';

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
          but(SETTINGS_TEXT, 'redis://', 'redis://pod:p%40ss@'),
          "'db': 4",
          "'db': 4, 'username': 'pod', 'password': 'p@ss'",
        ),
      ),
    ],
    nearMiss: [
      settings(
        but(
          but(SETTINGS_TEXT, 'redis://', 'redis://pod:p%40ss@'),
          "'db': 4",
          `'url': "redis://pod:p%40ss@10.0.0.9:6379/4"`,
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
] as const satisfies readonly FindingDefinition[];
