import { describe, expect, test } from 'vitest';
import { ARCHITECTURES, DEFAULTS, type Architecture } from '../../src/model/architecture.ts';
import { plan } from '../../src/model/deployment.ts';
import { limit } from '../sets.ts';
import { textAt } from '../emit/emitted.ts';
import { needStack } from '../stacks/need.ts';
import { altered } from './altered.ts';
import { anotherServer, deploy, waiting, type Change, type Deployed } from './deployed.ts';
import { until, type Finally } from './processes.ts';
import { ask, keysOf, startRedis } from './redis.ts';

needStack();

const VIDEOS = [1, 2, 3, 4, 5];

/** Lets time pass, in seconds. */
const wait = (seconds: number) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));

/** The answers of Redis to a command in the database of each queue. */
async function askQueues({ deployment, door }: Deployed, ...command: string[]): Promise<string[]> {
  const { uses, architecture } = deployment;
  const numbers = new Set(uses.map(({ database }) => architecture[`db.${database}`]));
  const answers = [...numbers].map((number) => ask(door, '-n', String(number), ...command));
  return (await Promise.all(answers)).flat();
}

/** The number of tasks that workers have and have not acknowledged. */
const held = async (site: Deployed): Promise<number> =>
  (await askQueues(site, 'HLEN', 'unacked')).reduce((sum, length) => sum + Number(length), 0);

/** The number of tasks in all queues. */
const waits = async (site: Deployed): Promise<number> =>
  Object.values(await waiting(site)).reduce((sum, length) => sum + length, 0);

/**
 * Ends Redis as a power cut or as a clean stop of the machine does, and starts it again with what it
 * had on its disk.
 */
async function restart(
  { redis: [redis], files, door }: Deployed,
  how: 'killed' | 'stopped',
  atEnd: Finally,
  seconds = 0,
): Promise<void> {
  if (how === 'stopped') await ask(door, 'SHUTDOWN');
  await redis?.stop();
  await wait(seconds);
  await startRedis(textAt(files, 'redis/redis.conf'), atEnd, redis?.folder);
}

describe.concurrent('Redis restarts', () => {
  const modes = ['celery', 'microservices'] as const;
  const cases = modes.flatMap((arch) =>
    (['killed', 'stopped'] as const).map((how) => ({ arch, how })),
  );
  test.for(cases)(
    '$how and started again, it has every task that was queued: $arch',
    async ({ arch, how }, { expect, onTestFinished }) => {
      const site = await deploy({ arch, xapi: true }, onTestFinished);
      const pod = await anotherServer(site, onTestFinished);
      await pod.publish(VIDEOS.length);
      const before = await waiting(site);
      expect(Object.values(before)).toEqual([5, 5]);

      await restart(site, how, onTestFinished);
      expect(await waiting(site)).toEqual(before);
      await pod.startWorkers();
      await until(async () => (await pod.finished()).length >= 10);
      const videos = Object.groupBy(await pod.finished(), ({ task }) => task);
      expect(Object.values(videos).map((each) => each?.map(({ video }) => video))).toEqual([
        VIDEOS,
        VIDEOS,
      ]);
      expect(Object.values(await waiting(site))).toEqual([0, 0]);
    },
  );

  test.for(cases)(
    'a worker that was connected takes what is published afterwards: $how, $arch',
    async ({ arch, how }, { expect, onTestFinished }) => {
      const site = await deploy({ arch, xapi: true }, onTestFinished);
      const pod = await anotherServer(site, onTestFinished);
      await pod.startWorkers();
      // The worker tries in vain to connect meanwhile.
      await restart(site, how, onTestFinished, 3);
      await pod.publish(2);
      await until(async () => (await pod.finished()).length >= 4);
      expect((await pod.finished()).map(({ video }) => video).sort()).toEqual([1, 1, 2, 2]);
    },
  );
});

/** The generated seconds after which a task is handed out again; hours plus one. */
const GENERATED = plan(DEFAULTS).visibilityTimeout;

