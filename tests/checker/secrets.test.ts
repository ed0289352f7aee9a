import fc from 'fast-check';
import { expect, test } from 'vitest';
import { checkFiles } from '../../src/checker/check.ts';
import { compare } from '../../src/checker/compare.ts';
import { readFile } from '../../src/checker/read/files.ts';
import { masked } from '../../src/checker/mask.ts';
import { messageOf, summary } from '../../src/checker/messages.ts';
import { secretsIn } from '../../src/checker/secrets.ts';
import { DEFAULTS } from '../../src/model/architecture.ts';
import { formatLink } from '../../src/model/link.ts';
import { pythonString, urlPart } from '../../src/emit/escape.ts';
import { speaker } from '../../src/model/say.ts';
import { TEXTS } from '../../src/site/texts.ts';
import { annotatedHtml, differenceHtml, numbered, resultHtml } from '../../src/view/checker.ts';
import { runs } from '../sets.ts';

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
  [
    'settings_local.py',
    'P = os.environ.get("REDIS_PASSWORD", "S")\nQ = os.getenv("REDIS_PASS", default="S")',
    'P = os.environ.get("REDIS_PASSWORD", "*")\nQ = os.getenv("REDIS_PASS", default="*")',
  ],
  [
    'settings_local.py',
    'PASSWORD = os.environ["X"] or "S"\nPASSWORD = ("S")\nPASSWORD += "S"',
    'PASSWORD = os.environ["*"] or "*"\nPASSWORD = ("*")\nPASSWORD += "*"',
  ],
  [
    'settings_local.py',
    'REDIS_PWD = (\n    f("S")\n)\nA = dict(host="h", password=f("S"))\nB = {"token": f("S"), "host": f("h")}',
    'REDIS_PWD = (\n    f("*")\n)\nA = dict(host="h", password=f("*"))\nB = {"token": f("*"), "host": f("h")}',
  ],
  ['settings_local.py', 'EMAIL_HOST_PASSWORD = "S', 'EMAIL_HOST_PASSWORD = *'],
  ['redis.conf', 'requirepass "S"\nport 1', 'requirepass *\nport 1'],
  ['redis.conf', 'masterauth S\nuser pod on >S ~*', 'masterauth *\nuser pod on * ~*'],
  ['redis.conf', 'requirepas S', 'requirepas *'],
  ['redis.conf', 'requirepass : S', 'requirepass : *'],
  ['redis.conf', 'requirepass=S', 'requirepass=*'],
  ['redis.conf', 'requirepass "S', 'requirepass *'],
  ['redis.conf', 'user pod on ">S S" ~*', 'user pod on * ~*'],
  ['redis.conf', '\ufeffrequirepass S', '\ufeffrequirepass *'],
  ['pod.sh', 'REDISPASS=S', 'REDISPASS=*'],
  ['settings_local.py', 'A = "redis://h/0?password=S&x=1"', 'A = "redis://h/0?password=*&x=1"'],
  ['redis.conf', 'requirepass"S"', 'requirepass*'],
  ['redis.conf', 'usr pod on >S ~*\n# a > b', 'usr pod on * ~*\n# a > b'],
  ['sentinel.conf', 'sentinel auth-pass S', 'sentinel auth-pass *'],
  ['pod.sh', 'redis-cli -p 6380 AUTH S', 'redis-cli -p 6380 AUTH *'],
  ['pod.sh', 'REDIS_PASS=S redis-cli', 'REDIS_PASS=*'],
  ['pod.sh', 'URL=redis://:S@h/5 DB_PASSWORD=S', 'URL=redis://:*@h/5 DB_PASSWORD=*'],
  ['redis.conf', 'tls-auth-clients no', 'tls-auth-clients no'],
  [
    'requirements.txt',
    'kombu==5.6.2\na @ git+https://S@github.com/x/y.git\nb @ https://u:a/S@h/z',
    'kombu==5.6.2\na @ git+https://*@github.com/x/y.git\nb @ https://*@h/z',
  ],
  ['pod.sh', 'REDISCLI_AUTH=S redis-cli PING', 'REDISCLI_AUTH=*'],
  ['pod.sh', 'redis-cli -h h -a S PING', 'redis-cli -h h -a *'],
  ['pod-worker.service', 'Environment=REDISCLI_AUTH=S', 'Environment=REDISCLI_AUTH=*'],
  ['sentinel.conf', 'sentinel auth-pass mymaster S', 'sentinel auth-pass mymaster *'],
  ['sentinel.conf', 'sentinel sentinel-pass S', 'sentinel sentinel-pass *'],
  ['sentinel.conf', 'user pod-web on #S +ping', 'user pod-web on * +ping'],
  [
    'celeryd',
    'export CELERY_BROKER_URL="redis://:S@h/5"',
    'export CELERY_BROKER_URL="redis://:*@h/5"',
  ],
  ['celeryd', 'XAPI_LRS_PWD=S', 'XAPI_LRS_PWD=*'],
])('in %s, %j is hidden', (name, text, shown) => {
  expect(hidden(name, text)).toBe(shown);
});

