import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ADDRESS_PLACEHOLDER } from '../../src/model/address.ts';
import { DOCKER_HOST } from '../../src/pod/limits.ts';
import { DEFAULTS, type Architecture } from '../../src/model/architecture.ts';
import { lineText } from '../../src/emit/code.ts';
import { PASSWORD_PLACEHOLDER } from '../../src/model/password.ts';
import { SCRIPT_KINDS, type ConfigFile } from '../../src/emit/files.ts';
import { plan } from '../../src/model/deployment.ts';
import { serverCount } from '../../src/model/servers.ts';
import { architectures, passwords } from '../model/architecture.ts';
import { emitted, placeOf } from './emitted.ts';

const isComment = (text: string) => /^\s*#(?!!)/.test(text);

/** The lines of a file without comments and empty lines. */
const code = ({ lines }: ConfigFile) =>
  lines.map(lineText).filter((text) => text !== '' && !isComment(text));

/** Those lines of all files, with each file's path. */
const codes = (files: readonly ConfigFile[]) => files.map((file) => [placeOf(file), code(file)]);

describe('which files', () => {
  const places = (choices: Partial<Architecture>) => emitted(choices).map(placeOf);

  test('scripts and the list of users have no path on the server, and all others have one', () => {
    fc.assert(
      fc.property(architectures, (architecture) => {
        for (const file of emitted(architecture))
          expect([placeOf(file), file.path === '']).toEqual([
            placeOf(file),
            SCRIPT_KINDS.includes(file.kind) || file.kind === 'users',
          ]);
      }),
      { numRuns: 100 },
    );
  });

  test.each<[Partial<Architecture>, string[]]>([
    [
      {},
      ['web/settings_local.py', 'worker/pod-worker.service', 'redis/redis.conf', 'web/verify.sh'],
    ],
    [
      { service: 'init', xapi: true },
      [
        'web/settings_local.py',
        'worker/celeryd',
        'xapi/pod-xapi',
        'xapi/podceleryconf.py',
        'redis/redis.conf',
        'web/verify.sh',
      ],
    ],
    [{ arch: 'standalone' }, ['web/settings_local.py', 'redis/redis.conf', 'web/verify.sh']],
    [
      { workers: 1 },
      [
        'web/settings_local.py',
        'redis/redis.conf',
        'redis/redis-pod.nft',
        'web/verify.sh',
        'worker/settings_local.py',
        'worker/pod-worker.service',
        'worker/verify.sh',
      ],
    ],
    [
      {
        arch: 'microservices',
        workers: 1,
        transcription: true,
        xapi: true,
        shared: true,
        redis: 'dedicated',
        firewall: 'ufw',
      },
      [
        'all/settings_local.py',
        'web/verify.sh',
        'encoding/pod-encoding.service',
        'encoding/podceleryconf.py',
        'encoding/verify.sh',
        'transcription/pod-transcription.service',
        'transcription/podceleryconf.py',
        'transcription/verify.sh',
        'xapi/pod-xapi.service',
        'xapi/podceleryconf.py',
        'xapi/verify.sh',
        'redis/redis.conf',
        'redis/firewall.sh',
        'redis/verify.sh',
      ],
    ],
    [
      { arch: 'microservices', transcription: true },
      [
        'web/settings_local.py',
        'encoding/pod-encoding.service',
        'transcription/pod-transcription.service',
        'encoding/podceleryconf.py',
        'redis/redis.conf',
        'web/verify.sh',
      ],
    ],
    [
      { arch: 'standalone', xapi: true, redis: 'dedicated', sentinels: 'a,b,c', firewall: 'none' },
      [
        'web/settings_local.py',
        'xapi/pod-xapi.service',
        'web/podceleryconf.py',
        'web/verify.sh',
        'redis-1/redis.conf',
        'redis-1/sentinel.conf',
        'redis-2/redis.conf',
        'redis-2/sentinel.conf',
        'redis-3/redis.conf',
        'redis-3/sentinel.conf',
        'redis/verify.sh',
      ],
    ],
    [
      { arch: 'runner' },
      [
        'web/settings_local.py',
        'cron/pod-runner-tasks.service',
        'cron/pod-runner-tasks.timer',
        'redis/redis.conf',
        'web/verify.sh',
      ],
    ],
    [
      { arch: 'runner', web: 2, service: 'init', redis: 'dedicated', firewall: 'none' },
      [
        'web/settings_local.py',
        'web/verify.sh',
        'cron/settings_local.py',
        'cron/pod-runner-tasks',
        'cron/verify.sh',
        'redis/redis.conf',
        'redis/verify.sh',
      ],
    ],
    [
      {
        ...{ arch: 'runner', web: 2, xapi: true, redis: 'dedicated', firewall: 'none' },
        ...{ sentinels: 'a,b,c', comments: false },
      },
      [
        'web/settings_local.py',
        'xapi/pod-xapi.service',
        'web/podceleryconf.py',
        'web/verify.sh',
        'cron/settings_local.py',
        'cron/pod-runner-tasks.service',
        'cron/pod-runner-tasks.timer',
        'cron/podceleryconf.py',
        'cron/verify.sh',
        ...['redis-1', 'redis-2', 'redis-3'].flatMap((folder) => [
          `${folder}/redis.conf`,
          `${folder}/sentinel.conf`,
        ]),
        'redis/verify.sh',
      ],
    ],
    [
      { arch: 'runner', redis: 'docker' },
      ['web/settings_local.py', 'cron/start-cron.sh', 'web/verify.sh'],
    ],
    [{ redis: 'docker' }, ['web/settings_local.py', 'worker/start-worker.sh', 'web/verify.sh']],
  ])('%j has its own', (choices, expected) => {
    expect(places(choices)).toEqual(expected);
  });

  test('are each named once, and by their path', () => {
    fc.assert(
      fc.property(architectures, (architecture) => {
        const files = emitted(architecture);
        const named = files.map(placeOf);
        expect(new Set(named).size).toBe(named.length);
        for (const { name, path } of files)
          if (path !== '') expect(path).toMatch(new RegExp(`/${name}$`));
      }),
    );
  });
});

