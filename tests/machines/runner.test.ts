import { describe, test } from 'vitest';
import { RUNNER_UNIT } from '../../src/pod/runner.ts';
import { speaker } from '../../src/model/say.ts';
import type { ProcedureId } from '../../src/emit/quotes/procedures.ts';
import { TEXTS } from '../../src/site/texts.ts';
import { needStack } from '../stacks/need.ts';
import { deploymentOf, follow, installWebServer, PASSWORD, putFiles } from './follow.ts';
import { boot, needMachines } from './machine.ts';

needMachines();
needStack();

const say = speaker(TEXTS.fr, 'fr');

describe('a move from Celery to Esup-Runner as the page says', () => {
  test('the workers end their tasks before they are removed, the cron job starts, and there is a way back', async ({
    onTestFinished,
    expect,
  }) => {
    const [machine] = await boot(onTestFinished, '10.77.0.1');
    const pod = await installWebServer(machine);
    const before = deploymentOf({});
    const type = (id: ProcedureId) => follow(machine, before, id, 'web');
    const state = async (unit: string) =>
      (await machine.run(`systemctl is-active ${unit}`)).stdout.trim();
    await machine.done('systemctl enable --now pod-worker');
    await pod.makeTasksTake(600);
    await pod.publish(3);
    await expect.poll(() => pod.tasks('tasks')).toHaveLength(1);

    await type('runner.cron');
    expect(await type('runner.cron.start')).toContain('No pending tasks found');
    expect(await state(`${RUNNER_UNIT}.timer`)).toBe('active');
    // Two wait, and the worker has taken one.
    expect(await type('runner.queues')).toBe('2\n0\n0\n1\n');
    await pod.makeTasksTake(0);
    await expect.poll(() => type('runner.queues')).toBe('0\n0\n0\n0\n');
    expect(await pod.tasks('finished')).toHaveLength(3);
    await type('runner.workers.remove');
    expect(await state('pod-worker')).toBe('inactive');

    // The stand-in for Pod knows no runner manager: all else is in order.
    await putFiles(pod, { arch: 'runner' });
    const wrong = async () => {
      const { stdout } = await pod.verify(PASSWORD);
      return stdout.split('\n').filter((line) => line.startsWith('✗'));
    };
    const unknown = expect.stringContaining(say('verify.manager.old')) as string;
    expect(await wrong()).toEqual([unknown]);
    await machine.done(`REDISCLI_AUTH=${PASSWORD} redis-cli -n 5 LPUSH encoding left`);
    expect(await wrong()).toEqual([
      expect.stringContaining(say('verify.oldQueues')) as string,
      unknown,
    ]);
    await machine.done(`REDISCLI_AUTH=${PASSWORD} redis-cli -n 5 DEL encoding`);

    // Its unit has no more rights than it needs, and a failed run is told.
    const { stdout } = await machine.run(`systemd-analyze security ${RUNNER_UNIT}.service`);
    const [, exposure = '10'] = /exposure level .*: ([\d.]+)/.exec(stdout) ?? [];
    expect(Number(exposure)).toBeLessThanOrEqual(3);
    await machine.done(
      `mv /usr/local/django_projects/podv4/manage.py /root && systemctl start ${RUNNER_UNIT}.service || mv /root/manage.py /usr/local/django_projects/podv4/`,
    );
    expect(await wrong()).toEqual([
      unknown,
      expect.stringContaining(
        say('verify.cron.failed', { command: `journalctl -n 20 -u ${RUNNER_UNIT}` }),
      ) as string,
    ]);
    await machine.done(`systemctl start ${RUNNER_UNIT}.service`);
    expect(await wrong()).toEqual([unknown]);

    await type('runner.cron.stop');
    expect(await state(`${RUNNER_UNIT}.timer`)).toBe('inactive');
    const enable = `systemctl enable --now ${RUNNER_UNIT}.timer`;
    expect(await wrong()).toEqual([
      unknown,
      expect.stringContaining(say('verify.cron.timer', { enable })) as string,
    ]);
    await putFiles(pod, {});
    await type('runner.workers.start');
    expect(await state('pod-worker')).toBe('active');
    await pod.publish(1);
    await expect.poll(() => pod.tasks('finished')).toHaveLength(4);
  });
});
