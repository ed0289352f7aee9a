import { connect } from 'node:net';
import { afterAll, describe, expect, test } from 'vitest';
import { SESSION_STORES } from '../../src/model/architecture.ts';
import {
  bytesOfOne,
  connectionsOf,
  proposedMemory,
  SITES,
  SIZES,
  type CountedPage,
  type Point,
  type Site,
  type Sizes,
  type TriedLoad,
  type WorkerConnections,
} from '../../src/model/sizes.ts';
import { GUIDE_NUMBERS, type DatabaseRole } from '../../src/pod/databases.ts';
import type { WorkerRole } from '../../src/pod/roles.ts';
import { QUEUES } from '../../src/pod/workers.ts';
import { full } from '../sets.ts';
import { run, until, type Finally } from '../software-run/processes.ts';
import { ask, keysOf, type Door } from '../software-run/redis.ts';
import { needStack } from '../stacks/need.ts';
import { startCase, type PodCase } from './case.ts';
import {
  commands,
  connections,
  countKeys,
  info,
  memoryOfKey,
  memoryOfKeys,
  ownedBy,
  settled,
  type Connection,
} from './measures.ts';
import {
  copyKeys,
  copyTask,
  multiplySession,
  multiplyTask,
  multiplyVideo,
  videoPages,
} from './multiply.ts';
import { publishSizes, WRITES } from './proven.ts';
import { testVideo } from './samples.ts';
import { encoded, logIn, play, upload, videoNow, type Video } from './scenario.ts';
import { podVersion } from './source.ts';
import { versions } from './versions.ts';
import type { Visitor } from './visitor.ts';
import type { Worker } from './worker.ts';

needStack();

/** How many there are at each point: few in a run that only compares. */
const COUNTS = WRITES
  ? {
      sessions: [100, 1000, 10000],
      videos: [100, 300, 1000],
      forms: [10, 30, 100],
      tasks: [100, 300, 1000],
    }
  : { sessions: [100, 1000], videos: [40, 160], forms: [5, 20], tasks: [100, 300] };

/**
 * How far a slope may be from the published one. Redis doubles the tables of a database when they are full, and the
 * nodes of a list hold 8 kB: a slope depends a little on where its points are.
 */
const TOLERANCE = 0.15;

/** The results of this run. */
const found: { -readonly [Key in keyof Sizes]?: Sizes[Key] } = {};

function expectSlope(points: readonly Point[], published: readonly Point[]): void {
  if (!WRITES)
    expect(Math.abs(bytesOfOne(points) / bytesOfOne(published) - 1)).toBeLessThan(TOLERANCE);
}

/** Takes points: `reach` makes the things until there are so many, whose memory is that which `read` finds since now. */
async function points(
  read: () => Promise<number>,
  counts: readonly number[],
  reach: (count: number, made: number) => Promise<unknown>,
): Promise<Point[]> {
  const before = await read();
  const all: Point[] = [];
  let made = 0;
  for (const count of counts) {
    await reach(count, made);
    made = count;
    all.push([count, (await read()) - before]);
  }
  return all;
}

/** Loads pages, four at a time, each of which must come. */
async function load(visitor: Visitor, pages: readonly string[]): Promise<void> {
  const left = [...pages];
  const next = async (): Promise<void> => {
    const page = left.pop();
    if (page === undefined) return;
    expect((await visitor.ask(page)).status, page).toBe(200);
    return next();
  };
  await Promise.all([next(), next(), next(), next()]);
}

/** The pages of the list of so many videos: each shows twelve. */
const listPages = (videos: number) =>
  Array.from({ length: Math.ceil(videos / 12) }, (_, at) => `/videos/?page=${at + 1}`);

/** A video that is encoded and public. */
async function encodedVideo(running: PodCase): Promise<Video> {
  const video = await upload(running, await testVideo(3));
  await encoded(running, video);
  return videoNow(running, video);
}