describe('what is still to be filled in', () => {
  /** The files with a placeholder outside comments. */
  const open = (files: readonly ConfigFile[]) =>
    files.filter(
      (file) =>
        /\.invalid\b/i.test(code(file).join('\n')) ||
        // It refuses the placeholder as a password.
        (file.kind !== 'verify' && code(file).join('\n').includes(PASSWORD_PLACEHOLDER)),
    );

  test('is nothing for one server without a password', () => {
    fc.assert(
      fc.property(architectures, (architecture) => {
        fc.pre(serverCount(architecture) === 1);
        const files = emitted({ ...architecture, auth: 'none' });
        expect(open(files)).toEqual([]);
        expect(files.filter(({ placeholder }) => placeholder)).toEqual([]);
      }),
    );
  });

  test('is marked in each file that has it, and in no other', () => {
    fc.assert(
      fc.property(architectures, fc.constantFrom('', 'secret'), (any, password) => {
        // A firewall takes no names, so a sentinel's name is a placeholder there too.
        const architecture: Architecture =
          any.sentinels === '' ? any : { ...any, firewall: 'none' };
        const files = emitted(architecture, { password });
        expect(files.filter(({ placeholder }) => placeholder)).toEqual(open(files));
        const { redis, clients } = plan(architecture);
        const expected =
          redis.placeholder ||
          (redis.password && password === '') ||
          clients.some(({ addresses }) => addresses.length === 0);
        expect(open(files).length > 0).toBe(expected);
      }),
    );
  });

  test('is never an address that could be connected to', () => {
    expect(ADDRESS_PLACEHOLDER).toMatch(/\.invalid$/);
  });
});

describe('comments', () => {
  test('are in no file that is to have none, but for `#!`', () => {
    fc.assert(
      fc.property(architectures, (architecture) => {
        for (const { lines } of emitted({ ...architecture, comments: false })) {
          expect(lines.map(lineText).filter(isComment)).toEqual([]);
          const kinds = lines.flatMap((line, at) => (at === 0 ? [] : line.map(({ kind }) => kind)));
          expect(kinds).not.toContain('comment');
        }
      }),
    );
  });

  test('change nothing else', () => {
    fc.assert(
      fc.property(architectures, passwords, (architecture, password) => {
        const [with_, without] = [true, false].map((comments) =>
          codes(emitted({ ...architecture, comments }, { password })),
        );
        expect(with_).toEqual(without);
      }),
    );
  });

  test('are all that differs between the languages, with the descriptions of units', () => {
    const inLanguage = (architecture: Architecture, language: 'fr' | 'en', password: string) =>
      codes(
        // verify.sh prints translated messages.
        emitted(architecture, { language, password }).filter(({ kind }) => kind !== 'verify'),
      ).map(([place, lines]) => [
        place,
        (lines as string[]).filter((line) => !line.startsWith('Description=')),
      ]);
    fc.assert(
      fc.property(architectures, passwords, (architecture, password) => {
        expect(inLanguage(architecture, 'fr', password)).toEqual(
          inLanguage(architecture, 'en', password),
        );
      }),
    );
  });

  test('of a file fit into 76 characters, but for an address that cannot be parted', () => {
    for (const { lines } of emitted({
      arch: 'microservices',
      transcription: true,
      xapi: true,
      workers: 1,
    }))
      for (const text of lines.map(lineText).filter(isComment))
        if (!text.includes('https://')) expect(text.length).toBeLessThanOrEqual(76);
  });
});

test('no token has a line break, and no file is empty, whatever is typed', () => {
  fc.assert(
    fc.property(architectures, passwords, (architecture, password) => {
      for (const { lines } of emitted(architecture, { password })) {
        expect(lines.flat().filter(({ text }) => /[\r\n]/.test(text))).toEqual([]);
        expect(lines.length).toBeGreaterThan(0);
      }
    }),
  );
});

test('a piece of code names the field, database and server that it came from', () => {
  const choices = {
    ...DEFAULTS,
    workers: 2,
    host: 'redis.univ.fr',
    port: 6380,
    auth: 'password' as const,
  };
  const files = emitted(choices, { password: 'secret' });
  const found = (text: string) =>
    files.flatMap(({ lines }) => lines.flat().filter((token) => token.text === text));
  expect(found('redis.univ.fr').map(({ source }) => source?.field)).not.toContain(undefined);
  expect(found('6380').map(({ source }) => source?.field)).toEqual(found('6380').map(() => 'port'));
  expect(found('secret').map(({ source }) => source?.field)).toContain('auth');
  expect(found('"select2"').some(({ source }) => source?.database === 'select2')).toBe(true);
});

test('files for Docker name neither the servers’ folders nor a local address', () => {
  const text = emitted({ arch: 'microservices', transcription: true, xapi: true, redis: 'docker' })
    .flatMap(code)
    .join('\n');
  expect(text).toContain(DOCKER_HOST);
  expect(text).not.toMatch(/\/usr\/local|\/home|127\.0\.0\.1/);
});
