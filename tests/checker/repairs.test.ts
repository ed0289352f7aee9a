import { describe, expect, test } from 'vitest';
import { checkFiles } from '../../src/checker/check.ts';
import type { FindingCode } from '../../src/checker/findings.ts';
import {
  but,
  CACHED_TEXT,
  DEFAULTS_TEXT,
  ENCODING_UNIT_TEXT,
  settings,
  SETTINGS_TEXT,
  unit,
  WORKER_UNIT_TEXT,
} from '../../src/checker/findings/exampleFiles.ts';
import type { InputFile } from '../../src/checker/read/files.ts';
import { edited } from '../../src/checker/repair/edits.ts';

/** The text of the first file after the repair of a finding; undefined where it is not found. */
function repaired(code: FindingCode, ...files: InputFile[]): string | undefined {
  const found = checkFiles(files).findings.find((each) => each.code === code);
  const text = files.find(({ name }) => name === found?.file)?.text;
  return text === undefined ? undefined : edited(text, found?.repair ?? []);
}

const ENCODING_DEFAULTS = `CELERY_APP="pod.video_encode_transcript.encoding_tasks"
CELERY_BIN="/home/pod/.virtualenvs/django_pod4/bin/celery"
CELERYD_OPTS="-Q encoding --concurrency=1 --time-limit=86400"
`;
const VARIABLE = 'DJANGO_SETTINGS_MODULE';
const own = { ...unit(but(ENCODING_UNIT_TEXT, `Environment=${VARIABLE}=pod.settings\n`, '')) };

describe('an encoding worker beside Django gets its variable', () => {
  test('in a unit without any other', () => {
    const file = unit(own.text.replace('Environment=CELERY_CONFIG_MODULE=podceleryconf\n', ''));
    expect(repaired('worker-django', file)).toContain(
      `podv4\nEnvironment=${VARIABLE}=pod.settings\nExecStart=`,
    );
  });

  test('in the variables of an init script, exported', () => {
    const file: InputFile = { name: '/etc/default/pod-encoding', text: ENCODING_DEFAULTS };
    const text = repaired('worker-django', file) ?? '';
    expect(text).toContain(`encoding_tasks"\nexport ${VARIABLE}="pod.settings"\nCELERY_BIN`);
    expect(repaired('worker-django', { ...file, text })).toBeUndefined();
    const unexported = text.replace('export ', '');
    expect(repaired('worker-django', { ...file, text: unexported })).toBeDefined();
  });

  test('in a script', () => {
    const command =
      'exec /home/pod/.virtualenvs/django_pod4/bin/celery -A pod.video_encode_transcript.encoding_tasks worker -Q encoding\n';
    const file: InputFile = { name: 'start-encoding.sh', text: `#!/bin/sh\n${command}` };
    expect(repaired('worker-django', file)).toBe(
      `#!/bin/sh\nexport ${VARIABLE}=pod.settings\n${command}`,
    );
  });

  test('where its server has Django, whatever the name of its environment', () => {
    const text = but(own.text, 'django_pod4', 'pod');
    expect(repaired('worker-django', { ...own, text })).toBeUndefined();
    expect(repaired('worker-django', { ...own, text, roles: ['encoding'] })).toBeUndefined();
    expect(repaired('worker-django', { ...own, text, roles: ['web', 'encoding'] })).toContain(
      VARIABLE,
    );
    // On a separate server, another environment is what it needs.
    expect(repaired('worker-django', { ...own, roles: ['encoding'] })).toBe(own.text);
  });
});

describe('a worker that loses Redis', () => {
  const alone = WORKER_UNIT_TEXT.replace(/ -- .*/, '');
  const KEPT = '-- broker_connection_retry=0 broker_connection_retry_on_startup=1';

  test('ends, and systemd starts it again', () => {
    expect(repaired('worker-loses-redis', unit(alone))).toContain(`=86400 ${KEPT}\nRestart`);
    const more = unit(alone.replace('=86400', '=86400 -- task_track_started=1'));
    expect(repaired('worker-loses-redis', more)).toContain(`${KEPT} task_track_started=1\n`);
    const kept = unit(alone.replace('=86400', '=86400 -- broker_connection_retry=1'));
    expect(repaired('worker-loses-redis', kept)).toContain('-- broker_connection_retry=0\n');
  });

  test('is told so by the settings too', () => {
    const told = settings(`${SETTINGS_TEXT}CELERY_BROKER_CONNECTION_RETRY = False\n`);
    expect(repaired('worker-loses-redis', unit(alone), told)).toBeUndefined();
    expect(repaired('worker-loses-redis', unit(alone), settings(SETTINGS_TEXT))).toBeDefined();
    const init: InputFile = { name: '/etc/default/celeryd', text: DEFAULTS_TEXT };
    expect(repaired('worker-stays-away', init, told)).toBe(DEFAULTS_TEXT);
  });

  test('by a module, where there is one', () => {
    const encoding = unit(ENCODING_UNIT_TEXT);
    const module = (text: string): InputFile => ({ name: 'podceleryconf.py', text });
    const late = 'task_acks_late = True\n';
    // Whatever the module has is not known.
    expect(repaired('worker-loses-redis', encoding)).toBeUndefined();
    expect(repaired('worker-loses-redis', encoding, module(late))).toBeDefined();
    const off = `${late}broker_connection_retry = False\n`;
    expect(repaired('worker-loses-redis', encoding, module(off))).toBeUndefined();
  });

  test('stays away without a supervisor', () => {
    const script: InputFile = {
      name: 'start-worker.sh',
      text: 'exec celery -A pod.main worker -Q celery -- broker_connection_retry=0\n',
    };
    expect(repaired('worker-stays-away', script)).toContain('broker_connection_retry=1');
    const never = unit(WORKER_UNIT_TEXT.replace('Restart=always\n', ''));
    expect(repaired('worker-stays-away', never)).toContain('broker_connection_retry=1');
    expect(repaired('worker-loses-redis', never)).toBeUndefined();
  });
});

