import { describe, expect, test } from 'vitest';
import type { Architecture } from '../../src/model/architecture.ts';
import type { ProcedureId } from '../../src/emit/quotes/procedures.ts';
import type { Deployment } from '../../src/model/deployment.ts';
import type { Finally } from '../software-run/processes.ts';
import { quotesOf } from '../emit/quotes/quoted.ts';
import { needStack } from '../stacks/need.ts';
import { codeText } from '../../src/emit/code.ts';
import {
  askRedis,
  deploymentOf,
  follow,
  installRedis,
  installWebServer,
  PASSWORD,
  putFiles,
} from './follow.ts';
import { boot, needMachines, type Machine } from './machine.ts';

needMachines();
needStack();

const NEW = '10.77.0.1';
const OLD = '10.77.0.2';
const SENTINELS = ['10.77.0.3', '10.77.0.4', '10.77.0.5'] as const;

/** The architecture before the move: all on the web server. */
const BEFORE = deploymentOf({});

/** Types a step of the page on a machine, as its administrator with the password in the shell. */
async function type(machine: Machine, side: 'web' | 'redis', id: ProcedureId, of: Deployment) {
  const lines = quotesOf(id, of)
    .filter(({ server }) => server === side)
    .map((quote) => codeText(quote.lines).replaceAll('OLD-REDIS.invalid', OLD));
  return machine.done(`export REDISCLI_AUTH=${PASSWORD}\n${lines.join('')}`);
}

/** The commands of a move, on the servers of the new Redis. */
interface Move {
  readonly choices: Partial<Architecture>;
  /** The servers; the first one has the master. */
  readonly redis: readonly [Machine, ...Machine[]];
  /** Has the new Redis follow the old one. */
  readonly follow: () => Promise<unknown>;
  readonly followed: ProcedureId;
  /** The answer to `followed` when all has been copied. */
  readonly copied: RegExp;
  /** Has the new Redis take over. */
  readonly promote: () => Promise<unknown>;
  /** Ends the following, when the move is given up. */
  readonly leave: () => Promise<unknown>;
  readonly back: ProcedureId;
}

/**
 * Moves the Redis of a web server that has a session, and tasks of which one runs. The move is given
 * up once, then begun again.
 *
 * @returns the names of the sessions
 */
async function moves(
  web: Machine,
  { choices, redis, follow: begin, followed, copied, promote, leave, back }: Move,
): Promise<string> {
  const [first] = redis;
  const after = deploymentOf(choices);
  const pod = await installWebServer(web);
  await pod.makeTasksTake(3);
  await web.done('systemctl enable --now pod-worker');
  // A visitor logs in and uploads a video; more wait behind it.
  await pod.python('web.py');
  await pod.publish(3);
  const sessions = await askRedis(web, '-n 4 KEYS "*"');
  expect(sessions).not.toBe('');
  for (const machine of redis) await installRedis(machine, after);

  const state = () => type(first, 'redis', followed, after);
  const take = async () => {
    await type(web, 'web', 'grow.open', after);
    await begin();
    await expect.poll(state).toMatch(copied);
  };
  // Until the new Redis takes over, there is a way back.
  await take();
  await type(web, 'web', 'grow.pause', after);
  await leave();
  await type(web, 'web', back, after);
  expect(await askRedis(web, 'SET again 1')).toBe('OK');
  const refused = await first.run(`timeout 3 redis-cli -h ${OLD} PING`);
  expect(refused.stdout).not.toContain('PONG');

  await take();
  // The worker ends its task; the other tasks wait, in both Redis servers.
  await follow(web, BEFORE, 'workers.stop', 'web');
  const ran = (await pod.tasks('finished')).length;
  expect(ran).toBeGreaterThan(0);
  expect(await pod.tasks('tasks')).toHaveLength(ran);
  const paused = await type(web, 'web', 'grow.pause', after);
  const offset = Number(/master_repl_offset:(\d+)/.exec(paused)?.[1]);
  const arrived = async () => {
    const offsets = (await state()).matchAll(/^(?:slave_repl_offset:|slave[01]:.*offset=)(\d+)/gm);
    return Array.from(offsets, ([, reached]) => Number(reached) >= offset);
  };
  await expect.poll(arrived).toEqual(redis.map(() => true));
  await promote();
  await putFiles(pod, choices);
  await type(web, 'web', 'grow.retire', after);
  await pod.makeTasksTake(0);
  await follow(web, BEFORE, 'workers.again', 'web');

  expect(await askRedis(first, `-h ${first.address} -n 4 KEYS "*"`)).toBe(sessions);
  await pod.publish(1);
  const done = async () => (await pod.tasks('finished')).length;
  await expect.poll(done).toBe(5);
  expect(await pod.tasks('tasks')).toHaveLength(5);
  expect(await askRedis(first, `-h ${first.address} -n 5 LLEN celery`)).toBe('0');
  return sessions;
}

