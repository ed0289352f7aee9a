import { expect, test } from 'vitest';
import { checkFiles } from '../../src/checker/check.ts';
import { compare } from '../../src/checker/compare.ts';
import { readFile } from '../../src/checker/files.ts';
import { masked } from '../../src/checker/mask.ts';
import { secretsIn } from '../../src/checker/secrets.ts';

/** A file's text with each of its secrets replaced. */
function hidden(name: string, text: string): string {
  let result = '';
  let at = 0;
  for (const { from, to } of secretsIn(readFile({ name, text }))) {
    result += `${text.slice(at, from)}*`;
    at = to;
  }
  return result + text.slice(at);
}

test.each([
  ['settings_local.py', 'A = "redis://u:S@h/5"', 'A = "redis://u:*@h/5"'],
  ['settings_local.py', 'A = "redis://:S/S@h/5"', 'A = "redis://:*@h/5"'],
  [
    'settings_local.py',
    "SESSION_REDIS = {'password': 'S', 'db': 4}",
    "SESSION_REDIS = {'password': '*', 'db': 4}",
  ],
  [
    'settings_local.py',
    'DATABASES = {"default": {"PASSWORD": "S"}}',
    'DATABASES = {"default": {"PASSWORD": "*"}}',
  ],
  [
    'settings_local.py',
    'SECRET_KEY = "S"\nPOD_API_TOKEN = "S"\nXAPI_LRS_PWD = "S"',
    'SECRET_KEY = "*"\nPOD_API_TOKEN = "*"\nXAPI_LRS_PWD = "*"',
  ],
  ['settings_local.py', 'P = "S"\nA = f"redis://:{P}@h/5"', 'P = "*"\nA = f"redis://:*@h/5"'],
  [
    'settings_local.py',
    'P = "S"\nSESSION_REDIS = {"password": P}',
    'P = "*"\nSESSION_REDIS = {"password": P}',
  ],
  ['settings_local.py', 'EMAIL_HOST_PASSWORD = "S', 'EMAIL_HOST_PASSWORD = *'],
  ['redis.conf', 'requirepass "S"\nport 1', 'requirepass *\nport 1'],
  ['redis.conf', 'masterauth S\nuser pod on >S ~*', 'masterauth *\nuser pod on * ~*'],
  ['sentinel.conf', 'sentinel auth-pass mymaster S', 'sentinel auth-pass mymaster *'],
  [
    'celeryd',
    'export CELERY_BROKER_URL="redis://:S@h/5"',
    'export CELERY_BROKER_URL="redis://:*@h/5"',
  ],
  ['celeryd', 'XAPI_LRS_PWD=S', 'XAPI_LRS_PWD=*'],
])('in %s, %j is hidden', (name, text, shown) => {
  expect(hidden(name, text)).toBe(shown);
});

const SETTINGS = `CACHES = {
    "default": {"BACKEND": "django_redis.cache.RedisCache", "LOCATION": "redis://:p%40ss@10.0.0.9:6379/3"},
    "select2": {"BACKEND": "django_redis.cache.RedisCache", "LOCATION": "redis://:p%40ss@10.0.0.9:6379/2"},
}
SESSION_REDIS = {"host": "10.0.0.9", "port": 6379, "db": 4, "password": "p@ss"}
`;

test('a file is compared with the generated one by its settings, and not by its lines', () => {
  const { files, understood } = checkFiles([
    { name: 'settings_local.py', text: SETTINGS, roles: ['web'] },
  ]);
  const [file] = files;
  if (file?.kind !== 'settings') throw new Error('It is no settings file.');
  const names = compare(file, understood).map(({ name }) => name);
  // What leads to Redis is the same; what the generator adds is told.
  expect(names.filter((name) => /LOCATION|host|port|"db"|password/.test(name))).toEqual([]);
  expect(names).toContain('SELECT2_CACHE_BACKEND');
});

test('what is compared is shown without its passwords', () => {
  expect(masked('CELERY_BROKER_URL', '"redis://u:p%40ss@h:1/5"')).toBe('"redis://u:••••••@h:1/5"');
  expect(masked('CELERY_BROKER_URL', '"sentinel://:a@h/5;sentinel://:b@i/5"')).toBe(
    '"sentinel://:••••••@h/5;sentinel://:••••••@i/5"',
  );
  expect(masked('SESSION_REDIS["password"]', '"p@ss"')).toBe('"••••••"');
  expect(masked('CACHES["default"]["OPTIONS"]["PASSWORD"]', '"p@ss"')).toBe('"••••••"');
  expect(masked('SESSION_REDIS["db"]', '4')).toBe('4');
});
