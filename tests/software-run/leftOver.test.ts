import { describe, test } from 'vitest';
import { answers } from '../emit/answers.ts';
import { quoteText } from '../emit/quotes/quoted.ts';
import { needStack } from '../stacks/need.ts';
import { deploy, type Choices } from './deployed.ts';
import { until } from './processes.ts';
import { ask } from './redis.ts';

needStack();

const SENTINELS = ['127.0.0.1', '127.0.0.2', '127.0.0.3'];

/** The time that a task takes until the test changes it, in seconds. */
const LONG = 600;

describe('what killed workers left over is found, and removed or given back', () => {
  test.for<[what: string, task: string, choices: Choices]>([
    ['with a password', 'task_start_encode', {}],
    ['as an ACL user, by microservices', 'encoding_task', { arch: 'microservices', auth: 'acl' }],
    [
      'with sentinels that ask for the password, by TLS',
      'task_start_encode',
      { sentinelHosts: SENTINELS, sessions: 'cached_db', tls: true, auth: 'acl' },
    ],
  ])('%s', async ([, task, choices], { onTestFinished, expect }) => {
    const site = await deploy(choices, onTestFinished);
    const [pod] = site.pods;
    if (!pod) throw new Error('There is no server with workers.');
    const access = quoteText('cli.access', site.deployment);
    const type = (
      id: 'workers.leftover' | 'workers.leftover.drop' | 'workers.leftover.back',
      tag = '',
    ) =>
      pod.type(
        `${access}${quoteText(id, site.deployment)}`,
        `${answers(access, site.password)}${tag}\n`,
      );
    const begun = async () => (await pod.tasks()).length;
    const unacked = async () =>
      Number(
        await ask(
          site.door,
          '-n',
          String(site.deployment.databaseNumbers.encoding),
          'HLEN',
          'unacked',
        ),
      );
    /** Kills the workers while they run a task; gives the tag of the task. */
    const leaveOne = async () => {
      const before = await begun();
      await pod.startWorkers();
      await pod.publish(1);
      await until(async () => (await begun()) > before);
      await pod.killWorkers();
      const [line = '', ...others] = (await type('workers.leftover')).trim().split('\n');
      expect(others).toEqual([]);
      expect(line).toMatch(
        new RegExp(`^[\\w-]{36} .*${task}\\(1,\\) .* (celery|encoding) +\\d+ min$`),
      );
      return line.split(' ')[0];
    };

    await pod.makeTasksTake(LONG);
    const finished = await leaveOne();
    expect(await type('workers.leftover.drop', finished)).toBe('1\n1\n');
    expect(await unacked()).toBe(0);

    const lost = await leaveOne();
    expect(await type('workers.leftover.back', lost)).toBe('1\n');
    // It is given back to the worker that starts now, and the one that was removed is not.
    await pod.makeTasksTake(0);
    await pod.startWorkers();
    await until(async () => (await pod.finished()).length > 0);
    expect(await begun()).toBe(3);
    await until(async () => (await unacked()) === 0);
    expect(await pod.finished()).toHaveLength(1);
  });
});