async function moveToOne(atEnd: Finally): Promise<void> {
  const choices = { redis: 'dedicated', host: NEW, 'from.web': OLD } as const;
  const after = deploymentOf(choices);
  const [redis, web] = await boot(atEnd, NEW, OLD);
  await moves(web, {
    choices,
    redis: [redis],
    follow: () => type(redis, 'redis', 'grow.follow', after),
    followed: 'grow.followed',
    copied: /role:slave\r?\nmaster_link_status:up\r?\n[^]*master_sync_in_progress:0/,
    promote: () => type(redis, 'redis', 'grow.promote', after),
    leave: () => type(redis, 'redis', 'grow.back', after),
    back: 'grow.back',
  });
}

async function moveToSentinels(atEnd: Finally): Promise<void> {
  const choices = {
    redis: 'dedicated',
    sentinels: SENTINELS.map((address) => `${address}:26379`).join(),
    'from.web': OLD,
  } as const;
  const after = deploymentOf(choices);
  const [web, ...redis] = await boot(atEnd, OLD, ...SENTINELS);
  const [first, second] = redis;
  const promote = async () => {
    await type(first, 'redis', 'grow.sentinels.promote', after);
    for (const machine of redis) await type(machine, 'redis', 'grow.sentinels.start', after);
  };
  const quorum = () =>
    askRedis(first, `-h ${first.address} -p 26379 SENTINEL ckquorum mymaster`).catch(String);
  const sessions = await moves(web, {
    choices,
    redis,
    follow: async () => {
      await expect.poll(quorum).toMatch(/^OK 3 usable/);
      for (const machine of redis) await type(machine, 'redis', 'grow.sentinels.stop', after);
      await type(first, 'redis', 'grow.sentinels.follow', after);
    },
    followed: 'grow.sentinels.followed',
    copied: /role:slave\r?\nmaster_link_status:up\r?\n[^]*slave0:[^]*online[^]*slave1:[^]*online/,
    promote,
    leave: promote,
    back: 'grow.sentinels.back',
  });

  const master = (at: Machine) =>
    askRedis(at, `-h ${at.address} -p 26379 SENTINEL get-master-addr-by-name mymaster`);
  await expect.poll(quorum).toMatch(/^OK 3 usable/);
  expect(await master(first)).toContain(first.address);
  // Failover works: when the master stops, another server has the sessions.
  await first.done('systemctl stop redis-server redis-sentinel');
  const next = async () => (await master(second)).split('\n')[0] ?? '';
  await expect.poll(next).not.toBe(first.address);
  expect(await askRedis(second, `-h ${await next()} -n 4 KEYS "*"`)).toBe(sessions);
}

describe('Pod grows as the page says', () => {
  test.for([
    ['a server', moveToOne],
    ['servers with sentinels', moveToSentinels],
  ] as const)(
    'Redis moves to %s, and no session or task is lost or run twice',
    ([, move], { onTestFinished }) => move(onTestFinished),
  );

  test('two Redis on one server have nothing in common', async ({ onTestFinished }) => {
    const deployment = deploymentOf({});
    const [machine] = await boot(onTestFinished, NEW);
    await installRedis(machine, deployment);
    await follow(machine, deployment, 'grow.second.conf', 'redis');
    expect(await follow(machine, deployment, 'grow.second.start', 'redis')).toContain(
      '127.0.0.1:6380',
    );
    const ask = (port: number, command: string) => askRedis(machine, `-p ${port} ${command}`);
    await ask(6379, 'SET mine 1');
    await ask(6380, 'FLUSHALL');
    await machine.reboot();
    expect(await ask(6379, 'GET mine')).toBe('1');
    expect(await ask(6380, 'DBSIZE')).toBe('0');
    expect(await ask(6380, 'CONFIG GET dir')).toContain('/var/lib/redis/test');

    // By a socket, each has its own too.
    const local = deploymentOf({ socket: '/run/redis/redis.sock' });
    await installRedis(machine, local);
    await follow(machine, local, 'grow.second.conf', 'redis');
    await machine.done('systemctl restart redis-server@test');
    expect(await follow(machine, local, 'grow.second.start', 'redis')).toContain('redis.sock');
  });
});
