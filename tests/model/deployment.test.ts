import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ADDRESS_PLACEHOLDER } from '../../src/model/address.ts';
import { DEFAULTS, type Architecture } from '../../src/model/architecture.ts';
import { plan, queuesOf, type Use } from '../../src/model/deployment.ts';
import { serverCount } from '../../src/model/servers.ts';
import { runs } from '../sets.ts';
import { architectures } from './architecture.ts';

const planned = (choices: Partial<Architecture>) => plan({ ...DEFAULTS, ...choices });

/** A use in one line: role, database, setting, kind of use, queue. */
const line = ({ role, database, setting, as, queue = '' }: Use) =>
  `${role} ${database} ${setting} ${as} ${queue}`.trim();
const usesOf = (choices: Partial<Architecture>) => planned(choices).uses.map(line);
const serversOf = (choices: Partial<Architecture>) =>
  planned(choices).servers.map(({ roles, count }) => `${count} ${roles.join('+')}`);

const WEB = [
  'web select2 CACHES["select2"] store',
  'web default CACHES["default"] store',
  'web sessions SESSION_REDIS store',
];
const CELERY = 'encoding CELERY_BROKER_URL';
const MICROSERVICES = 'encoding ENCODING_TRANSCODING_CELERY_BROKER_URL';
const XAPI = 'xapi XAPI_CELERY_BROKER_URL';

describe('who uses which database through which setting', () => {
  test('standalone: caches and sessions, no broker at all', () => {
    expect(usesOf({ arch: 'standalone', transcription: true })).toEqual(WEB);
  });

  test('standalone with xAPI: its broker and its worker', () => {
    expect(usesOf({ arch: 'standalone', xapi: true })).toEqual([
      ...WEB,
      `web ${XAPI} producer xapi`,
      `xapi ${XAPI} consumer xapi`,
    ]);
  });

  test('celery: the worker consumes the queue celery and uses the default cache', () => {
    const uses = [
      ...WEB,
      `web ${CELERY} producer celery`,
      'worker default CACHES["default"] store',
      `worker ${CELERY} consumer celery`,
    ];
    expect(usesOf({})).toEqual(uses);
    expect(usesOf({ workers: 3 })).toEqual(uses);
    // Transcription is another task of this worker.
    expect(usesOf({ transcription: true })).toEqual(uses);
  });

  test('runner: the cron job uses the default cache, and presentations are Celery’s', () => {
    const cron = 'cron default CACHES["default"] store';
    expect(usesOf({ arch: 'runner', transcription: true, workers: 1 })).toEqual([...WEB, cron]);
    expect(usesOf({ arch: 'runner', bbb: true })).toEqual([
      ...WEB,
      `web ${CELERY} producer celery`,
      cron,
      'worker default CACHES["default"] store',
      `worker ${CELERY} consumer celery`,
    ]);
  });

  test('microservices: each worker has a queue, none has a cache', () => {
    expect(usesOf({ arch: 'microservices', transcription: true, xapi: true, workers: 1 })).toEqual([
      ...WEB,
      `web ${MICROSERVICES} producer encoding`,
      `web ${MICROSERVICES} producer transcripting`,
      `web ${XAPI} producer xapi`,
      `encoding ${MICROSERVICES} consumer encoding`,
      `transcription ${MICROSERVICES} consumer transcripting`,
      `xapi ${XAPI} consumer xapi`,
    ]);
  });
});

