import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkFiles } from '../../src/checker/check.ts';
import {
  CELERY_TEXT,
  cron,
  CRON_TEXT,
  DEFAULTS_TEXT,
  ENCODING_UNIT_TEXT,
  RUNNER_TEXT,
  SETTINGS_TEXT,
} from '../../src/checker/findings/exampleFiles.ts';
import { roleOfFolder, type InputFile } from '../../src/checker/read/files.ts';
import { FIELDS, FIELD_NAMES } from '../../src/model/fields.ts';
import { DEFAULTS, type Architecture, type FieldName } from '../../src/model/architecture.ts';
import { isPlaceholder } from '../../src/model/address.ts';
import { check } from '../../src/model/check.ts';
import { plan } from '../../src/model/deployment.ts';
import { usesBroker } from '../../src/model/servers.ts';
import { SENTINEL_EXAMPLE } from '../../src/model/settings.ts';
import { soundCases } from '../fuzz/cases.ts';
import { runs } from '../sets.ts';
import { generated } from './generated.ts';
import { SEEN } from './seen.ts';

/** Fields that no file states, or that files do not state exactly. */
const UNSTATED: readonly FieldName[] = [
  'web',
  'workers',
  'firewall',
  'from.web',
  'from.cron',
  'from.workers',
  'from.transcription',
  'from.xapi',
  'comments',
  'shared',
];

test('the checker finds nothing wrong in any file of the generator but what the form warns of', () => {
  fc.assert(
    fc.property(soundCases, (each) => {
      const { architecture, password } = each;
      const warned = new Set<string>(
        check(architecture, password).flatMap(({ code }) => {
          const seen = SEEN[code];
          return typeof seen === 'string' ? [] : seen.as;
        }),
      );
      // Files do not say that a Redis with another address than redis.localhost is a container.
      if (architecture.redis === 'docker' && architecture.host !== '')
        for (const code of ['password-missing', 'tls-public', 'runner-http']) warned.add(code);
      if (password === '') warned.add('password-published');
      const findings = checkFiles(generated(each)).findings.filter(({ code }) => !warned.has(code));
      const wrong = findings.filter(({ severity }) => severity !== 'advice');
      expect(wrong).toEqual([]);
      const expected = (code: string) =>
        // Of settings that have nothing to do with Redis, the generator only has a comment.
        ['database-differs', 'worker-api', 'xapi-lrs'].includes(code) ||
        (code === 'password-in-file' && password !== '') ||
        (code === 'docker-address' && architecture.redis === 'docker');
      expect(findings.filter(({ code }) => !expected(code))).toEqual([]);
    }),
    { numRuns: runs(60, 500) },
  );
});

test('the architecture of generated files is understood from them', () => {
  fc.assert(
    fc.property(soundCases, (each) => {
      const { architecture } = each;
      const { understood } = checkFiles(generated(each));
      const deployment = plan(architecture);
      const stated = FIELD_NAMES.filter(
        (name) =>
          name in understood.architecture &&
          FIELDS[name].applies(architecture) &&
          !UNSTATED.includes(name),
      );
      for (const name of stated) {
        // A default address is written into the files.
        if (name === 'host' && (architecture.host === '' || isPlaceholder(architecture.host)))
          continue;
        const chosen = name === 'sessions' ? deployment.sessions : architecture[name];
        expect([name, understood.architecture[name]]).toEqual([name, chosen]);
      }
      const must: FieldName[] = [
        'arch',
        'xapi',
        'db.default',
        'db.select2',
        'db.sessions',
        'sessions',
        'prefix',
      ];
      if (deployment.redis.sentinel) must.push('sentinels', 'master');
      else if (deployment.redis.socket !== undefined) must.push('socket');
      else if (!deployment.redis.container) must.push('port', 'tls');
      if (!deployment.redis.container) must.push('auth', 'memory');
      if (usesBroker(architecture)) must.push('hours', 'db.encoding');
      if (architecture.arch === 'runner') must.push('bbb');
      expect(must.filter((name) => !(name in understood.architecture))).toEqual([]);
      // Where Redis has users, each kind of server has a separate password.
      if (each.password !== '' && deployment.redis.password && deployment.redis.user === undefined)
        expect(understood.password).toBe(each.password);
      // The fields that are understood are enough to generate the same files again.
      const known: Architecture = { ...architecture, ...understood.architecture };
      if (architecture.host === '') Object.assign(known, { host: '' });
      expect(
        generated({
          ...each,
          architecture: { ...known, redis: architecture.redis, shared: architecture.shared },
        }),
      ).toEqual(generated(each));
    }),
    { numRuns: runs(60, 500) },
  );
});

