import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Architecture } from '../../src/model/architecture.ts';
import { TLS_FOLDER } from '../../src/emit/redis.ts';
import { passwords } from '../model/architecture.ts';
import { emitted, textAt } from '../emit/emitted.ts';
import { makeCertificates } from './certificates.ts';
import { canListen, freePort, run, temporaryFolder, type Finally } from './processes.ts';
import { ask, startRedis } from './redis.ts';

/** The addresses of this machine that only it reaches; Linux alone answers on all of 127.0.0.0/8. */
const inside = [
  '',
  '127.0.0.1',
  'localhost',
  ...(process.platform === 'linux' ? ['127.0.0.2'] : []),
];
const inside6 = ['::1', '0:0:0:0:0:0:0:1'];

/** Starts Redis by the redis.conf of an architecture with a free port. */
async function started(
  choices: Partial<Architecture>,
  password: string,
  atEnd: Finally,
  folder = '',
) {
  const port = await freePort();
  const auth = password === '' ? 'none' : 'password';
  const files = emitted({ auth, ...choices, port }, { password });
  await startRedis(textAt(files, 'redis/redis.conf').replaceAll(TLS_FOLDER, folder), atEnd);
  return port;
}

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
    const get = (name: string) => ask({ host: '127.0.0.1', port }, 'CONFIG', 'GET', name);
    expect(await get('bind')).toEqual(['bind', '127.0.0.1 -::1']);
    expect(await get('port')).toEqual(['port', String(port)]);
    expect(await get('protected-mode')).toEqual(['protected-mode', 'yes']);
    expect(await get('appendonly')).toEqual(['appendonly', 'yes']);
    expect(await get('maxmemory')).toEqual(['maxmemory', String(100 * 1024 * 1024)]);
    expect(await get('maxmemory-policy')).toEqual(['maxmemory-policy', 'volatile-ttl']);
    expect(await get('databases')).toEqual(['databases', '16']);
  });

  test('lets the ACL user in and no other, who may clear a cache but not command the server', async () => {
    const port = await started({ auth: 'acl', user: 'pod4' }, 'secret', onTestFinished);
    const door = { host: '127.0.0.1', port };
    const pod = { ...door, user: 'pod4', password: 'secret' };
    expect(await ask(pod, 'PING')).toEqual(['PONG']);
    expect(await ask(pod, 'FLUSHDB')).toEqual(['OK']);
    for (const command of [['FLUSHALL'], ['CONFIG', 'GET', '*'], ['SHUTDOWN'], ['ACL', 'LIST']])
      expect((await ask(pod, ...command)).join()).toContain('NOPERM');
    expect((await ask(door, 'PING')).join()).toContain('NOAUTH');
    for (const user of ['default', 'pod'])
      expect((await ask({ ...pod, user }, 'PING')).join()).toContain('WRONGPASS');
    expect((await ask({ ...pod, password: 'another' }, 'PING')).join()).toContain('WRONGPASS');
  });

  test('answers by TLS alone, to clients without a certificate', async () => {
    const folder = await makeCertificates(onTestFinished);
    const ca = join(folder, 'ca.crt');
    const port = await started({ tls: true, ca }, '', onTestFinished, folder);
    const door = { host: '127.0.0.1', port };
    expect(await ask({ ...door, ca }, 'PING')).toEqual(['PONG']);
    expect((await ask(door, 'PING')).join()).toMatch(/^Error: (Connection reset|Server closed)/);
  });

  test('answers by its socket alone, to its group', async () => {
    const socket = join(temporaryFolder(onTestFinished), 'redis.sock');
    const port = await started({ socket }, '', onTestFinished);
    const door = { host: '127.0.0.1', port };
    expect(await ask({ ...door, socket }, 'PING')).toEqual(['PONG']);
    expect((await ask(door, 'PING')).join()).toContain('Connection refused');
    expect(((await stat(socket)).mode & 0o777).toString(8)).toBe('770');
  });

  test('has the very password, whatever it is', async () => {
    const run = async (password: string) => {
      const undo: (() => Promise<void>)[] = [];
      const atEnd: Finally = (each) => undo.unshift(each);
      try {
        const port = await started({}, password, atEnd);
        // An empty line of the answer would be left out, but no password is empty.
        const answer = await ask(
          { host: '127.0.0.1', port, password },
          'CONFIG',
          'GET',
          'requirepass',
        );
        expect(answer).toEqual(['requirepass', password]);
        const acl = await started({ auth: 'acl' }, password, atEnd);
        const door = { host: '127.0.0.1', port: acl, user: 'pod', password };
        expect(await ask(door, 'PING')).toEqual(['PONG']);
      } finally {
        for (const each of undo) await each();
      }
    };
    await fc.assert(fc.asyncProperty(passwords, run), { numRuns: 15, endOnFailure: true });
  });
});

test('a Redis in Cluster mode has one database only', async ({ onTestFinished, expect }) => {
  const port = await freePort();
  await startRedis(`port ${port}\ncluster-enabled yes\n`, onTestFinished);
  const { stdout } = await run('redis-cli', ['-p', String(port), 'SELECT', '5']);
  expect(stdout).toContain('SELECT is not allowed in cluster mode');
});