test.each([
  [
    'settings_local.py',
    'CELERY_BROKER_URL = "redis://10.0.0.9/5"\nSESSION_REDIS = {"host": "redis://:Zq7kx@10.0.0.8", "db": 4}',
  ],
  [
    'settings_local.py',
    'CELERY_BROKER_URL = "redis://10.0.0.9/5"\nREDIS_HOST = ":Zq7kx@10.0.0.7"\nSESSION_REDIS = {"host": REDIS_HOST, "db": 4}',
  ],
  ['redis.conf', 'requirepass Wv9jtWv9jt\nuser >Zq7kx on ~* +@all'],
])('no message about %s, %j has its password', (name, text) => {
  const { findings } = checkFiles([{ name, text, roles: ['web'] }]);
  const said = findings.map((finding) => messageOf(finding, speaker(TEXTS.en, 'en'))).join('\n');
  expect(findings.length).toBeGreaterThan(0);
  expect(said).not.toContain('Zq7kx');
});

const SETTINGS = `CACHES = {
    "default": {"BACKEND": "django_redis.cache.RedisCache", "LOCATION": "redis://:p%40ss@10.0.0.9:6379/3"},
    "select2": {"BACKEND": "django_redis.cache.RedisCache", "LOCATION": "redis://:p%40ss@10.0.0.9:6379/2"},
}
SESSION_REDIS = {"host": "10.0.0.9", "port": 6379, "db": 4, "password": "p@ss"}
`;

test('a file is compared with the generated one setting by setting', () => {
  const { files, understood } = checkFiles([
    { name: 'settings_local.py', text: SETTINGS, roles: ['web'] },
  ]);
  const [file] = files;
  if (file?.kind !== 'settings') throw new Error('It is no settings file.');
  const names = compare(file, understood).map(({ name }) => name);
  // The addresses are the same; a setting that only the generator has is a difference.
  expect(names.filter((name) => /LOCATION|host|port|"db"|password/.test(name))).toEqual([]);
  expect(names).toContain('SELECT2_CACHE_BACKEND');
});

test('compared values are shown without their passwords', () => {
  expect(masked('CELERY_BROKER_URL', '"redis://u:p%40ss@h:1/5"')).toBe('"redis://u:••••••@h:1/5"');
  expect(masked('CELERY_BROKER_URL', '"sentinel://:a@h/5;sentinel://:b@i/5"')).toBe(
    '"sentinel://:••••••@h/5;sentinel://:••••••@i/5"',
  );
  expect(masked('SESSION_REDIS["password"]', '"p@ss"')).toBe('"••••••"');
  expect(masked('CACHES["default"]["OPTIONS"]["PASSWORD"]', '"p@ss"')).toBe('"••••••"');
  expect(masked('SESSION_REDIS["db"]', '4')).toBe('4');
});

/** Parts of passwords that occur nowhere else in files or texts. */
const PARTS = ['Zq7kx', 'Wv9jt', 'Bn3ry', 'Hf5dc'];
const SPECIAL = [
  '@',
  ':',
  '/',
  '?',
  '#',
  '[',
  ']',
  '%',
  '+',
  '&',
  ';',
  '=',
  ',',
  '"',
  "'",
  ' ',
  '\\',
];

