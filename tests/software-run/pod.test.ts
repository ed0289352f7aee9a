import { expect, test } from 'vitest';
import { deploy } from './deployed.ts';
import { until } from './processes.ts';
import { ask, keysOf } from './redis.ts';

test.for(['', 'localhost'])(
  'each client refuses the certificate of another server: “%s”',
  async (host, { onTestFinished }) => {
    const names = 'DNS:redis.univ.fr,IP:127.0.0.9';
    const { pods } = await deploy({ tls: true, xapi: true, host }, onTestFinished, { names });
    const answers = Object.values((await pods[0]?.attempt(20)) ?? {}).map(({ says }) => says);
    expect(answers).toHaveLength(5);
    for (const says of answers)
      expect(says).toMatch(/certificate verify failed: (IP address|Hostname) mismatch/);
  },
);

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
