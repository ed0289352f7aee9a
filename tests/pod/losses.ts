import type { LossName } from '../../src/site/podProof.ts';
import { sentinelDoors } from '../software-run/deployed.ts';
import type { Finally } from '../software-run/processes.ts';
import { until } from '../software-run/processes.ts';
import { ask, type RedisService } from '../software-run/redis.ts';
import { currentDoor, queuesOf, type PodCase } from './case.ts';
import { killRedis, startRedisAgain, stopRedis } from './outage.ts';

/** Redis, or the first master. */
function redisOf({ redis: { redis } }: PodCase): RedisService {
  const [first] = redis;
  if (!first) throw new Error('Redis is not running.');
  return first;
}

/** The connections to the databases with queues are closed by Redis: those of workers, and that of a web server. */
async function closeConnections(running: PodCase): Promise<void> {
  const door = await currentDoor(running);
  const numbers = new Set(queuesOf(running).map(({ number }) => String(number)));
  const ids = (await ask(door, 'CLIENT', 'LIST')).flatMap((line) => {
    const [, id, number = ''] = /^id=(\d+) .* db=(\d+) /.exec(line) ?? [];
    return id !== undefined && numbers.has(number) ? id : [];
  });
  let closed = 0;
  for (const id of ids) closed += Number(await ask(door, 'CLIENT', 'KILL', 'ID', id));
  // Each worker has several.
  if (closed < 2) throw new Error(`Only ${closed} connections were closed.`);
}

/** Whether a worker listens for commands, after all earlier connections were closed: it has connected again. */
export async function listens(running: PodCase): Promise<boolean> {
  const numbers = queuesOf(running).map(({ number }) => ` db=${number} `);
  const clients = await ask(await currentDoor(running), 'CLIENT', 'LIST', 'TYPE', 'pubsub');
  return clients.some((client) => numbers.some((number) => client.includes(number)));
}

/** Sentinels make a replica the master, at once by a command or after the master has been lost. */
async function failOver(running: PodCase, begin: () => Promise<unknown>): Promise<void> {
  const before = await currentDoor(running);
  await begin();
  await until(async () => (await currentDoor(running)).host !== before.host);
}

async function failOverAsPlanned(running: PodCase): Promise<void> {
  const { deployment, door } = running.redis;
  const { sentinel } = deployment.redis;
  const [first] = sentinelDoors(deployment.redis, door);
  if (!sentinel || !first) throw new Error('There is no sentinel.');
  await failOver(running, () =>
    until(async () => (await ask(first, 'SENTINEL', 'FAILOVER', sentinel.master)).includes('OK')),
  );
}

/** A loss of Redis while a task runs. */
export interface Loss {
  readonly name: LossName;
  /** Whether it takes a replica. */
  readonly sentinel?: true;
  /** Whether Redis was reached all the time: Celery can then put the task back into its queue. */
  readonly reachable?: true;
  readonly happen: (running: PodCase, atEnd: Finally) => Promise<void>;
}

/** Redis is restarted cleanly, as by an upgrade of its package. */
export const RESTART: Loss = {
  name: 'restart',
  happen: async (running, atEnd) => {
    const redis = redisOf(running);
    await stopRedis(redis);
    await startRedisAgain(redis, atEnd);
  },
};

/** The losses after which Redis is there again before the task ends. */
export const LOSSES: readonly Loss[] = [
  RESTART,
  {
    name: 'kill',
    happen: async (running, atEnd) => {
      const redis = redisOf(running);
      await killRedis(redis);
      await startRedisAgain(redis, atEnd);
    },
  },
  { name: 'connections', reachable: true, happen: closeConnections },
  { name: 'failover', sentinel: true, reachable: true, happen: failOverAsPlanned },
  {
    name: 'master',
    sentinel: true,
    happen: (running) => failOver(running, () => killRedis(redisOf(running))),
  },
];

/** Takes Redis away; the result brings it back. */
export async function outage(running: PodCase, atEnd: Finally): Promise<() => Promise<unknown>> {
  const redis = redisOf(running);
  await stopRedis(redis);
  return () => startRedisAgain(redis, atEnd);
}

/** How many messages have been given back since Redis was started: kombu reads each of them for that. */
export async function givenBack(running: PodCase): Promise<number> {
  const stats = await ask(await currentDoor(running), 'INFO', 'commandstats');
  return Number(/^cmdstat_hget:calls=(\d+)/m.exec(stats.join('\n'))?.[1] ?? 0);
}

/** Makes unacknowledged messages old, so that the next worker that starts gives them back. */
export async function makeOld(running: PodCase): Promise<void> {
  const door = await currentDoor(running);
  for (const number of new Set(queuesOf(running).map((each) => String(each.number))))
    for (const tag of await ask(door, '-n', number, 'HKEYS', 'unacked'))
      await ask(door, '-n', number, 'ZADD', 'unacked_index', 'XX', 'CH', '1', tag);
}
