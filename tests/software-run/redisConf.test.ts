import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Architecture } from '../../src/model/architecture.ts';
import { passwords } from '../model/architecture.ts';
import { derived } from '../emit/answers.ts';
import { emitted, textAt } from '../emit/emitted.ts';
import { deployRedis, sentinelDoors } from './deployed.ts';
import { canListen, freePort, gatherUndos, temporaryFolder, type Finally } from './processes.ts';
import { ask, startRedis } from './redis.ts';

/** The addresses of this machine that only it reaches; Linux alone answers on all of 127.0.0.0/8. */
const inside = [
  '',
  '127.0.0.1',
  'localhost',
  ...(process.platform === 'linux' ? ['127.0.0.2'] : []),
];
const inside6 = ['::1', '0:0:0:0:0:0:0:1'];

/** Starts Redis by the redis.conf of an architecture; gives its port. */
async function started(choices: Partial<Architecture>, password: string, atEnd: Finally) {
  const port = await freePort();
  const auth = password === '' ? 'none' : 'password';
  const files = emitted({ auth, ...choices, port }, { password });
  await startRedis(textAt(files, 'redis/redis.conf'), atEnd);
  return port;
}

test('sentinels name the master to each user, and change it for the administrator alone', async ({
  onTestFinished: atEnd,
}) => {
  const { deployment, door } = await deployRedis(
    {
      arch: 'microservices',
      workers: 1,
      auth: 'acl',
      sentinelHosts: ['127.0.0.2', '127.0.0.3', '127.0.0.4'],
    },
    atEnd,
  );
  const [sentinel] = sentinelDoors(deployment.redis, door);
  if (!sentinel) throw new Error('There is no sentinel.');
  const { master } = deployment.architecture;
  const { host, port } = sentinel;
  for (const user of ['pod-web', 'pod-encoding']) {
    const own = { host, port, user, password: derived(door.password ?? '', user) };
    expect(await ask(own, 'SENTINEL', 'get-master-addr-by-name', master)).toHaveLength(2);
    for (const command of [
      ['SENTINEL', 'MONITOR', 'other', '127.0.0.9', '6379', '1'],
      ['SENTINEL', 'REMOVE', master],
      ['SENTINEL', 'SET', master, 'quorum', '1'],
      ['SENTINEL', 'FAILOVER', master],
      ['SENTINEL', 'CONFIG', 'GET', '*'],
      ['SENTINEL', 'is-master-down-by-addr', '127.0.0.2', '6379', '1', '*'],
      ['PUBLISH', '__sentinel__:hello', 'x'],
      ['ACL', 'LIST'],
      ['SHUTDOWN'],
    ])
      expect([command, (await ask(own, ...command)).join()]).toEqual([
        command,
        expect.stringContaining('NOPERM'),
      ]);
  }
  expect((await ask({ host, port }, 'PING')).join()).toContain('NOAUTH');
  expect((await ask(sentinel, 'SENTINEL', 'CONFIG', 'GET', 'sentinel-user')).join()).toContain(
    'pod-sentinel',
  );
});