describe('sessions', () => {
  for (const store of SESSION_STORES)
    test(store, async ({ onTestFinished }) => {
      const running = await startCase({ arch: 'standalone', sessions: store }, onTestFinished);
      const { door } = running.redis;
      const keysMemory = () => memoryOfKeys(door);
      expect(await keysOf(door)).toEqual({});
      found.empty ??= await memoryOfKeys(door);

      // A visitor who does not log in leaves no session.
      await load(running.visitor(), ['/', '/videos/', '/accounts/login/']);
      const visitors = [await logIn(running), await logIn(running), await logIn(running)];
      const keys = () => ask(door, '-n', String(GUIDE_NUMBERS.sessions), '--scan');
      const sizes = async (names: readonly string[]) =>
        new Set(
          await Promise.all(names.map((key) => memoryOfKey(door, GUIDE_NUMBERS.sessions, key))),
        );
      const real = await keys();
      expect(real).toHaveLength(visitors.length);
      const measured = await points(keysMemory, COUNTS.sessions, async (count, made) => {
        await multiplySession(running.web, visitors[0]?.session ?? '', count - made);
        expect(await countKeys(door, GUIDE_NUMBERS.sessions)).toBe(real.length + count);
        if (made === 0) expect(await sizes(await keys())).toEqual(await sizes(real));
      });
      found.sessions = { ...found.sessions, [store]: measured } as Sizes['sessions'];
      expectSlope(measured, SIZES.sessions[store]);
    });
});

/** The calls of each command that one view of a page takes, once the caches are filled. */
async function commandsOfView(
  door: Door,
  visitor: Visitor,
  page: string,
): Promise<Readonly<Record<string, number>>> {
  const views = 5;
  expect((await visitor.ask(page)).status).toBe(200);
  await ask(door, 'CONFIG', 'RESETSTAT');
  for (let view = 0; view < views; view++) expect((await visitor.ask(page)).status).toBe(200);
  const calls = await commands(door);
  return Object.fromEntries(
    Object.entries(calls).map(([command, all]) => [command, Math.round(all / views)]),
  );
}

test('videos, fields and commands', async ({ onTestFinished }) => {
  const running = await startCase({ arch: 'standalone' }, onTestFinished);
  const { door } = running.redis;
  const keysMemory = () => memoryOfKeys(door);
  const visitor = await logIn(running);
  const first = await encodedVideo(running);
  await load(visitor, ['/', '/videos/']);

  const listed = await points(keysMemory, COUNTS.videos, async (count, made) => {
    await multiplyVideo(running.web, first.id, count - made);
    await load(visitor, listPages(count + 1));
  });
  const pages = (await videoPages(running.web)).slice(1);
  const more = await points(keysMemory, COUNTS.videos, (count, made) =>
    load(visitor, pages.slice(made, count)),
  );
  const both = more.map(([count, bytes], at): Point => [count, bytes + (listed[at]?.[1] ?? 0)]);
  Object.assign(found, { listed, opened: both });
  expectSlope(listed, SIZES.listed);
  expectSlope(both, SIZES.opened);

  const calls: Partial<Record<CountedPage, Readonly<Record<string, number>>>> = {};
  const counted: readonly (readonly [CountedPage, Visitor, string])[] = [
    ['home', running.visitor(), '/'],
    ['homeLoggedIn', visitor, '/'],
    ['list', visitor, '/videos/'],
    ['video', visitor, pages[0] ?? ''],
    ['form', visitor, '/video/edit/'],
    ['dashboard', visitor, '/videos/dashboard/'],
  ];
  for (const [page, who, path] of counted) calls[page] = await commandsOfView(door, who, path);
  found.commands = calls as Sizes['commands'];
  if (!WRITES) expect(found.commands).toEqual(SIZES.commands);

  const fields = () => countKeys(door, GUIDE_NUMBERS.select2);
  const opens = async () => expect((await visitor.ask('/video/edit/')).status).toBe(200);
  const had = await fields();
  await opens();
  const inForm = (await fields()) - had;
  const start = await fields();
  const forms = await points(keysMemory, COUNTS.forms, async (count, made) => {
    for (let form = made; form < count; form++) await opens();
    expect(await fields()).toBe(start + count * inForm);
  });
  found.fieldsInForm = inForm;
  found.fields = forms.map(([count, bytes]) => [count * inForm, bytes]);
  expectSlope(found.fields, SIZES.fields);
  if (!WRITES) expect(inForm).toBe(SIZES.fieldsInForm);
});

/** The settings of a web server that has transcriptions made elsewhere. */
const TRANSCRIPTION = `
USE_TRANSCRIPTION = True
TRANSCRIPTION_TYPE = "VOSK"
TRANSCRIPTION_MODEL_PARAM = {"VOSK": {"fr": {"model": "/nowhere"}}}
`;

/** The worker of a role. */
function workerOf({ servers }: PodCase, role: WorkerRole): Worker {
  const names: Readonly<Record<WorkerRole, string>> = {
    worker: 'pod-worker',
    encoding: 'pod-encoding',
    transcription: 'pod-transcription',
    xapi: 'pod-xapi',
  };
  const worker = servers
    .flatMap(({ workers }) => workers)
    .find(({ name }) => name.includes(names[role]));
  if (!worker) throw new Error(`There is no worker ${names[role]}.`);
  return worker;
}