test('every field is understood from the files of some architecture', () => {
  const varied: Partial<Architecture>[] = [
    { service: 'init', xapi: true, socket: '/run/redis/redis.sock' },
    {
      redis: 'dedicated',
      host: '192.0.2.10',
      tls: true,
      auth: 'acl',
      arch: 'microservices',
      workers: 1,
      transcription: true,
      xapi: true,
    },
    { ...SENTINEL_EXAMPLE, workers: 1 },
    { arch: 'runner', bbb: true },
  ];
  const understood = varied.flatMap((choices) => {
    const architecture = { ...DEFAULTS, ...choices };
    return Object.keys(
      checkFiles(generated({ architecture, password: 'p' })).understood.architecture,
    );
  });
  const missing = FIELD_NAMES.filter((name) => !understood.includes(name));
  expect(
    missing.filter((name) => !UNSTATED.includes(name)),
    'not read in src/checker/understood.ts',
  ).toEqual([]);
});

describe('the architecture of Esup-Runner', () => {
  const fields = (files: readonly InputFile[]) => checkFiles(files).understood.architecture;
  const web: InputFile = { name: 'web/settings_local.py', text: RUNNER_TEXT };

  test('comes before Celery, which then has presentations', () => {
    const both = { ...web, text: CELERY_TEXT + RUNNER_TEXT };
    expect(fields([web])).toMatchObject({ arch: 'runner', bbb: false });
    expect(fields([both])).toMatchObject({ arch: 'runner', bbb: true });
    const off = { ...both, text: both.text.replace('MANAGER = True', 'MANAGER = False') };
    expect(fields([off])).toMatchObject({ arch: 'celery' });
    expect(fields([off])).not.toHaveProperty('bbb');
  });

  test('stays beside the worker of Celery, and those of microservices', () => {
    const worker: InputFile = { name: 'celeryd', text: DEFAULTS_TEXT };
    expect(fields([web, worker])).toMatchObject({ arch: 'runner', bbb: false });
    expect(fields([worker])).toMatchObject({ arch: 'celery' });
    const encoding: InputFile = { name: 'pod-encoding.service', text: ENCODING_UNIT_TEXT };
    expect(fields([web, encoding])).toMatchObject({ arch: 'runner' });
    // Without settings, the cron job says it.
    expect(fields([cron(CRON_TEXT), worker])).toMatchObject({ arch: 'runner', bbb: true });
    const celery: InputFile = { name: 'web/settings_local.py', text: SETTINGS_TEXT };
    expect(fields([cron(CRON_TEXT), celery])).toMatchObject({ arch: 'celery' });
  });

  test('has the account and the folders of its cron job', () => {
    expect(fields([cron(CRON_TEXT.replace(' pod cd', ' other cd'))])).toMatchObject({
      service: 'init',
      account: 'other',
      project: '/usr/local/django_projects/podv4',
      venv: '/home/pod/.virtualenvs/django_pod4',
    });
  });

  test('has a cron job on a web server', () => {
    const [file] = checkFiles([{ ...web, name: 'cron/settings_local.py' }]).files;
    expect(file).toMatchObject({ kind: 'settings', rolesKnown: true });
    expect(file?.kind === 'settings' && [...file.roles]).toEqual(['cron', 'web']);
  });
});

test('the folder of a generated file tells the role of its server', () => {
  expect(roleOfFolder('here/web/settings_local.py')).toBe('web');
  expect(roleOfFolder('cron/settings_local.py')).toBe('cron');
  expect(roleOfFolder('settings_local.py')).toBeUndefined();
});
