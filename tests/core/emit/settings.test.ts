import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DEFAULTS, type Architecture } from '../../../src/core/architecture.ts';
import { PASSWORD_PLACEHOLDER } from '../../../src/core/code.ts';
import type { DatabaseRole } from '../../../src/core/databases.ts';
import { fileText } from '../../../src/core/files.ts';
import { plan, type Deployment, type Role } from '../../../src/core/plan.ts';
import { architectures, passwords } from '../architecture.ts';
import { emitted, placeOf, textAt } from '../emitted.ts';
import { assignments, runPython, type Assignments } from '../python.ts';

/** What a client of Redis makes of a URL. */
interface Target {
  readonly host: string;
  readonly port: number;
  readonly db: number;
  readonly password: string | null;
}

/**
 * Reads URLs as their clients do: redis-py, which django-redis hands each part of LOCATION between
 * commas to, and kombu, which Celery hands each part of a broker URL between semicolons to.
 */
const TARGETS = `
import json, sys
from kombu import Connection
from redis.connection import parse_url

def broker(url):
    found = Connection(url)
    return {"host": found.hostname, "port": found.port, "db": int(found.virtual_host), "password": found.password}

def cache(url):
    found = parse_url(url)
    return {"host": found["host"], "port": found["port"], "db": found["db"], "password": found.get("password")}

urls = json.load(sys.stdin.buffer)
json.dump([[each(part) for part in url.split(sign)] for url in urls for each, sign in ((cache, ","), (broker, ";"))], sys.stdout)
`;

/** Who a URL leads to for both clients, which must agree. */
function targetsOf(urls: readonly string[]): Target[] {
  const found = runPython(TARGETS, urls) as Target[][];
  return urls.map((url, at) => {
    const [[cache, ...more] = [], broker] = found.slice(2 * at);
    expect({ url, broker, more }).toEqual({ url, broker: [cache], more: [] });
    return cache as Target;
  });
}

/** Stands in the expected settings for a URL of a database. */
const urlOf = (database: DatabaseRole) => ({ database });

/** The settings that a deployment wants on servers with these roles, by who uses what there. */
function expectedSettings(
  deployment: Deployment,
  roles: ReadonlySet<Role>,
  password: string,
): Assignments {
  const { prefixes, redis, databases } = deployment;
  const settings: Record<string, unknown> = {};
  const cache = (database: 'default' | 'select2') => ({
    BACKEND: 'django_redis.cache.RedisCache',
    LOCATION: urlOf(database),
    OPTIONS: { CLIENT_CLASS: 'django_redis.client.DefaultClient' },
    ...(prefixes[database] === '' ? {} : { KEY_PREFIX: prefixes[database] }),
  });
  for (const { role, setting, as, database } of deployment.uses) {
    if (!roles.has(role)) continue;
    switch (setting) {
      case 'CACHES["default"]':
      case 'CACHES["select2"]':
        settings['CACHES'] = { default: cache('default'), select2: cache('select2') };
        settings['SELECT2_CACHE_BACKEND'] = 'select2';
        break;
      case 'SESSION_REDIS':
        settings['SESSION_ENGINE'] = 'redis_sessions.session';
        settings['SESSION_REDIS'] = {
          host: redis.host,
          port: redis.port,
          db: databases.find((each) => each.role === 'sessions')?.number,
          ...(redis.password ? { password } : {}),
          prefix: prefixes.sessions,
          socket_timeout: 1,
          retry_on_timeout: false,
        };
        break;
      case 'CELERY_BROKER_URL':
        settings['CELERY_TO_ENCODE'] = true;
        settings[setting] = urlOf(database);
        settings['CELERY_TASK_ACKS_LATE'] = true;
        settings['CELERY_BROKER_TRANSPORT_OPTIONS'] = {
          visibility_timeout: deployment.visibilityTimeout,
        };
        break;
      case 'ENCODING_TRANSCODING_CELERY_BROKER_URL':
        settings[setting] = urlOf(database);
        if (as === 'producer') settings['USE_REMOTE_ENCODING_TRANSCODING'] = true;
        break;
      case 'XAPI_CELERY_BROKER_URL':
        settings[setting] = urlOf(database);
        if (as === 'producer') Object.assign(settings, { USE_XAPI: true, USE_XAPI_VIDEO: true });
        break;
    }
  }
  return settings;
}

const isUrl = (value: unknown): value is string =>
  typeof value === 'string' && value.startsWith('redis://');

/** Every URL in a value, however deep. */
function urlsIn(value: unknown): string[] {
  if (isUrl(value)) return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(urlsIn) : [];
}

/** A value with each URL replaced by who it leads to. */
function resolved(value: unknown, targets: ReadonlyMap<string, Target>): unknown {
  if (isUrl(value)) return targets.get(value);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [key, resolved(each, targets)]),
  );
}

/** The expected settings with who each database's URL leads to. */
function expectedTargets(value: unknown, deployment: Deployment, password: string): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if ('database' in value) {
    const { redis, databases } = deployment;
    return {
      // A URL's host is lower-case to Python's clients, as DNS has it.
      host: redis.host.toLowerCase(),
      port: redis.port,
      db: databases.find(({ role }) => role === value.database)?.number,
      password: redis.password ? password : null,
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
    const cases = fc.array(fc.tuple(architectures, fc.oneof(fc.constant(''), passwords)), {
      minLength: 1,
      maxLength: 60,
      size: 'max',
    });
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
                  ? {
                      broker_transport_options: {
                        visibility_timeout: deployment.visibilityTimeout,
                      },
                      task_acks_late: true,
                      worker_prefetch_multiplier: 1,
                    }
                  : expectedTargets(
                      expectedSettings(deployment, rolesOf(deployment, file.folder), password),
                      deployment,
                      password,
                    );
              return { place: placeOf(file), text: fileText(file), expected };
            });
        });
        const read = assignments(modules.map(({ text }) => text));
        const urls = [...new Set(urlsIn(read))];
        const found = targetsOf(urls);
        const targets = new Map(urls.map((url, at) => [url, found[at] as Target]));
        for (const [at, { place, expected }] of modules.entries())
          expect({ place, read: resolved(read[at], targets) }).toEqual({ place, read: expected });
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

test('the default case means what the guide always said, and two additions that it explains', () => {
  const original = readFileSync(join(import.meta.dirname, 'seed.py.txt'), 'utf8');
  const [seed, ours] = assignments([original, textAt(emitted(DEFAULTS), 'web/settings_local.py')]);
  const { CELERY_BROKER_TRANSPORT_OPTIONS, CACHES, ...rest } = ours ?? {};
  const { default: standard, ...others } = CACHES as Record<string, Record<string, unknown>>;
  const { KEY_PREFIX, ...standardRest } = standard ?? {};
  expect({ ...rest, CACHES: { ...others, default: standardRest } }).toEqual(seed);
  // The keys keep the names that they have without a CACHES of one's own (pod/settings.py:371-379).
  expect(KEY_PREFIX).toBe('pod');
  // An encoding of more than an hour runs once.
  expect(CELERY_BROKER_TRANSPORT_OPTIONS).toEqual({ visibility_timeout: 90000 });
});