describe('servers', () => {
  test.each<[Partial<Architecture>, string[]]>([
    [{}, ['1 web+worker']],
    [{ arch: 'standalone', web: 5, workers: 5 }, ['5 web']],
    [{ arch: 'runner', workers: 5 }, ['1 web+cron']],
    [{ arch: 'runner', web: 3, xapi: true }, ['2 web+xapi', '1 cron+web']],
    [{ arch: 'runner', web: 2, bbb: true, workers: 2 }, ['1 web', '1 cron+web', '2 worker']],
    [{ arch: 'standalone', xapi: true }, ['1 web+xapi']],
    [{ web: 3, workers: 4 }, ['3 web', '4 worker']],
    [{ web: 3 }, ['3 web+worker']],
    [{ workers: 2, xapi: true, redis: 'dedicated' }, ['1 web', '2 worker', '1 xapi', '1 redis']],
    [
      { arch: 'microservices', transcription: true, xapi: true },
      ['1 web+encoding+transcription+xapi'],
    ],
    [
      { arch: 'microservices', workers: 3, transcription: true, xapi: true },
      ['1 web', '3 encoding', '1 transcription', '1 xapi'],
    ],
    [{ redis: 'docker' }, ['1 web+worker', '1 redis']],
  ])('%j gives %j', (choices, servers) => {
    expect(serversOf(choices)).toEqual(servers);
  });

  test('Redis runs where it was put, and on the web server when there is no encoding server', () => {
    const on = (choices: Partial<Architecture>) => planned(choices).redis.on;
    expect(on({})).toBe('web');
    expect(on({ workers: 1, redis: 'worker' })).toBe('worker');
    expect(on({ arch: 'microservices', workers: 1, redis: 'worker' })).toBe('encoding');
    expect(on({ redis: 'worker' })).toBe('web');
    expect(on({ redis: 'dedicated' })).toBe('redis');
    expect(on({ redis: 'docker' })).toBe('redis');
  });
});

describe('the address of Redis', () => {
  const address = (choices: Partial<Architecture>) => {
    const { host, placeholder, local } = planned(choices).redis;
    return { host, placeholder, local };
  };

  test('is that of the server itself where there is one', () => {
    expect(address({})).toEqual({ host: '127.0.0.1', placeholder: false, local: true });
  });

  test('is Docker’s own name in Docker', () => {
    const docker = { host: 'redis.localhost', placeholder: false, local: false };
    expect(address({ redis: 'docker' })).toEqual(docker);
  });

  test('is a placeholder while several servers have none', () => {
    const none = { host: ADDRESS_PLACEHOLDER, placeholder: true, local: false };
    expect(address({ workers: 1 })).toEqual(none);
    expect(address({ redis: 'dedicated' })).toEqual(none);
  });

  test('is the one given', () => {
    const given = { host: 'redis.univ.fr', placeholder: false, local: false };
    expect(address({ workers: 1, host: 'redis.univ.fr' })).toEqual(given);
    expect(address({ redis: 'docker', host: 'redis.univ.fr' })).toEqual(given);
  });
});

test.each<[name: string, choices: Partial<Architecture>, reached: object]>([
  ['a password', { auth: 'password', user: 'other' }, { password: true }],
  ['an ACL user', { auth: 'acl', user: 'other' }, { password: true, user: 'other' }],
  ['TLS', { tls: true, auth: 'none', ca: '/ca.crt' }, { password: false, ca: '/ca.crt' }],
  [
    'a socket, which has neither address nor TLS',
    { socket: '/s', tls: true, auth: 'none', workers: 1 },
    { password: false, socket: '/s', local: true, placeholder: false },
  ],
])('Redis is reached with %s', (_, choices, reached) => {
  const ways = ['socket', 'password', 'user', 'ca'] as const;
  const { redis } = planned(choices);
  expect(redis).toMatchObject(reached);
  for (const way of ways) expect(way in redis).toBe(way in reached);
});

const SENTINELS = {
  redis: 'dedicated',
  sentinels: '10.0.0.5:1,10.0.0.6,[::1]:3',
  master: 'pod',
} as const;

test('Redis is reached by its sentinels, on as many servers, the first of them the master', () => {
  const { redis, servers } = planned({ ...SENTINELS, host: 'elsewhere' });
  expect(redis).toMatchObject({
    host: '10.0.0.5',
    placeholder: false,
    local: false,
    sentinel: {
      master: 'pod',
      quorum: 2,
      endpoints: [
        { host: '10.0.0.5', port: 1 },
        { host: '10.0.0.6', port: 26379 },
        { host: '::1', port: 3 },
      ],
    },
  });
  expect(servers.find(({ id }) => id === 'redis')?.count).toBe(3);
});

