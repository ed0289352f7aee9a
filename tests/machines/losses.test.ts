import { describe, test } from 'vitest';
import { DEFAULTS } from '../../src/model/architecture.ts';
import { until } from '../software-run/processes.ts';
import { needStack } from '../stacks/need.ts';
import { askRedis, deploymentOf, follow, installRedis, putFiles } from './follow.ts';
import { boot, needMachines } from './machine.ts';
import { PodMachine } from './podMachine.ts';

needMachines();
needStack();

/** How long Redis is away, in seconds: longer than the time in which systemd counts restarts. */
const AWAY = 120;

describe.concurrent('systemd starts a worker again that has lost Redis', () => {
  for (const [arch, role] of [
    ['celery', 'worker'],
    ['microservices', 'encoding'],
  ] as const)
    test(arch, async ({ onTestFinished, expect }) => {
      const deployment = deploymentOf({ arch });
      const [machine] = await boot(onTestFinished, '10.77.0.1');
      await installRedis(machine, deployment);
      const pod = new PodMachine(machine);
      await pod.install('web');
      await putFiles(pod, { arch });
      await follow(machine, deployment, 'workers.start', 'web');
      const unit = `pod-${role}`;
      const show = async (property: string) =>
        (await machine.done(`systemctl show --property=${property} --value ${unit}`)).trim();
      const said = (text: string) => async () =>
        (await machine.done(`journalctl --no-pager --unit ${unit}`)).includes(text);
      const videos = async (which: 'tasks' | 'finished') => (await pod.tasks(which)).length;
      const unacked = () => askRedis(machine, '-n 5 HLEN unacked');

      await until(said('ready.'));
      const { account } = DEFAULTS;
      expect(await machine.done(`stat --format='%U %G %F' ${DEFAULTS.results}`)).toBe(
        `${account} ${account} directory\n`,
      );

      // Redis is restarted during a task: the worker ends after it, and is started again.
      await pod.makeTasksTake(600);
      await pod.publish(1);
      await until(async () => (await videos('tasks')) === 1);
      await machine.done('systemctl restart redis-server');
      await until(said('Retrying to re-establish a connection'));
      expect(await show('ActiveState')).toBe('active');
      expect(await show('NRestarts')).toBe('0');
      expect(await unacked()).toBe('1');
      await pod.makeTasksTake(0);
      await until(async () => (await show('NRestarts')) === '1');
      expect(await videos('finished')).toBe(1);
      await until(async () => (await unacked()) === '0');
      await pod.publish(1);
      await until(async () => (await videos('finished')) === 2);
      expect(await videos('tasks')).toBe(2);

      // Redis is away for long: the worker waits for it, and systemd gives it up at no time.
      await machine.done('systemctl stop redis-server');
      const end = Date.now() + AWAY * 1000;
      await until(async () => {
        expect(await show('ActiveState')).not.toBe('failed');
        return Date.now() > end;
      });
      await machine.done('systemctl start redis-server');
      await pod.publish(1);
      await until(async () => (await videos('finished')) === 3);
      expect(await show('Result')).toBe('success');
      expect(await show('NRestarts')).toBe('2');
      await until(async () => (await unacked()) === '0');
      expect(await videos('tasks')).toBe(3);
    });
});