const passwords = fc
  .tuple(
    fc.array(fc.constantFrom(...SPECIAL, ';redis', '?a=', '/5'), { minLength: 3, maxLength: 3 }),
    fc.constantFrom('', ...SPECIAL),
  )
  .map(([separators, last]) => PARTS.map((part, at) => part + (separators[at] ?? last)).join(''));

/** Ways in which readers write a password, correctly or not. */
const WRITTEN: readonly ((text: string) => string)[] = [
  (text) => `CELERY_BROKER_URL = ${pythonString(`redis://:${text}@10.0.0.9:6379/5`)}\n`,
  // Text before a colon would be a user's name.
  (text) =>
    `CELERY_BROKER_URL = ${pythonString(`redis://${text.replaceAll(':', '')}@10.0.0.9:6379/5`)}\n`,
  (text) => `CELERY_BROKER_URL = ${pythonString(`redis://pod:${text}@10.0.0.9:6379`)}\n`,
  (text) => `CELERY_BROKER_URL = ${pythonString(`redis+socket://:${text}@/run/r.sock?db=5`)}\n`,
  (text) => `P = ${pythonString(text)}\nCELERY_BROKER_URL = f"redis://:{P}@10.0.0.9:6379/5"\n`,
  (text) =>
    `P = ${pythonString(text)}\nCELERY_BROKER_URL = "redis://:" + P + "@10.0.0.9:6379/5-t"\n`,
  (text) =>
    `CELERY_BROKER_URL = ${pythonString(`sentinel://:${text}@a:26379/5;sentinel://:${text}@b:26379/5`)}\n`,
  (text) => `CELERY_BROKER_URL = ${pythonString(`redis://:${urlPart(text)}@10.0.0.9:6379/5`)}\n`,
  (text) => `CELERY_BROKER_URL = ${pythonString(`amqp://pod:${text}@10.0.0.9//`)}\n`,
  (text) => `SESSION_REDIS = {"host": "10.0.0.9", "db": 4, "password": ${pythonString(text)}}\n`,
  (text) => `SESSION_REDIS = {"url": ${pythonString(`rediss://:${text}@10.0.0.9:6379/4`)}}\n`,
  (text) =>
    `CACHES = {"default": {"BACKEND": "django_redis.cache.RedisCache", "LOCATION": ${pythonString(`redis://:${text}@10.0.0.9:6379/3`)}}}\n`,
  (text) =>
    `CACHES = {"default": {"BACKEND": "django_redis.cache.RedisCache", "LOCATION": "redis://m/3", "OPTIONS": {"SENTINELS": [("a", 1)], "PASSWORD": ${pythonString(text)}}}}\n`,
];

test('no part of a password is in messages, on the page or in the link, however it is written', () => {
  const say = speaker(TEXTS.en, 'en');
  fc.assert(
    fc.property(
      passwords,
      fc.uniqueArray(fc.constantFrom(...WRITTEN), { minLength: 1, maxLength: 3 }),
      fc.constantFrom('CELERY_TO_ENCODE = True\n', ''),
      (password, ways, before) => {
        const text = before + ways.map((write) => write(password)).join('');
        const checked = checkFiles([{ name: 'settings_local.py', text, several: true }]);
        const [file] = checked.files;
        if (file?.kind !== 'settings') throw new Error('It is no settings file.');
        const link = formatLink({ ...DEFAULTS, ...checked.understood.architecture });
        const shown = [
          ...checked.findings.map((each) => messageOf(each, say)),
          JSON.stringify(checked.findings.map(({ params }) => params)),
          summary(checked, say),
          resultHtml(checked, '/', link, say).text,
          annotatedHtml(file, numbered(checked), false, say).text,
          differenceHtml(compare(file, checked.understood), false, say).text,
        ];
        for (const each of shown) for (const part of PARTS) expect(each).not.toContain(part);
      },
    ),
    { numRuns: runs(500, 3000) },
  );
});
