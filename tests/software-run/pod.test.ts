import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { TLS_FOLDER } from '../../src/emit/redis.ts';
import { plan } from '../../src/model/deployment.ts';
import { DEFAULTS } from '../../src/model/architecture.ts';
import { emitted, textAt } from '../emit/emitted.ts';
import { makeCertificates } from './certificates.ts';
import { deploy } from './deployed.ts';
import { PodServer } from './pod.ts';
import { freePort, until } from './processes.ts';
import { ask, keysOf, startRedis } from './redis.ts';

describe.concurrent('a certificate is verified, and the name in it, by each client', () => {
  const refused = {
    authority: /certificate verify failed: (unable to get local issuer|self.signed)/,
    name: /certificate verify failed: (IP address|Hostname) mismatch/,
  };
  const clients = ['default', 'select2', 'sessions', 'celery', 'xapi'];

  test.for<[what: string, names: string, trusted: boolean, answer: RegExp]>([
    ['the right one', 'DNS:localhost,IP:127.0.0.1', true, / in$/],
    ['one for another server', 'DNS:redis.univ.fr,IP:127.0.0.9', true, refused.name],
    ['one of another authority', 'DNS:localhost,IP:127.0.0.1', false, refused.authority],
  ])('%s', async ([, names, trusted, answer], { onTestFinished }) => {
    const server = await makeCertificates(onTestFinished, names);
    const authority = trusted ? server : await makeCertificates(onTestFinished);
    for (const host of ['', 'localhost']) {
      const architecture = {
        ...DEFAULTS,
        tls: true,
        xapi: true,
        host,
        port: await freePort(),
        ca: join(authority, 'ca.crt'),
      };
      const files = emitted(architecture, { password: 'secret' });
      const conf = textAt(files, 'redis/redis.conf').replaceAll(TLS_FOLDER, server);
      await startRedis(conf, onTestFinished);
      const [group] = plan(architecture).servers;
      const pod = group && (await PodServer.create(group, files, onTestFinished));
      const said = (await pod?.reach()) ?? [];
      expect(said.map((line) => line.split(' ')[0])).toEqual(clients);
      for (const line of said) expect(line).toMatch(answer);
    }
  });
});

test('another prefix, other databases and other hours are what Pod and its worker apply', async ({
  onTestFinished,
}) => {
  const { pods, door } = await deploy(
    {
      prefix: 'preprod',
      hours: 1,
      'db.select2': 15,
      'db.default': 0,
      'db.sessions': 1,
      'db.encoding': 9,
    },
    onTestFinished,
  );
  const [pod] = pods;
  const session = await pod?.visit();
  const queue = { 9: ['_kombu.binding.celery', 'celery'] };
  expect(await keysOf(door)).toEqual({
    15: ['preprod:1:choice'],
    0: ['preprod:1:page'],
    1: [`preprod-session:${session}`],
    ...queue,
  });
  await pod?.startWorkers();
  await until(async () => (await pod?.tasks())?.length === 1);
  expect(await pod?.workers()).toMatchObject([{ time_limit: 3600, visibility_timeout: 7200 }]);
  expect((await keysOf(door))[0]).toContain('preprod:1:thumbnail');
  expect(await ask(door, '-n', '9', 'LLEN', 'celery')).toEqual(['0']);
});

test('clearing a cache empties its database and no other', async ({ onTestFinished }) => {
  const { pods, door } = await deploy({}, onTestFinished);
  const session = await pods[0]?.visit();
  const others = {
    4: [`session:${session}`],
    5: ['_kombu.binding.celery', 'celery'],
  };
  await pods[0]?.clear('default');
  expect(await keysOf(door)).toEqual({ 2: [':1:choice'], ...others });
  await pods[0]?.clear('select2');
  expect(await keysOf(door)).toEqual(others);
});
