import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Architecture } from '../../src/model/architecture.ts';
import { lineText } from '../../src/emit/code.ts';
import { fileText } from '../../src/emit/files.ts';
import { pythonTokens } from '../../src/emit/python.ts';
import { CONFIG_MODULE } from '../../src/pod/workers.ts';
import { architectures, passwords } from '../model/architecture.ts';
import { emitted, textAt } from './emitted.ts';
import { assignments } from './python.ts';

test('the value of each statement is what Python reads in its lines', () => {
  const cases = fc.array(fc.tuple(architectures, passwords), {
    minLength: 1,
    maxLength: 40,
    size: 'max',
  });
  const property = fc.property(cases, (all) => {
    const files = all
      .flatMap(([architecture, password]) => emitted(architecture, { password }))
      .filter(({ kind }) => kind === 'settings' || kind === 'celery-module');
    const values = files.map(({ statements }) =>
      statements.flatMap(({ name, value }) =>
        name === undefined || value === undefined
          ? []
          : [`${name} = ${lineText(pythonTokens(value))}\n`],
      ),
    );
    const read = assignments([...files.map(fileText), ...values.map((lines) => lines.join(''))]);
    for (const at of files.keys()) {
      const { CELERY_CONFIG_MODULE, ...settings } = read[at] ?? {};
      expect(read[files.length + at]).toEqual(settings);
      if (CELERY_CONFIG_MODULE !== undefined) expect(CELERY_CONFIG_MODULE).toBe(CONFIG_MODULE);
    }
  });
  fc.assert(property, { numRuns: 5 });
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
  const RUNNER = [
    'FILE_UPLOAD_PERMISSIONS',
    'RM_TASKS_DELETED_AFTER_DAYS',
    'SECURE_SSL_REDIRECT',
    'USE_RUNNER_MANAGER',
  ];
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
      'Esup-Runner, without a broker',
      { arch: 'runner' },
      { web: [...CACHES, ...SESSIONS, ...RUNNER] },
    ],
    [
      'Esup-Runner on two web servers, with presentations',
      { arch: 'runner', web: 2, bbb: true, workers: 1, transcription: true },
      {
        web: [...CACHES, ...SESSIONS, ...RUNNER, ...CELERY],
        cron: [...CACHES, ...SESSIONS, ...RUNNER, ...CELERY],
        worker: [...CACHES, ...RUNNER, ...CELERY],
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
    const files = emitted(choices, { password: 'secret' }).filter(
      ({ kind }) => kind === 'settings',
    );
    const read = assignments(files.map(fileText));
    const found = files.map(({ folder }, at) => [folder, Object.keys(read[at] ?? {}).sort()]);
    const expected = Object.entries(names).map(([folder, each]) => [folder, each.sort()]);
    expect(Object.fromEntries(found)).toEqual(Object.fromEntries(expected));
  });
});

test('one server with a Celery worker and no password is what the guide always said, and two additions that it explains', () => {
  const original = readFileSync(join(import.meta.dirname, 'seed.py.txt'), 'utf8');
  const [seed, ours] = assignments([
    original,
    textAt(emitted({ auth: 'none' }), 'web/settings_local.py'),
  ]);
  const { CELERY_BROKER_TRANSPORT_OPTIONS, CACHES, ...rest } = ours ?? {};
  const { default: standard, ...others } = CACHES as Record<string, Record<string, unknown>>;
  const { KEY_PREFIX, ...standardRest } = standard ?? {};
  expect({ ...rest, CACHES: { ...others, default: standardRest } }).toEqual(seed);
  // The prefix of Pod's own CACHES (pod/settings.py:371-379), which keeps the names of the keys.
  expect(KEY_PREFIX).toBe('pod');
  // With this timeout an encoding of more than an hour runs only once.
  expect(CELERY_BROKER_TRANSPORT_OPTIONS).toEqual({ visibility_timeout: 90000 });
});