test('results are in a folder that systemd makes', () => {
  const none = unit(WORKER_UNIT_TEXT.replace(/ worker_dedup.*/, ''));
  const text = repaired('worker-redelivery', none) ?? '';
  expect(text).toContain(
    '-- worker_deduplicate_successful_tasks=1 result_backend=file:///var/lib/pod-celery broker_connection_retry=0\nStateDirectory=pod-celery\n',
  );
  expect(repaired('worker-results', unit(text))).toBeUndefined();
  const variable = text
    .replace(' result_backend=file:///var/lib/pod-celery', '')
    .replace(
      'ExecStart',
      'Environment=CELERY_RESULT_BACKEND=file:///var/lib/pod-celery\nExecStart',
    );
  expect(repaired('worker-results', unit(variable))).toBeUndefined();
});

describe('TLS that no URL describes is checked', () => {
  const kwargs = '"ssl": True, "ssl_cert_reqs": ';

  test.each(['"none"', '"CERT_NONE"', 'None'])('in a cache: %s', (value) => {
    const options = (text: string) =>
      settings(
        but(
          CACHED_TEXT,
          "'LOCATION': 'redis://10.0.0.9:6379/4',",
          `'LOCATION': 'redis://mymaster/4',\n        'OPTIONS': {"SENTINEL_KWARGS": {${text}}},`,
        ),
      );
    expect(repaired('tls-unverified', options(kwargs + value))).toContain(`${kwargs}"required"`);
    expect(repaired('tls-unverified', options(`${kwargs}"required"`))).toBeUndefined();
    // redis-py checks it by itself.
    expect(repaired('tls-unverified', options('"ssl": True'))).toBeUndefined();
    expect(repaired('tls-unverified', options(`"ssl_cert_reqs": ${value}`))).toBeUndefined();
  });

  test('of a broker, in the settings and in a module', () => {
    const dict = '{"ssl_cert_reqs": "none"}';
    const right = '{"ssl_cert_reqs": "required"}';
    const use = settings(`${SETTINGS_TEXT}CELERY_BROKER_USE_SSL = ${dict}\n`);
    expect(repaired('tls-unverified', use)).toContain(`CELERY_BROKER_USE_SSL = ${right}`);
    const text = `task_acks_late = True\nbroker_transport_options = {"sentinel_kwargs": ${dict}}\n`;
    expect(repaired('tls-unverified', { name: 'podceleryconf.py', text })).toContain(right);
  });
});

describe('sessions in a cache', () => {
  test('are not shared with another use by its database', () => {
    const shared = settings(but(CACHED_TEXT, '6379/4', '6379/3'));
    expect(repaired('database-shared', shared)).toContain('6379/4');
  });

  test('are in default where nothing names another', () => {
    const file = settings(but(CACHED_TEXT, "SESSION_CACHE_ALIAS = 'sessions'\n", ''));
    expect(repaired('session-cache-shared', file)).toContain('SESSION_CACHE_ALIAS = "sessions"');
  });

  test('ignore exceptions by their own options too', () => {
    const cache = but(CACHED_TEXT, 'backends.cached_db', 'backends.cache');
    const strict = but(cache, 'EXCEPTIONS = True', 'EXCEPTIONS = False');
    expect(repaired('ignored-exceptions', settings(strict))).toBeUndefined();
    const its = but(
      strict,
      "6379/4',",
      "6379/4',\n        'OPTIONS': {'IGNORE_EXCEPTIONS': True},",
    );
    expect(repaired('ignored-exceptions', settings(its))).toContain('backends.cached_db');
  });
});
