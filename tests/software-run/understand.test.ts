import { expect, test } from 'vitest';
import { quoteText } from '../emit/quotes/quoted.ts';
import { deploy } from './deployed.ts';

test('the arguments of the encoding worker do what podceleryconf.py does', async ({
  onTestFinished,
}) => {
  const { deployment, pods } = await deploy({ arch: 'microservices', hours: 2 }, onTestFinished);
  const [pod] = pods;
  const typed = await pod?.typeWorker(quoteText('understand.arguments', deployment));
  await pod?.killWorkers();
  await pod?.startWorkers();
  const unit = (await pod?.workers())?.at(-1);
  expect(typed).toMatchObject({ acks_late: true, prefetch: 1, visibility_timeout: 3 * 3600 });
  expect(typed).toEqual(unit);
});

test('the xAPI worker that is started by hand is the one that the unit starts', async ({
  onTestFinished,
}) => {
  const { deployment, pods } = await deploy({ arch: 'standalone', xapi: true }, onTestFinished);
  const [pod] = pods;
  const typed = await pod?.typeWorker(quoteText('understand.xapi', deployment));
  await pod?.killWorkers();
  await pod?.startWorkers();
  expect(typed).toMatchObject({ queues: ['xapi'], acks_late: true });
  expect((await pod?.workers())?.at(-1)).toEqual(typed);
});
