import { describe, test } from 'vitest';
import { codeText } from '../../src/emit/code.ts';
import type { ProcedureId } from '../../src/emit/quotes/procedures.ts';
import type { Deployment } from '../../src/model/deployment.ts';
import { emitted } from '../emit/emitted.ts';
import { quotesOf } from '../emit/quotes/quoted.ts';
import { boot, deploymentOf, follow, installRedis, PASSWORD } from './follow.ts';
import { needMachines, type Machine } from './machine.ts';
import { PodMachine } from './podMachine.ts';

needMachines();

const NEW = '10.77.0.1';
const OLD = '10.77.0.2';

/** Types a step of the page on a machine, as its administrator with the password in the shell. */
async function type(machine: Machine, side: 'web' | 'redis', id: ProcedureId, of: Deployment) {
  const lines = quotesOf(id, of)
    .filter(({ server }) => server === side)
    .map((quote) => codeText(quote.lines).replaceAll('OLD-REDIS.invalid', OLD));
  return machine.done(`export REDISCLI_AUTH=${PASSWORD}\n${lines.join('')}`);
}

describe('Pod grows as the page says', () => {
  test('Redis moves to a server of its own, and no session or task is lost or run twice', async ({
    onTestFinished,
    expect,
  }) => {
    const before = deploymentOf({});
    const choices = { redis: 'dedicated', host: NEW, 'from.web': OLD } as const;
    const after = deploymentOf(choices);
    const [redis, web] = await boot(onTestFinished, NEW, OLD);
    if (!redis || !web) throw new Error('There are no machines.');
    await installRedis(web, before);
    const pod = new PodMachine(web);
    await pod.install();
    const put = (architecture: Parameters<typeof emitted>[0]) =>
      pod.put(
        emitted(architecture, { password: PASSWORD }).filter(({ server, name }) =>
          server === 'web' ? name !== 'redis.conf' : false,
        ),
      );
    await put({});
    await pod.makeTasksTake(3);
    await web.done('systemctl enable --now pod-worker');
    // A visitor logs in and uploads a video; more wait behind it.
    await pod.python('web.py');
    await pod.publish(3);
    const ask = async (machine: Machine, question: string) =>
      (await machine.done(`REDISCLI_AUTH=${PASSWORD} redis-cli ${question}`)).trim();
    const sessions = await ask(web, '-n 4 KEYS "*"');
    expect(sessions).not.toBe('');

    await installRedis(redis, after);
    await type(web, 'web', 'grow.open', after);
    await type(redis, 'redis', 'grow.follow', after);
    const followed = () => type(redis, 'redis', 'grow.followed', after);
    await expect
      .poll(followed)
      .toMatch(/role:slave\r?\nmaster_link_status:up\r?\n[^]*master_sync_in_progress:0/);
    // The worker ends what it runs; the rest waits, in both.
    await follow(web, before, 'workers.stop', 'web');
    const ran = (await pod.tasks('finished')).length;
    expect(ran).toBeGreaterThan(0);
    expect(await pod.tasks('tasks')).toHaveLength(ran);
    const paused = await type(web, 'web', 'grow.pause', after);
    const offset = Number(/master_repl_offset:(\d+)/.exec(paused)?.[1]);
    const arrived = async () => Number(/slave_repl_offset:(\d+)/.exec(await followed())?.[1]);
    await expect.poll(arrived).toBeGreaterThanOrEqual(offset);
    await type(redis, 'redis', 'grow.promote', after);
    await put(choices);
    await type(web, 'web', 'grow.retire', after);
    await pod.makeTasksTake(0);
    await follow(web, before, 'workers.again', 'web');

    expect(await ask(redis, `-h ${NEW} -n 4 KEYS "*"`)).toBe(sessions);
    await pod.publish(1);
    const done = async () => (await pod.tasks('finished')).length;
    await expect.poll(done).toBe(5);
    expect(await pod.tasks('tasks')).toHaveLength(5);
    expect(await ask(redis, `-h ${NEW} -n 5 LLEN celery`)).toBe('0');
  });

  test('Redis moves to servers with sentinels, and no session or task is lost or run twice', async ({
    onTestFinished,
    expect,
  }) => {
    const before = deploymentOf({});
    const addresses = ['10.77.0.3', '10.77.0.4', '10.77.0.5'];
    const choices = {
      redis: 'dedicated',
      sentinels: addresses.map((address) => `${address}:26379`).join(),
      'from.web': OLD,
    } as const;
    const after = deploymentOf(choices);
    const [web, ...servers] = await boot(onTestFinished, OLD, ...addresses);
    const [first, second] = servers;
    if (!web || !first || !second) throw new Error('There are no machines.');
    await installRedis(web, before);
    const pod = new PodMachine(web);
    await pod.install();
    const put = (architecture: Parameters<typeof emitted>[0]) =>
      pod.put(
        emitted(architecture, { password: PASSWORD }).filter(
          ({ server, name }) => server === 'web' && name !== 'redis.conf',
        ),
      );
    await put({});
    await pod.makeTasksTake(3);
    await web.done('systemctl enable --now pod-worker');
    await pod.python('web.py');
    await pod.publish(3);
    const ask = async (machine: Machine, question: string) =>
      (await machine.done(`REDISCLI_AUTH=${PASSWORD} redis-cli ${question}`)).trim();
    const sessions = await ask(web, '-n 4 KEYS "*"');
    expect(sessions).not.toBe('');

    for (const machine of servers) await installRedis(machine, after);
    const quorum = () =>
      ask(first, `-h ${first.address} -p 26379 SENTINEL ckquorum mymaster`).catch(String);
    await expect.poll(quorum).toMatch(/^OK 3 usable/);
    const followed = () => type(first, 'redis', 'grow.sentinels.followed', after);
    const take = async () => {
      for (const machine of servers) await type(machine, 'redis', 'grow.sentinels.stop', after);
      await type(web, 'web', 'grow.open', after);
      await type(first, 'redis', 'grow.sentinels.follow', after);
      await expect
        .poll(followed)
        .toMatch(
          /role:slave\r?\nmaster_link_status:up\r?\n[^]*slave0:[^]*online[^]*slave1:[^]*online/,
        );
    };
    const release = async () => {
      await type(first, 'redis', 'grow.sentinels.promote', after);
      for (const machine of servers) await type(machine, 'redis', 'grow.sentinels.start', after);
    };

    // There is a way back.
    await take();
    await type(web, 'web', 'grow.pause', after);
    await release();
    await type(web, 'web', 'grow.sentinels.back', after);
    expect(await ask(web, 'SET again 1')).toBe('OK');
    expect((await first.run(`redis-cli -h ${OLD} PING`)).stdout).not.toContain('PONG');

    await take();
    await follow(web, before, 'workers.stop', 'web');
    const ran = (await pod.tasks('finished')).length;
    expect(ran).toBeGreaterThan(0);
    const paused = await type(web, 'web', 'grow.pause', after);
    const offset = Number(/master_repl_offset:(\d+)/.exec(paused)?.[1]);
    const arrived = async () => {
      const offsets = (await followed()).matchAll(
        /^(?:slave_repl_offset:|slave[01]:.*offset=)(\d+)/gm,
      );
      return Array.from(offsets, ([, reached]) => Number(reached) >= offset);
    };
    await expect.poll(arrived).toEqual([true, true, true]);
    await release();
    await put(choices);
    await type(web, 'web', 'grow.retire', after);
    await pod.makeTasksTake(0);
    await follow(web, before, 'workers.again', 'web');

    const master = (at: Machine) =>
      ask(at, `-h ${at.address} -p 26379 SENTINEL get-master-addr-by-name mymaster`);
    await expect.poll(quorum).toMatch(/^OK 3 usable/);
    expect(await master(first)).toContain(first.address);
    expect(await ask(first, `-h ${first.address} -n 4 KEYS "*"`)).toBe(sessions);
    await pod.publish(1);
    const done = async () => (await pod.tasks('finished')).length;
    await expect.poll(done).toBe(5);
    expect(await pod.tasks('tasks')).toHaveLength(5);
    expect(await ask(first, `-h ${first.address} -n 5 LLEN celery`)).toBe('0');

    // It is a set like any other: when the master goes, another has the sessions.
    await first.done('systemctl stop redis-server redis-sentinel');
    const next = async () => (await master(second)).split('\n')[0] ?? '';
    await expect.poll(next).not.toBe(first.address);
    expect(await ask(second, `-h ${await next()} -n 4 KEYS "*"`)).toBe(sessions);
  });

  test('until the new Redis takes over, there is a way back', async ({
    onTestFinished,
    expect,
  }) => {
    const after = deploymentOf({ redis: 'dedicated', host: NEW, firewall: 'none' });
    const [redis, web] = await boot(onTestFinished, NEW, OLD);
    if (!redis || !web) throw new Error('There are no machines.');
    await installRedis(web, deploymentOf({}));
    await installRedis(redis, after);
    await type(web, 'web', 'grow.open', after);
    await type(redis, 'redis', 'grow.follow', after);
    await type(web, 'web', 'grow.pause', after);
    await type(redis, 'redis', 'grow.back', after);
    await type(web, 'web', 'grow.back', after);
    const local = `REDISCLI_AUTH=${PASSWORD} timeout 2 redis-cli`;
    expect(await web.done(`${local} SET again 1`)).toBe('OK\n');
    expect((await redis.run(`${local} -h ${OLD} PING`)).stdout).not.toContain('PONG');
  });

  test('two Redis on one server have nothing in common', async ({ onTestFinished, expect }) => {
    const deployment = deploymentOf({});
    const [machine] = await boot(onTestFinished, NEW);
    if (!machine) throw new Error('There is no machine.');
    await installRedis(machine, deployment);
    await follow(machine, deployment, 'grow.second.conf', 'redis');
    expect(await follow(machine, deployment, 'grow.second.start', 'redis')).toContain(
      '127.0.0.1:6380',
    );
    const ask = (port: number, question: string) =>
      machine.done(`REDISCLI_AUTH=${PASSWORD} redis-cli -p ${port} ${question}`);
    await ask(6379, 'SET mine 1');
    await ask(6380, 'FLUSHALL');
    await machine.reboot();
    expect(await ask(6379, 'GET mine')).toBe('1\n');
    expect(await ask(6380, 'DBSIZE')).toBe('0\n');
    expect(await ask(6380, 'CONFIG GET dir')).toContain('/var/lib/redis/test');

    // By a socket, each has its own too.
    const local = deploymentOf({ socket: '/run/redis/redis.sock' });
    await installRedis(machine, local);
    await follow(machine, local, 'grow.second.conf', 'redis');
    await machine.done('systemctl restart redis-server@test');
    expect(await follow(machine, local, 'grow.second.start', 'redis')).toContain('redis.sock');
  });
});