/** The connections of a worker. */
const connectionsOfWorker = async (door: Door, worker: Worker): Promise<readonly Connection[]> =>
  ownedBy(worker.processes(), await connections(door));

/** How many connections a worker has, once their number stays the same. */
const countOfWorker = (door: Door, worker: Worker): Promise<number> =>
  settled(async () => (await connectionsOfWorker(door, worker)).length);

async function measureTasks(
  running: PodCase,
  roles: readonly WorkerRole[],
  video: Video,
  visitor: Visitor,
): Promise<void> {
  const { door } = running.redis;
  for (const role of roles) {
    const number = GUIDE_NUMBERS[role === 'xapi' ? 'xapi' : 'encoding'];
    const queue = QUEUES[role];
    const length = async () => Number(await ask(door, '-n', String(number), 'LLEN', queue));
    // Of the queue alone: keys of select2 expire meanwhile.
    const queueMemory = () => memoryOfKey(door, number, queue);
    const measured = await points(queueMemory, COUNTS.tasks, async (count, made) => {
      if (role === 'xapi')
        for (let task = made; task < count; task++)
          expect((await visitor.sendStatement()).status).toBe(200);
      else await multiplyTask(running.web, queue, video.id, count - made);
      expect(await length()).toBe(count);
    });
    found.tasks = { ...found.tasks, [role]: measured } as Sizes['tasks'];
    expectSlope(measured, SIZES.tasks[role]);
    await ask(door, '-n', String(number), 'DEL', queue);
  }
}

/** Counts the connections of workers at rest, and of the one that encodes while it does. */
async function measureWorkers(
  running: PodCase,
  roles: readonly WorkerRole[],
  encodes: WorkerRole,
): Promise<Video> {
  const { door } = running.redis;
  const counted: Partial<Record<WorkerRole, WorkerConnections>> = {};
  for (const role of roles) {
    const worker = workerOf(running, role);
    // Each starts in a time that depends on what it imports; then it waits for tasks.
    await until(async () =>
      (await connectionsOfWorker(door, worker)).some(({ command }) => command === 'brpop'),
    );
    counted[role] = { idle: await countOfWorker(door, worker) };
  }
  const worker = workerOf(running, encodes);
  const video = await upload(running, await testVideo(30));
  await until(() => worker.runs('ffmpeg'));
  const proceed = worker.suspend();
  const busy = await countOfWorker(door, worker);
  proceed();
  await encoded(running, video);
  counted[encodes] = { idle: counted[encodes]?.idle ?? 0, busy };
  found.workers = { ...found.workers, ...counted } as Sizes['workers'];
  if (!WRITES) for (const role of roles) expect(counted[role], role).toEqual(SIZES.workers[role]);
  return videoNow(running, video);
}

describe('connections and tasks', () => {
  test('celery', async ({ onTestFinished }) => {
    const running = await startCase({ arch: 'celery', xapi: true }, onTestFinished, {
      web: { processes: 1, threads: 1 },
    });
    const { door } = running.redis;
    expect(ownedBy(running.web.webProcesses(), await connections(door))).toEqual([]);
    const video = await measureWorkers(running, ['worker', 'xapi'], 'worker');
    const visitor = await logIn(running);
    await load(visitor, ['/', '/videos/', '/video/edit/', `/video/${video.slug}/`]);
    await play(running, visitor);
    const own = ownedBy(running.web.webProcesses(), await connections(door));
    const numbers = Object.entries(GUIDE_NUMBERS) as [DatabaseRole, number][];
    found.web = Object.fromEntries(
      numbers.map(([role, number]) => [
        role,
        own.filter(({ database }) => database === number).length,
      ]),
    ) as Sizes['web'];
    if (!WRITES) expect(found.web).toEqual(SIZES.web);
    const all = await connections(door);
    found.connection = Math.round(all.reduce((sum, { memory }) => sum + memory, 0) / all.length);

    for (const role of ['worker', 'xapi'] as const) await workerOf(running, role).stop();
    await measureTasks(running, ['worker', 'xapi'], video, visitor);
  });

  test('microservices', async ({ onTestFinished }) => {
    const running = await startCase(
      { arch: 'microservices', transcription: true },
      onTestFinished,
      { web: { processes: 1, threads: 4 }, settings: TRANSCRIPTION },
    );
    const { door } = running.redis;
    const roles = ['encoding', 'transcription'] as const;
    const video = await measureWorkers(running, roles, 'encoding');
    const visitor = await logIn(running);
    const pages = ['/', '/videos/', '/video/edit/', `/video/${video.slug}/`];
    const visits = Array.from({ length: 16 }, () => load(visitor, pages));
    const left = new Set(visits);
    for (const visit of visits) void visit.finally(() => left.delete(visit)).catch(() => undefined);
    let most = 0;
    while (left.size > 0)
      most = Math.max(most, ownedBy(running.web.webProcesses(), await connections(door)).length);
    await Promise.all(visits);
    found.webOfFourThreads = most;
    // One for each thread and each of the databases of the caches and the sessions, and those of the broker.
    expect(most).toBeLessThanOrEqual(4 * 3 + SIZES.web.encoding);

    for (const role of roles) await workerOf(running, role).stop();
    await running.web.manage(
      'shell',
      '-c',
      `from pod.video.models import Video\nVideo.objects.filter(id=${video.id}).update(transcript="fr")`,
    );
    // Publishing an encoding removes the sound that a transcription is given.
    await measureTasks(running, roles.toReversed(), video, visitor);
  });
});