describe.concurrent('workers are killed in the middle of a task', () => {
  const cases = [
    { what: 'the Celery worker', choices: { arch: 'celery' }, count: 1 },
    {
      what: 'those of encoding and xAPI',
      choices: { arch: 'microservices', xapi: true },
      count: 2,
    },
  ] as const;
  /** Kills the workers while each has a task that takes longer than the test. */
  const killed = async (
    choices: Partial<Architecture>,
    count: number,
    atEnd: Finally,
    change: Change,
  ) => {
    const site = await deploy(choices, atEnd, { change });
    const pod = await anotherServer(site, atEnd);
    await pod.makeTasksTake(600);
    await pod.publish(1);
    await pod.startWorkers();
    await until(async () => (await pod.tasks()).length === count);
    await pod.killWorkers();
    expect(Object.values(await waiting(site))).toEqual(Array(count).fill(0));
    return { site, pod };
  };

  test.for(cases)(
    'and the next ones run it again: $what',
    async ({ choices, count }, { expect, onTestFinished }) => {
      // Only this number is changed: nobody waits for 25 hours.
      const { site, pod } = await killed(choices, count, onTestFinished, (files) =>
        altered(files, String(GENERATED), '3'),
      );
      expect(await held(site)).toBe(count);

      await wait(3.5);
      await pod.makeTasksTake(0);
      await pod.startWorkers();
      await until(async () => (await pod.finished()).length === count);
      await until(async () => (await held(site)) === 0);
      expect((await pod.tasks()).length).toBe(2 * count);
      expect(Object.values(await waiting(site))).toEqual(Array(count).fill(0));
    },
  );

  test.for(cases)(
    'and it would be lost if it had been acknowledged before it ran: $what',
    async ({ choices, count }, { expect, onTestFinished }) => {
      const { site } = await killed(choices, count, onTestFinished, (files) =>
        altered(files, /^(CELERY_TASK_ACKS_LATE|task_acks_late) = True$/gm, ''),
      );
      expect(await held(site)).toBe(0);
    },
  );
});

/**
 * The seconds that stand for an hour in the next tests: a worker has to start well within a day of
 * them.
 */
const HOUR = Math.ceil(limit(10) / 1000);

describe.concurrent('an encoding goes on for over an hour, and another worker starts', () => {
  const scaled = (seconds: number) => String((seconds * HOUR) / 3600);
  const cases = [
    { arch: 'celery', role: 'worker' },
    { arch: 'microservices', role: 'encoding' },
  ] as const;
  const settings = [
    { what: 'once with what is generated', seconds: GENERATED, again: 0 },
    { what: 'twice with Celery’s own hour', seconds: 3600, again: 1 },
  ];
  test.for(cases.flatMap((each) => settings.map((setting) => ({ ...each, ...setting }))))(
    'it runs $what: $role',
    async ({ arch, role, seconds, again }, { expect, onTestFinished }) => {
      const choices = { arch, workers: 2, host: '127.0.0.1' };
      const { timeLimit } = plan({ ...DEFAULTS, ...choices });
      const site = await deploy(choices, onTestFinished, {
        change: (files) =>
          altered(
            altered(files, String(GENERATED), scaled(seconds)),
            `--time-limit=${timeLimit}`,
            `--time-limit=${scaled(timeLimit)}`,
          ),
      });
      const first = await anotherServer(site, onTestFinished, role);
      const second = await anotherServer(site, onTestFinished, role);
      for (const pod of [first, second]) await pod.makeTasksTake(600);
      await site.pods[0]?.publish(1);

      await first.startWorkers();
      await until(async () => (await first.tasks()).length === 1);
      await wait(1.2 * HOUR);
      const looks = async () => {
        const stats = (await ask(site.door, 'INFO', 'commandstats')).join();
        return Number(/cmdstat_zrevrangebyscore:calls=(\d+)/.exec(stats)?.[1] ?? 0);
      };
      const before = await looks();
      // A worker looks for what is overdue when it starts, and then once in 100 s (kombu 5.6.2).
      await second.startWorkers();
      await until(async () => (await looks()) > before);
      await until(async () => (await second.tasks()).length >= again);
      expect(await first.finished()).toEqual([]);

      for (const pod of [first, second]) await pod.makeTasksTake(0);
      await until(async () => (await first.finished()).length === 1);
      // More often on a slow machine, where the workers look again before the end.
      await until(async () => (await second.finished()).length >= again);
      await until(async () => (await held(site)) === 0 && (await waits(site)) === 0);
      if (again === 0) expect(await second.tasks()).toEqual([]);
    },
  );
});

