import { describe, test } from 'vitest';
import type { ProcedureId } from '../../src/emit/quotes/procedures.ts';
import { quoteTexts } from '../emit/quotes/quoted.ts';
import { askRedis, deploymentOf, follow, installWebServer, PASSWORD, putFiles } from './follow.ts';
import { boot, needMachines } from './machine.ts';
import type { Finally } from '../software-run/processes.ts';
import { needStack } from '../stacks/need.ts';

needMachines();
needStack();

const deployment = deploymentOf({});

/** One server with Redis, Pod and its worker. */
async function server(atEnd: Finally) {
  const [machine] = await boot(atEnd, '10.77.0.1');
  const pod = await installWebServer(machine);
  const type = (id: ProcedureId, role = 'web') => follow(machine, deployment, id, role);
  return { machine, pod, type, redis: (command: string) => askRedis(machine, command) };
}

describe('Redis is operated as the page says', () => {
  test('what is emptied, and what stays', async ({ onTestFinished, expect }) => {
    const { pod, type, redis } = await server(onTestFinished);
    const sizes = async () => {
      const numbers = [2, 3, 4, 5].map((number) => redis(`-n ${number} DBSIZE`));
      return (await Promise.all(numbers)).map(Number);
    };
    // A visitor uploads a video, and two more are to be encoded.
    await pod.python('web.py');
    await pod.publish(2);
    const before = await sizes();
    for (const size of before) expect(size).toBeGreaterThan(0);
    const [, , sessions, queues] = before;
    await type('operate.clear.select2');
    expect(await sizes()).toEqual([0, before[1], sessions, queues]);
    await type('operate.clear.default');
    expect(await sizes()).toEqual([0, 0, sessions, queues]);
    await type('operate.logout');
    expect(await sizes()).toEqual([0, 0, 0, queues]);
    expect(await redis('-n 5 LLEN celery')).toBe('3');
    expect(await type('operate.purge', 'worker')).toContain('3');
    expect(await redis('-n 5 LLEN celery')).toBe('0');
  });

  test('a backup is restored, sessions and queues included', async ({ onTestFinished, expect }) => {
    const { machine, pod, type, redis } = await server(onTestFinished);
    // A visitor uploads a video, and two more are to be encoded.
    await pod.python('web.py');
    await pod.publish(2);
    await type('operate.backup');
    expect(await machine.done('stat -c %a /root/redis-*.rdb')).toBe('600\n');
    const session = await redis('-n 4 KEYS "*"');
    await redis('FLUSHALL');
    await pod.publish(1);
    await type('operate.restore', 'redis');
    await type('operate.restore.append', 'redis');
    expect(await redis('-n 4 KEYS "*"')).toBe(session);
    expect(await redis('-n 5 LLEN celery')).toBe('3');
    // Redis starts with the files that it has written anew.
    await machine.reboot();
    expect(await redis('-n 5 LLEN celery')).toBe('3');
    expect(await redis('CONFIG GET appendonly')).toContain('yes');
    expect(await type('operate.upgrade', 'redis')).toMatch(/active\n$/);
  });

  test('the password changes under a worker that goes on, and the old one ends', async ({
    onTestFinished,
    expect,
  }) => {
    const { machine, pod } = await server(onTestFinished);
    await machine.done('systemctl enable --now pod-worker');
    const fresh = 'another-long-password';
    // In one shell, as an administrator has it.
    const shell = (...ids: ProcedureId[]) =>
      machine.run(ids.flatMap((id) => quoteTexts(id, deployment)).join(''), {
        input: `${PASSWORD}\n${fresh}\n`,
      });
    const added = await shell('cli.access', 'operate.password.ask', 'operate.password.add');
    expect([added.stdout, added.stderr]).toEqual(['OK\n', '']);

    // Both are good while the settings change, server by server.
    const ping = (password: string) =>
      machine.run(`REDISCLI_AUTH=${password} redis-cli PING 2>&1`).then(({ stdout }) => stdout);
    expect([await ping(PASSWORD), await ping(fresh)]).toEqual(['PONG\n', 'PONG\n']);
    const done = async () => (await pod.tasks('finished')).length;
    await pod.publish(1);
    await expect.poll(done).toBe(1);
    await putFiles(pod, {}, fresh);
    await machine.done('systemctl restart pod-worker');
    await machine.done(`sed -i 's/^requirepass .*/requirepass ${fresh}/' /etc/redis/pod.conf`);
    await pod.publish(1);
    await expect.poll(done).toBe(2);

    const removed = await shell('cli.access', 'operate.password.ask', 'operate.password.remove');
    expect([removed.stdout, removed.stderr]).toEqual(['OK\n', '']);
    expect(await ping(PASSWORD)).toContain('WRONGPASS');
    expect(await ping(fresh)).toBe('PONG\n');
    await pod.publish(1);
    await expect.poll(done).toBe(3);
    await machine.reboot();
    expect(await ping(fresh)).toBe('PONG\n');
    expect(await machine.run('journalctl -u pod-worker').then(({ stdout }) => stdout)).not.toMatch(
      /WRONGPASS|Unrecoverable/,
    );
  });
});