/** Opens connections until the test ends. */
async function openConnections({ host, port }: Door, count: number, atEnd: Finally): Promise<void> {
  const sockets = Array.from({ length: count }, () => connect(port, host));
  atEnd(() => {
    for (const socket of sockets) socket.destroy();
    return Promise.resolve();
  });
  await Promise.all(
    sockets.map((socket) => new Promise<void>((resolve) => socket.once('connect', resolve))),
  );
}

/** Puts the load of a site on a Redis with the proposed limit, and visits Pod. */
async function tryLoad(site: Site, atEnd: Finally): Promise<TriedLoad> {
  const memory = proposedMemory({ ...site, connections: connectionsOf(site) });
  const running = await startCase({ arch: 'celery', auth: 'none', memory }, atEnd);
  const { door } = running.redis;
  const visitor = await logIn(running);
  const first = await encodedVideo(running);
  const kinds = 10;
  await multiplyVideo(running.web, first.id, kinds - 1);
  await load(visitor, [...listPages(kinds), ...(await videoPages(running.web))]);
  await workerOf(running, 'worker').stop();
  await multiplyTask(running.web, 'celery', first.id, 1);

  await multiplySession(running.web, visitor.session ?? '', site.people);
  await copyTask(door, GUIDE_NUMBERS.encoding, QUEUES.worker, site.tasks);
  await copyKeys(door, GUIDE_NUMBERS.default, 'sorl-thumbnail', site.videos / kinds);
  expect((await visitor.ask('/video/edit/')).status).toBe(200);
  await copyKeys(door, GUIDE_NUMBERS.select2, 'select2_', site.people);
  await openConnections(door, connectionsOf(site), atEnd);
  await load(visitor, ['/', '/videos/', '/video/edit/', `/video/${first.slug}/`]);
  expect(await visitor.isLoggedIn()).toBe(true);

  const [memoryNow, stats, clients] = [
    await info(door, 'memory'),
    await info(door, 'stats'),
    await info(door, 'clients'),
  ];
  const used = Number(memoryNow['used_memory']);
  const evicted = Number(stats['evicted_keys']);
  expect(evicted).toBe(0);
  expect(used).toBeLessThan(0.9 * memory * 1024 ** 2);
  const { stdout } = await run('redis-benchmark', [
    ...['-h', door.host, '-p', String(door.port), '-c', String(connectionsOf(site))],
    ...['-n', '200000', '-t', 'get', '--csv'],
  ]);
  return {
    site: site.name,
    memory,
    used,
    connections: Number(clients['connected_clients']),
    maxclients: Number(clients['maxclients']),
    evicted,
    answered: Math.floor(Number(/^"GET","([\d.]+)"/m.exec(stdout)?.[1]) / 1000) * 1000,
  };
}

// The loads are what was proposed from the measurements: they are tried with the published ones.
describe('loads', () => {
  const tried: TriedLoad[] = [];
  for (const site of full ? SITES : SITES.slice(0, 1))
    test(site.name, async ({ onTestFinished }) => {
      tried.push(await tryLoad(site, onTestFinished));
      if (tried.length === SITES.length) found.loads = tried;
    });
});

afterAll(async () => {
  if (!WRITES) return;
  const about = {
    date: new Date().toISOString().slice(0, 10),
    pod: (await podVersion()).version,
    redis: (await versions())['Redis'] ?? '',
  };
  // A part of these that was not run stays as it is.
  const { sessions, tasks, workers } = SIZES;
  await publishSizes({
    ...about,
    ...found,
    sessions: { ...sessions, ...found.sessions },
    tasks: { ...tasks, ...found.tasks },
    workers: { ...workers, ...found.workers },
  });
});