describe.concurrent('the memory of Redis is full', () => {
  const MEMORY = 64;
  /** The keys in the databases of queues and sessions. */
  const kept = async ({ deployment, door }: Deployed) => {
    const { architecture } = deployment;
    const caches = [architecture['db.default'], architecture['db.select2']];
    const keys = Object.entries(await keysOf(door));
    return Object.fromEntries(keys.filter(([number]) => !caches.includes(Number(number))));
  };
  /** A site with sessions and tasks, whose cache is then filled with twice the memory of Redis. */
  const full = async (choices: Partial<Architecture>, atEnd: Finally, change?: Change) => {
    const site = await deploy({ ...choices, memory: MEMORY }, atEnd, change && { change });
    const pod = await anotherServer(site, atEnd);
    await pod.visit();
    const before = { keys: await kept(site), waiting: await waiting(site) };
    // An LRU clock has seconds.
    await wait(1.1);
    await pod.fill(2 * MEMORY);
    const [evicted = ''] = (await ask(site.door, 'INFO', 'stats')).filter((line) =>
      line.startsWith('evicted_keys:'),
    );
    return { site, pod, before, evicted: Number(evicted.split(':')[1]) };
  };

  test.for([...ARCHITECTURES])(
    'and keys of the cache alone are evicted: %s',
    async (arch, { expect, onTestFinished }) => {
      const { site, pod, before, evicted } = await full({ arch, xapi: true }, onTestFinished);
      expect(evicted).toBeGreaterThan(MEMORY);
      expect(Object.values(before.waiting)).toEqual(
        arch === 'celery' || arch === 'microservices' ? [1, 1] : [1],
      );
      const names = Object.values(before.keys).flat().join();
      expect(names).toMatch(/\bsession:\w+.*\b_kombu\.binding\.xapi\b/);
      expect(await kept(site)).toEqual(before.keys);
      expect(await waiting(site)).toEqual(before.waiting);

      const said = Object.values(await pod.attempt(20)).map(({ says }) => says);
      expect(said).toEqual(said.map(() => null));
      expect(Object.values(await waiting(site))).toEqual(
        Object.values(before.waiting).map((length) => length + 1),
      );
    },
  );

  test('and a queue would be lost by allkeys-lru', async ({ expect, onTestFinished }) => {
    const { site, before } = await full({ arch: 'celery' }, onTestFinished, (files) =>
      altered(files, 'maxmemory-policy volatile-ttl', 'maxmemory-policy allkeys-lru'),
    );
    expect(before.waiting).toEqual({ celery: 1 });
    expect(await waiting(site)).toEqual({ celery: 0 });
    expect(await kept(site)).toEqual({});
  });

  test('and nothing could be written with noeviction', async ({ expect, onTestFinished }) => {
    const site = await deploy({ arch: 'celery', memory: MEMORY }, onTestFinished, {
      change: (files) =>
        altered(files, 'maxmemory-policy volatile-ttl', 'maxmemory-policy noeviction'),
    });
    const pod = await anotherServer(site, onTestFinished);
    const message = "command not allowed when used memory > 'maxmemory'.";
    await expect(pod.fill(2 * MEMORY)).rejects.toThrow(message);
    // A value that was too large may have left room for a small one.
    await ask(site.door, 'CONFIG', 'SET', 'maxmemory', `${MEMORY / 2}mb`);
    for (const { says } of Object.values(await pod.attempt(20))) expect(says).toContain(message);
  });
});
