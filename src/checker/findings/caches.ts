import { GUIDE_NUMBERS } from '../../pod/databases.ts';
import type { FindingDefinition } from '../finding.ts';
import { binding, type SettingsFile } from '../read/files.ts';
import { FILE_START } from '../read/span.ts';
import { editableSpan, textOf, valueAt } from '../read/values.ts';
import { linesAtEnd, replace, withEntry } from '../repair/edits.ts';
import { settingLike, urlLike } from '../repair/generated.ts';
import { but, CACHES_TEXT, CELERY_TEXT, pair, settings, SETTINGS_TEXT } from './exampleFiles.ts';

/** CACHES as a dict all of whose entries are known. */
function completeCaches(file: SettingsFile) {
  const { value, statement } = binding(file, 'CACHES') ?? {};
  return value?.kind === 'dict' && !value.incomplete && statement
    ? { value, statement }
    : undefined;
}

/** The caches that Pod uses, and their addresses. */
export const caches = [
  {
    code: 'select2-missing',
    severity: 'error',
    *settings(file) {
      const caches = completeCaches(file);
      if (!caches || !(file.roles.has('web') || file.roles.has('worker'))) return;
      const backend = binding(file, 'SELECT2_CACHE_BACKEND');
      const name = backend ? textOf(backend.value) : 'select2';
      if (name !== 'select2' || valueAt(caches.value, name) !== undefined) return;
      const like = valueAt(caches.value, 'default');
      const url = urlLike(file, 'select2', 'django');
      const simple =
        like?.kind === 'dict' &&
        /redis/i.test(textOf(valueAt(like, 'BACKEND')) ?? '') &&
        valueAt(like, 'OPTIONS', 'SENTINELS') === undefined;
      const entry = `{"BACKEND": "django_redis.cache.RedisCache", "LOCATION": ${url}, "OPTIONS": {"CLIENT_CLASS": "django_redis.client.DefaultClient"}}`;
      yield {
        at: caches.statement,
        repair:
          url !== undefined && simple ? withEntry(file.input.text, caches.value, name, entry) : [],
      };
    },
    example: [
      settings(
        but(
          SETTINGS_TEXT,
          `    'select2': {
        'BACKEND': 'django_redis.cache.RedisCache',
        'LOCATION': 'redis://10.0.0.9:6379/2',
    },
`,
          '',
        ),
      ),
    ],
    nearMiss: [settings(`${SETTINGS_TEXT}SELECT2_CACHE_BACKEND = "select2"\n`)],
  },
  // A Celery worker saves videos, which uses the default cache.
  {
    code: 'caches-missing',
    severity: 'error',
    *settings(file) {
      const { roles, python, input } = file;
      if (!roles.has('worker') || roles.has('web')) return;
      if (binding(file, 'CACHES') || python.incomplete) return;
      const lines = settingLike(file, 'CACHES');
      yield { at: FILE_START, repair: lines ? linesAtEnd(input.text, '', ...lines) : [] };
    },
    example: [settings(CELERY_TEXT, { roles: ['worker'] })],
    nearMiss: [settings(CELERY_TEXT + CACHES_TEXT, { roles: ['worker'] })],
  },
  // django-redis refuses it (run: `Redis URL must specify one of the following schemes`).
  {
    code: 'cache-scheme',
    severity: 'error',
    *settings({ connections }) {
      for (const { setting, role, client, span, urls, value, transport } of connections) {
        const [url] = urls;
        if (client !== 'django' || !value || transport === 'memory') continue;
        if (url && /^(rediss?|unix)$/.test(url.scheme)) continue;
        const number = url?.query.get('virtual_host');
        const scheme =
          url?.scheme === 'redis+socket' ? editableSpan(value, 0, url.scheme.length) : undefined;
        const parameter =
          number && editableSpan(value, number.from - 'virtual_host='.length, number.from);
        // `10.0.0.9:6379:3`, the form of django-redis before its version 4.
        const [, host, port, database] = /^([^:/@]+):(\d+)(?::(\d+))?$/.exec(value.text) ?? [];
        const whole = host === undefined ? undefined : editableSpan(value, 0, value.text.length);
        yield {
          at: span,
          params: { setting, scheme: url?.scheme ?? '' },
          repair:
            scheme && parameter
              ? [...replace(scheme, 'unix'), ...replace(parameter, 'db=')]
              : replace(whole, `redis://${host}:${port}/${database ?? GUIDE_NUMBERS[role]}`),
        };
      }
    },
    ...pair("'redis://10.0.0.9:6379/3'", "'10.0.0.9:6379:3'"),
  },
  {
    code: 'cache-not-redis',
    severity: 'warning',
    *settings(file) {
      if (!completeCaches(file)) return;
      for (const { setting, transport, span } of file.connections)
        if (transport === 'memory') yield { at: span, params: { setting } };
    },
    ...pair(
      `'BACKEND': 'django_redis.cache.RedisCache',
        'LOCATION': 'redis://10.0.0.9:6379/3',`,
      `'BACKEND': 'django.core.cache.backends.locmem.LocMemCache',
        'LOCATION': 'here',`,
    ),
    repairable: false,
  },
] as const satisfies readonly FindingDefinition[];
