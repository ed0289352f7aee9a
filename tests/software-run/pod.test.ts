import { expect, test } from 'vitest';
import type { ProcedureId } from '../../src/emit/quotes/procedures.ts';
import { quoteText } from '../emit/quotes/quoted.ts';
import { needStack } from '../stacks/need.ts';
import { deploy, type Choices } from './deployed.ts';
import type { WorkerReport } from './pod.ts';
import { until } from './processes.ts';
import { ask, keysOf } from './redis.ts';

needStack();

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
    15: ['preprod-select2:1:choice'],
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

test.for<[id: ProcedureId, choices: Choices, applied: Partial<WorkerReport>]>([
  [
    'understand.arguments',
    { arch: 'microservices', hours: 2 },
    { acks_late: true, prefetch: 1, visibility_timeout: 3 * 3600 },
  ],
  ['understand.xapi', { arch: 'standalone', xapi: true }, { queues: ['xapi'], acks_late: true }],
])(
  'the worker that is started by hand is the one that the unit starts: %s',
  async ([id, choices, applied], { onTestFinished }) => {
    const { deployment, pods } = await deploy(choices, onTestFinished);
    const [pod] = pods;
    const typed = await pod?.typeWorker(quoteText(id, deployment));
    await pod?.killWorkers();
    await pod?.startWorkers();
    expect(typed).toMatchObject(applied);
    expect((await pod?.workers())?.at(-1)).toEqual(typed);
  },
);
