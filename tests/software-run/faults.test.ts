import { describe, expect, test } from 'vitest';
import { ARCHITECTURES, DEFAULTS, type Architecture } from '../../src/model/architecture.ts';
import type { ConfigFile } from '../../src/emit/files.ts';
import { plan } from '../../src/model/deployment.ts';
import { limit } from '../sets.ts';
import { altered } from './altered.ts';
import { until, type Finally } from './processes.ts';
import { ask, keysOf } from './redis.ts';
import { Site } from './site.ts';

const VIDEOS = [1, 2, 3, 4, 5];

/** Lets time pass, in seconds. */
const wait = (seconds: number) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));

describe.concurrent('Redis restarts', () => {
  const modes = ['celery', 'microservices'] as const;
  const cases = modes.flatMap((arch) =>
    (['killed', 'stopped'] as const).map((how) => ({ arch, how })),
  );
  test.for(cases)(
    '$how and started again, it has every task that was queued: $arch',
    async ({ arch, how }, { expect, onTestFinished }) => {
      const site = await Site.create({ arch, xapi: true }, onTestFinished);
      const pod = await site.server('web');
      await pod.publish(VIDEOS.length);
      const before = await site.waiting();
      expect(Object.values(before)).toEqual([5, 5]);

      await site.stopRedis(how);
      await site.startRedis();
      expect(await site.waiting()).toEqual(before);
      await pod.startWorkers();
      await until(async () => (await pod.finished()).length >= 10);
      const videos = Object.groupBy(await pod.finished(), ({ task }) => task);
      expect(Object.values(videos).map((each) => each?.map(({ video }) => video))).toEqual([
        VIDEOS,
        VIDEOS,
      ]);
      expect(Object.values(await site.waiting())).toEqual([0, 0]);
    },
  );

  test.for(cases)(
    'a worker that was connected takes what is published afterwards: $how, $arch',
    async ({ arch, how }, { expect, onTestFinished }) => {
      const site = await Site.create({ arch, xapi: true }, onTestFinished);
      const pod = await site.server('web');
      await pod.startWorkers();
      await site.stopRedis(how);
      // Until the worker has tried in vain to connect.
      await wait(3);
      await site.startRedis();
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
    change: (files: readonly ConfigFile[]) => readonly ConfigFile[],
  ) => {
    const site = await Site.create(choices, atEnd, change);
    const pod = await site.server('web');
    await pod.makeTasksTake(600);
    await pod.publish(1);
    await pod.startWorkers();
    await until(async () => (await pod.tasks()).length === count);
    await pod.killWorkers();
    expect(Object.values(await site.waiting())).toEqual(Array(count).fill(0));
    return { site, pod };
  };

  test.for(cases)(
    'and the next ones run it again: $what',
    async ({ choices, count }, { expect, onTestFinished }) => {
      // Only this number is changed: nobody waits for 25 hours.
      const { site, pod } = await killed(choices, count, onTestFinished, (files) =>
        altered(files, String(GENERATED), '3'),
      );
      expect(await site.held()).toBe(count);

      await wait(3.5);
      await pod.makeTasksTake(0);
      await pod.startWorkers();
      await until(async () => (await pod.finished()).length === count);
      await until(async () => (await site.held()) === 0);
      expect((await pod.tasks()).length).toBe(2 * count);
      expect(Object.values(await site.waiting())).toEqual(Array(count).fill(0));
    },
  );

  test.for(cases)(
    'and it would be lost if it had been acknowledged before it ran: $what',
    async ({ choices, count }, { expect, onTestFinished }) => {
      const { site } = await killed(choices, count, onTestFinished, (files) =>
        altered(files, /^(CELERY_TASK_ACKS_LATE|task_acks_late) = True$/gm, ''),
      );
      expect(await site.held()).toBe(0);
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
      const site = await Site.create(choices, onTestFinished, (files) =>
        altered(
          altered(files, String(GENERATED), scaled(seconds)),
          `--time-limit=${timeLimit}`,
          `--time-limit=${scaled(timeLimit)}`,
        ),
      );
      const first = await site.server(role);
      const second = await site.server(role);
      for (const pod of [first, second]) await pod.makeTasksTake(600);
      await (await site.server('web')).publish(1);

      await first.startWorkers();
      await until(async () => (await first.tasks()).length === 1);
      await wait(1.2 * HOUR);
      // A worker looks for what is overdue when it starts, and then once in 100 s (kombu 5.2.4).
      await second.startWorkers();
      await until(async () => (await second.tasks()).length === again);
      await wait(2);
      expect((await second.tasks()).length).toBe(again);
      expect(await first.finished()).toEqual([]);

      for (const pod of [first, second]) await pod.makeTasksTake(0);
      await until(async () => (await first.finished()).length === 1);
      await until(async () => (await second.finished()).length === again);
      await until(async () => (await site.held()) === 0);
      expect(Object.values(await site.waiting())).toEqual([0]);
    },
  );
});

describe.concurrent('the memory of Redis is full', () => {
  const MEMORY = 64;
  /** The keys in the databases of queues and sessions. */
  const kept = async (site: Site) => {
    const { architecture, door } = site;
    const caches = [architecture['db.default'], architecture['db.select2']];
    const keys = Object.entries(await keysOf(door));
    return Object.fromEntries(keys.filter(([number]) => !caches.includes(Number(number))));
  };
  /** A site that has sessions and tasks, and whose cache is then given twice the memory. */
  const full = async (
    choices: Partial<Architecture>,
    atEnd: Finally,
    change?: (files: readonly ConfigFile[]) => readonly ConfigFile[],
  ) => {
    const site = await Site.create({ ...choices, memory: MEMORY }, atEnd, change);
    const pod = await site.server('web');
    await pod.visit();
    const before = { keys: await kept(site), waiting: await site.waiting() };
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
      expect(Object.values(before.waiting)).toEqual(arch === 'standalone' ? [1] : [1, 1]);
      const names = Object.values(before.keys).flat().join();
      expect(names).toMatch(/\bsession:\w+.*\b_kombu\.binding\.xapi\b/);
      expect(await kept(site)).toEqual(before.keys);
      expect(await site.waiting()).toEqual(before.waiting);

      const said = Object.values(await pod.attempt(20)).map(({ says }) => says);
      expect(said).toEqual(said.map(() => null));
      expect(Object.values(await site.waiting())).toEqual(
        Object.values(before.waiting).map((length) => length + 1),
      );
    },
  );

  test('and a queue would be lost by allkeys-lru', async ({ expect, onTestFinished }) => {
    const { site, before } = await full({ arch: 'celery' }, onTestFinished, (files) =>
      altered(files, 'maxmemory-policy volatile-ttl', 'maxmemory-policy allkeys-lru'),
    );
    expect(before.waiting).toEqual({ celery: 1 });
    expect(await site.waiting()).toEqual({ celery: 0 });
    expect(await kept(site)).toEqual({});
  });

  test('and nothing could be written with noeviction', async ({ expect, onTestFinished }) => {
    const site = await Site.create({ arch: 'celery', memory: MEMORY }, onTestFinished, (files) =>
      altered(files, 'maxmemory-policy volatile-ttl', 'maxmemory-policy noeviction'),
    );
    const pod = await site.server('web');
    const message = "OOM command not allowed when used memory > 'maxmemory'.";
    await expect(pod.fill(2 * MEMORY)).rejects.toThrow(message);
    // A value that was too large may have left room for a small one.
    await ask(site.door, 'CONFIG', 'SET', 'maxmemory', `${MEMORY / 2}mb`);
    for (const { says } of Object.values(await pod.attempt(20))) expect(says).toContain(message);
  });
});