describe('a real Redis by its redis.conf', () => {
  test.each(inside)('answers at the address “%s”, to the password alone', async (typed) => {
    const password = `pässword "quoted" \\ 'and' 😀 #`;
    const port = await started({ host: typed }, password, onTestFinished);
    const door = { host: typed === '' ? '127.0.0.1' : typed, port };
    expect(await ask({ ...door, password }, 'PING')).toEqual(['PONG']);
    expect((await ask(door, 'PING')).join()).toContain('NOAUTH');
    expect((await ask({ ...door, password: 'another' }, 'PING')).join()).toContain('WRONGPASS');
  });

  test.each(inside6)('answers at “%s”, or this machine has no IPv6', async (host) => {
    const port = await started({ host }, '', onTestFinished);
    const answer = await ask({ host, port }, 'PING');
    if (await canListen('::1')) expect(answer).toEqual(['PONG']);
    else expect(answer.join()).toContain('Could not connect');
  });

  test('applies what the file says', async () => {
    const port = await started({ memory: 100 }, '', onTestFinished);
    const values = {
      bind: '127.0.0.1 -::1',
      port: String(port),
      'protected-mode': 'yes',
      appendonly: 'yes',
      maxmemory: String(100 * 1024 * 1024),
      'maxmemory-policy': 'volatile-ttl',
      databases: '16',
    };
    for (const [name, value] of Object.entries(values))
      expect(await ask({ host: '127.0.0.1', port }, 'CONFIG', 'GET', name)).toEqual([name, value]);
  });

  test('lets the ACL user in and no other, who may clear a cache but not command the server', async () => {
    const port = await started({ auth: 'acl', user: 'pod4' }, 'secret', onTestFinished);
    const door = { host: '127.0.0.1', port };
    const as = (user: string) => ({ ...door, user, password: derived('secret', user) });
    const pod = as('pod4-web');
    expect(await ask(pod, 'PING')).toEqual(['PONG']);
    expect(await ask(pod, 'FLUSHDB')).toEqual(['OK']);
    for (const command of [['FLUSHALL'], ['CONFIG', 'GET', '*'], ['SHUTDOWN'], ['ACL', 'LIST']])
      for (const each of [pod, as('pod4-monitoring')])
        expect((await ask(each, ...command)).join()).toContain('NOPERM');
    expect(await ask(as('pod4-monitoring'), 'LLEN', 'celery')).toEqual(['0']);
    expect((await ask(as('pod4-monitoring'), 'LPUSH', 'celery', 'x')).join()).toContain('NOPERM');
    const admin = { ...door, user: 'pod4-admin', password: 'secret' };
    expect(await ask(admin, 'CONFIG', 'GET', 'port')).toEqual(['port', String(port)]);
    expect((await ask(door, 'PING')).join()).toContain('NOAUTH');
    for (const user of ['default', 'pod4', 'pod'])
      expect((await ask({ ...pod, user }, 'PING')).join()).toContain('WRONGPASS');
    expect((await ask({ ...pod, password: 'another' }, 'PING')).join()).toContain('WRONGPASS');
  });

  test.for([
    ['encoding', 'session', ['GET', 'session:1']],
    ['encoding', 'session whose name was chosen', ['SET', 'session:1:x.celery.pidbox', 'pickle']],
    ['encoding', 'session called like a worker', ['SET', 'session:1:encode@x.celery.pidbox', 'x']],
    [
      'encoding',
      'cache called like an answer',
      ['SET', ':1:01234567-89ab-cdef-0123-456789abcdef.reply.celery.pidbox', 'x'],
    ],
    ['xapi', 'session whose name was chosen', ['SET', 'session:1:x.reply.celery.pidbox', 'x']],
    ['encoding', 'cache', ['GET', 'pod:1:x']],
    ['encoding', 'poisoned cache', ['SET', 'pod:1:x', 'pickle']],
    ['encoding', 'selection list', ['SET', ':1:x', 'pickle']],
    ['encoding', 'xAPI statement', ['LPUSH', 'xapi', 'x']],
    ['encoding', 'emptied database', ['FLUSHDB']],
    ['encoding', 'list of keys', ['KEYS', '*']],
    ['encoding', 'list of keys by SCAN', ['SCAN', '0']],
    ['encoding', 'script', ['EVAL', "return redis.call('GET', 'session:1')", '0']],
    ['encoding', 'other channel', ['PUBLISH', 'other', 'x']],
    ['transcription', 'cache', ['SET', 'pod:1:x', 'pickle']],
    ['transcription', 'encoding', ['LPUSH', 'encoding', 'x']],
    ['xapi', 'session', ['GET', 'session:1']],
    ['xapi', 'encoding', ['LPUSH', 'encoding', 'x']],
  ] as const)('gives %s no %s', async ([id, , command], { onTestFinished: atEnd }) => {
    const port = await started(
      {
        auth: 'acl',
        arch: 'microservices',
        workers: 1,
        transcription: true,
        xapi: true,
        host: '127.0.0.1',
      },
      'secret',
      atEnd,
    );
    const user = `pod-${id}`;
    const door = { host: '127.0.0.1', port, user, password: derived('secret', user) };
    expect(await ask(door, 'PING')).toEqual(['PONG']);
    expect((await ask(door, ...command)).join()).toContain('NOPERM');
  });

  test.for([
    ['django-redis-sessions', { sessions: 'redis' }, 'session:1'],
    ['Django’s cache', { sessions: 'cache' }, 'session:1:x'],
    [
      'Django’s cache, with another prefix',
      { sessions: 'cache', prefix: 'lille' },
      'lille-session:1:x',
    ],
    ['Django’s cache, without a prefix', { sessions: 'cached_db', prefix: '' }, 'session:1:x'],
  ] as const)(
    'gives the Celery worker no session of %s, and no way to empty its database',
    async ([, choices, session], { onTestFinished: atEnd }) => {
      const celery = { ...choices, auth: 'acl', arch: 'celery', workers: 1, host: '127.0.0.1' };
      const port = await started(celery as Partial<Architecture>, 'secret', atEnd);
      const door = { host: '127.0.0.1', port };
      const [web, worker] = ['pod-web', 'pod-worker'].map((user) => ({
        ...door,
        user,
        password: derived('secret', user),
      }));
      if (!web || !worker) throw new Error('There are two users.');
      expect(await ask(web, 'SET', session, 'x')).toEqual(['OK']);
      for (const command of [
        ['GET', session],
        ['SET', session, 'x'],
        ['DEL', session],
        ['FLUSHDB'],
      ])
        expect((await ask(worker, ...command)).join()).toContain('NOPERM');
      const { prefix = 'pod' } = choices as Partial<Architecture>;
      expect(await ask(worker, 'SET', `${prefix}:1:page`, 'x')).toEqual(['OK']);
    },
  );

  test('answers by its socket alone, to its group', async () => {
    const socket = join(temporaryFolder(onTestFinished), 'redis.sock');
    const port = await started({ socket }, '', onTestFinished);
    const door = { host: '127.0.0.1', port };
    expect(await ask({ ...door, socket }, 'PING')).toEqual(['PONG']);
    expect((await ask(door, 'PING')).join()).toContain('Connection refused');
    expect(((await stat(socket)).mode & 0o777).toString(8)).toBe('770');
  });

  test('has the very password, whatever it is', async () => {
    const property = fc.asyncProperty(passwords, async (password) => {
      const { atEnd, undo } = gatherUndos();
      try {
        const port = await started({}, password, atEnd);
        // An empty line of the answer would be left out, but no password is empty.
        const door = { host: '127.0.0.1', port, password };
        expect(await ask(door, 'CONFIG', 'GET', 'requirepass')).toEqual(['requirepass', password]);
        const acl = await started({ auth: 'acl' }, password, atEnd);
        expect(await ask({ ...door, port: acl, user: 'pod-admin' }, 'PING')).toEqual(['PONG']);
      } finally {
        await undo();
      }
    });
    await fc.assert(property, { numRuns: 15, endOnFailure: true });
  });
});

test('a restart with our redis.conf alone loses what default snapshots hold, as its comment says', async () => {
  const folder = temporaryFolder(onTestFinished);
  const port = await freePort();
  const door = { host: '127.0.0.1', port };
  await startRedis(`port ${port}\n`, onTestFinished, folder);
  await ask(door, '-n', '5', 'LPUSH', 'celery', 'task');
  await ask(door, 'SHUTDOWN', 'SAVE');
  const conf = textAt(emitted({ port, auth: 'none' }), 'redis/redis.conf');
  await startRedis(conf, onTestFinished, folder);
  expect(await ask(door, '-n', '5', 'LLEN', 'celery')).toEqual(['0']);
});