test.each([
  [3, 2],
  [4, 3],
  [5, 3],
])('of %i sentinels %i must agree', (count, quorum) => {
  const sentinels = Array.from({ length: count }, (_, at) => `s${at}`).join();
  expect(planned({ ...SENTINELS, sentinels }).redis.sentinel?.quorum).toBe(quorum);
});

describe('a firewall lets through', () => {
  const clients = (choices: Partial<Architecture>) =>
    planned(choices).clients.map(({ server, count, addresses }) =>
      [count, server, ...addresses].join(' '),
    );

  test.each<[string, Partial<Architecture>, string[]]>([
    ['nobody where Redis has its only clients beside it', {}, []],
    ['nobody else through a socket', { socket: '/s' }, []],
    ['the servers that Redis does not run on', { web: 3, workers: 2 }, ['2 web', '2 worker']],
    [
      'all of them where it has its own',
      {
        arch: 'microservices',
        workers: 2,
        transcription: true,
        xapi: true,
        redis: 'dedicated',
        'from.web': '10.0.0.1',
        'from.workers': '10.0.1.0/24,::1',
      },
      ['1 web 10.0.0.1', '2 encoding 10.0.1.0/24 ::1', '1 transcription', '1 xapi'],
    ],
    ['those beside Redis not', { workers: 1, redis: 'worker' }, ['1 web']],
    ['nobody when it is not wanted', { workers: 1, firewall: 'none' }, []],
    ['nobody into Docker', { redis: 'docker' }, []],
  ])('%s', (_, choices, expected) => {
    expect(clients(choices)).toEqual(expected);
  });
});

test('the prefix stands on the default cache as in Pod itself, another one everywhere', () => {
  expect(planned({}).prefixes).toEqual({ default: 'pod', select2: '', sessions: 'session' });
  expect(planned({ prefix: '' }).prefixes).toEqual({
    default: '',
    select2: '',
    sessions: 'session',
  });
  expect(planned({ prefix: 'b' }).prefixes).toEqual({
    default: 'b',
    select2: 'b-select2',
    sessions: 'b-session',
  });
});

test('the visibility timeout is one hour above the time limit', () => {
  const { timeLimit, visibilityTimeout } = planned({});
  expect([timeLimit, visibilityTimeout]).toEqual([86400, 90000]);
  expect(planned({ hours: 1 })).toMatchObject({ timeLimit: 3600, visibilityTimeout: 7200 });
});

test('every architecture has a plan that agrees with itself', () => {
  fc.assert(
    fc.property(architectures, (architecture) => {
      const deployment = plan(architecture);
      const { servers, uses, databases, redis } = deployment;
      expect(serverCount(architecture)).toBe(servers.reduce((sum, { count }) => sum + count, 0));
      // Each role is in one group of servers, whose id is the first of its roles. The server with the cron job is
      // a web server too.
      const [cron] = servers.filter(({ id }) => id === 'cron');
      const roles = servers.flatMap((group) =>
        group.roles.filter((role) => group !== cron || role === 'cron'),
      );
      expect(new Set(roles).size).toBe(roles.length);
      if (cron) expect(cron.roles.filter((role) => role !== 'redis')).toEqual(['cron', 'web']);
      expect(servers.every((group) => group.id === group.roles[0])).toBe(true);
      expect(servers.map(({ id }) => id)).toContain(redis.on);
      // A use belongs to a server with its role; the databases in use are exactly those listed.
      for (const { server, role } of uses)
        expect(servers.find(({ id }) => id === server)?.roles).toContain(role);
      expect(new Set(uses.map(({ database }) => database))).toEqual(
        new Set(databases.map(({ role }) => role)),
      );
      for (const { role, number } of databases) expect(number).toBe(architecture[`db.${role}`]);
      // Every queue has a producer and a consumer in the same database.
      const queues = (as: Use['as']) =>
        new Set(
          uses.filter((use) => use.as === as).map(({ queue, database }) => `${queue} ${database}`),
        );
      expect(queues('producer')).toEqual(queues('consumer'));
      expect(queuesOf(deployment).map(({ queue, database }) => `${queue} ${database}`)).toEqual([
        ...queues('producer'),
      ]);
      expect(redis.host).not.toBe('');
    }),
    { numRuns: runs(200, 500) },
  );
});
