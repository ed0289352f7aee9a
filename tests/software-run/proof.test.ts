import { readFile, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ARCHITECTURES, type Architecture } from '../../src/model/architecture.ts';
import { check } from '../../src/model/check.ts';
import type { Deployment } from '../../src/model/deployment.ts';
import { OFFERS, offerName, offerOf, type Offer } from '../../src/model/offers.ts';
import type { Failover, Proof, ProvenCase } from '../../src/site/proof.ts';
import { covering, full, pairwise, sample } from '../sets.ts';
import { nft } from '../software.ts';
import { environment, STACK, stack, stackServer } from '../stacks/environment.ts';
import { needStack } from '../stacks/need.ts';
import { deploy, replicated, waiting, type Choices, type Deployed } from './deployed.ts';
import type { PodServer, WorkerReport } from './pod.ts';
import { inItsNetwork, impossible, OF_ONE_MACHINE, SENTINELS, TRANSPORTS } from './offered.ts';
import { inOwnNetwork, run, until, type Finally } from './processes.ts';
import { ask, keysOf, refusedByAcl } from './redis.ts';

needStack();

/** The file from which the site reads the proven cases. */
const PROVEN = join(import.meta.dirname, `../../src/site/proven/${STACK}.json`);

/** The offers of this run. In the everyday set any two of architecture, transport, authentication and sharing meet. */
const CASES = stack.complete ? pairwise(OFFERS) : covering(OFFERS);

/** The architectures whose master is stopped. */
const FAILOVERS = stack.complete ? sample(ARCHITECTURES, 1) : (['celery'] as const);

/** `npm run prove` writes it; every other run compares it with its results. */
const WRITES = process.env['PROVE'] === '1';

/** The settings of all of Pod's workers: one task at a time, kept until it ran, no other held. */
const WORKER = { concurrency: 1, tasks_per_child: null, prefetch: 1, acks_late: true };

/** Workers whose tasks take hours. */
const LONG = { ...WORKER, visibility_timeout: 90000, time_limit: 86400 };

const QUEUES = { celery: 5, encoding: 5, transcripting: 5, xapi: 6 } as const;
type Queue = keyof typeof QUEUES;

const WORKERS: Readonly<Record<Queue, WorkerReport>> = {
  celery: {
    ...LONG,
    app: 'pod_project',
    node: `worker1@${hostname()}`,
    queues: ['celery'],
    tasks_per_child: 1,
  },
  encoding: { ...LONG, app: 'encoding_tasks', node: `encode@${hostname()}`, queues: ['encoding'] },
  transcripting: {
    ...LONG,
    app: 'transcripting_tasks',
    node: `transcript@${hostname()}`,
    queues: ['transcripting'],
  },
  xapi: {
    ...WORKER,
    app: 'xapi_tasks',
    node: `xapi@${hostname()}`,
    queues: ['xapi'],
    visibility_timeout: 3600,
    time_limit: 300,
  },
};

const TASKS: Readonly<Record<Queue, string>> = {
  celery: 'pod.main.celery.task_start_encode',
  encoding: 'pod.video_encode_transcript.encoding_tasks.start_encoding_task',
  transcripting: 'pod.video_encode_transcript.transcripting_tasks.start_transcripting_task',
  xapi: 'pod.xapi.xapi_tasks.send_xapi_statement_task',
};

/** The queues of each way of encoding, with xAPI. */
const QUEUES_OF: Readonly<Record<Architecture['arch'], readonly Queue[]>> = {
  standalone: ['xapi'],
  celery: ['celery', 'xapi'],
  microservices: ['encoding', 'transcripting', 'xapi'],
  runner: ['xapi'],
};

/** An architecture of the offer, with every kind of worker, each on another server where possible. */
function choicesOf({ arch, transport, auth, shared, sessions }: Offer): Choices {
  return {
    arch,
    auth,
    shared,
    sessions,
    xapi: true,
    transcription: true,
    // Without a password Redis lets in nobody from another server.
    workers: auth === 'none' ? 0 : 1,
    // Another web server than that of the cron job, where Redis lets it in.
    web: arch === 'runner' && auth !== 'none' && transport !== 'socket' ? 2 : 1,
    // One of the two ways of starting workers each: both with every way of connecting.
    service: shared || arch === 'standalone' || arch === 'runner' ? 'init' : 'systemd',
    ...TRANSPORTS[transport],
  };
}

/** A queue as Celery keeps it: the list of tasks, and the binding that finds it. */
const keysOfQueue = (name: Queue) => [`_kombu.binding.${name}`, name];

const reports = async <Report>(
  pods: readonly PodServer[],
  report: (pod: PodServer) => Promise<Report[]>,
) => (await Promise.all(pods.map(report))).flat();

/** The key of a session in Redis. */
const sessionKey = ({ sessions }: Deployment, session = '') =>
  sessions === 'redis'
    ? `session:${session}`
    : `session:1:django.contrib.sessions.${sessions}${session}`;

/** Visits the site and sends a video, then waits until every worker has taken its task. */
async function prove(offer: Offer, atEnd: Finally): Promise<ProvenCase> {
  const deployed = await deploy(choicesOf(offer), atEnd);
  const { deployment, door, pods } = deployed;
  const queues = QUEUES_OF[offer.arch];
  expect(offerOf(deployment.architecture)).toEqual(offer);
  const errors = check(deployment.architecture, deployed.password).filter(
    ({ severity, code }) => severity === 'error' && !OF_ONE_MACHINE.includes(code),
  );
  expect(errors).toEqual([]);

  const session = await pods[0]?.visit('transcription');
  const keys = await keysOf(door);
  // kombu 5.7 writes a second binding beside each, which no pages or files of ours name.
  for (const names of Object.values(keys)) {
    const bindings = names.filter((name) => name.startsWith('_kombu.binding_permanent.'));
    for (const name of bindings) names.splice(names.indexOf(name), 1);
    expect(bindings.filter((name) => !names.includes(name.replace('_permanent', '')))).toEqual([]);
  }
  expect(keys).toEqual({
    2: [':1:choice'],
    3: ['pod:1:page'],
    4: [sessionKey(deployment, session)],
    ...(queues.length > 1 && {
      5: queues
        .filter((queue) => QUEUES[queue] === 5)
        .flatMap(keysOfQueue)
        .sort(),
    }),
    6: keysOfQueue('xapi'),
  });
  expect(await waiting(deployed)).toEqual(Object.fromEntries(queues.map((each) => [each, 1])));

  await Promise.all(pods.map((pod) => pod.startWorkers()));
  await until(async () => (await reports(pods, (pod) => pod.tasks())).length >= queues.length);
  const workers = await reports(pods, (pod) => pod.workers());
  expect(new Map(workers.map((worker) => [worker.app, worker]))).toEqual(
    new Map(queues.map((queue) => [WORKERS[queue].app, expectedWorker(queue, deployed)])),
  );
  const tasks = await reports(pods, (pod) => pod.tasks());
  expect(tasks.map(({ task }) => task).sort()).toEqual(queues.map((each) => TASKS[each]).sort());
  expect(tasks.every(({ video, acks_late }) => video === 7 && acks_late)).toBe(true);
  expect(await waiting(deployed)).toEqual(Object.fromEntries(queues.map((each) => [each, 0])));
  // Saving a video, the Celery worker wrote into the cache of the web servers.
  const cache = (await keysOf(door))[3] ?? [];
  expect(cache.includes('pod:1:thumbnail')).toBe(offer.arch === 'celery');
  expect(await refusedByAcl(door)).toEqual([]);
  return {
    name: offerName(offer),
    databases: Object.keys(keys).map(Number),
    queues: [...queues],
  };
}

/** The settings of a worker; statements wait for microservices' timeout where one module is for both. */
function expectedWorker(queue: Queue, { deployment }: Deployed): WorkerReport {
  const { arch } = deployment.architecture;
  return queue === 'xapi' && arch === 'microservices'
    ? { ...WORKERS.xapi, visibility_timeout: LONG.visibility_timeout }
    : WORKERS[queue];
}

/** The versions of the software. */
async function versions(): Promise<Record<string, string>> {
  const script = `
import json, platform, celery, django, kombu, redis
from importlib.metadata import version
print(json.dumps({"Python": platform.python_version(), "Django": django.__version__,
  "django-redis": version("django-redis"), "django-redis-sessions": version("django-redis-sessions"),
  "Celery": celery.__version__, "kombu": kombu.__version__, "redis-py": redis.__version__}))`;
  const clients = await run(join(environment(stack.web), 'bin/python'), ['-c', script]);
  const server = await run(stackServer(), ['--version']);
  return {
    [/^Valkey/.test(server.stdout) ? 'Valkey' : 'Redis']: /v=(\S+)/.exec(server.stdout)?.[1] ?? '',
    ...(JSON.parse(clients.stdout) as Record<string, string>),
  };
}

/** The loss of the master's machine, which also runs a sentinel. */
type Loss = (deployed: Deployed) => Promise<void>;

/** Stops both: the system closes the connections of their clients. */
const stopped: Loss = async ({ redis, sentinels }) => {
  await Promise.all([redis[0]?.stop(), sentinels[0]?.stop()]);
};

/** Drops all packets of the machine: no connection is closed. */
const powerless: Loss = async ({ deployment: { redis } }) => {
  const [first] = redis.sentinel?.endpoints ?? [];
  const ports = `{ ${redis.port}, ${first?.port} }`;
  const input = `table inet power {
  chain output {
    type filter hook output priority 0;
    ip daddr ${redis.host} tcp dport ${ports} drop
    ip saddr ${redis.host} tcp sport ${ports} drop
  }
}
`;
  const { status, stderr } = await run(nft(), ['-f', '-'], { input });
  if (status !== 0) throw new Error(stderr);
};

/** After how many seconds each kind of client works again by itself once the master is gone. */
async function failOver(arch: Architecture['arch'], lose: Loss, atEnd: Finally): Promise<Failover> {
  const deployed = await deploy(
    { arch, xapi: true, transcription: true, workers: 1, sentinelHosts: SENTINELS },
    atEnd,
  );
  const { pods, deployment } = deployed;
  const [web] = pods;
  const queues = QUEUES_OF[arch];
  await Promise.all(pods.map((pod) => pod.startWorkers()));
  // Caches read from the master, not from a replica that may be late, as one without its link is.
  await ask(deployed.door, 'CLIENT', 'KILL', 'TYPE', 'replica');
  expect(await web?.missedAtOnce(300)).toBe(0);
  await replicated(deployed.door, SENTINELS.length - 1);
  const session = await web?.visit('transcription');
  const ran = async () => (await reports(pods, (pod) => pod.tasks())).map(({ task }) => task);
  await until(async () => (await ran()).length === queues.length);

  await lose(deployed);
  const start = performance.now();
  const seconds = (await web?.recover(50)) ?? {};
  expect(Object.keys(seconds).sort()).toEqual(
    ['default', 'select2', 'sessions', ...queues.map((queue) => TASKS[queue])].sort(),
  );
  // The workers were connected to the master that is gone.
  await until(async () => (await ran()).length === 2 * queues.length, 150);
  const workers = (performance.now() - start) / 1000;
  expect((await ran()).sort()).toEqual(
    queues.flatMap((queue) => [TASKS[queue], TASKS[queue]]).sort(),
  );

  const { sentinel, port } = deployment.redis;
  const asked = sentinel?.endpoints[1] ?? { host: '', port };
  const [host = ''] = await ask(asked, 'SENTINEL', 'GET-MASTER-ADDR-BY-NAME', 'mymaster');
  expect(SENTINELS.slice(1)).toContain(host);
  // The keys of before are on the new master too.
  const kept = await keysOf({ host, port, password: deployed.password });
  expect(kept[4]).toContain(sessionKey(deployed.deployment, session));
  const most = (names: readonly string[]) =>
    Math.ceil(Math.max(...names.map((name) => seconds[name] ?? Infinity)));
  return {
    arch,
    caches: most(['default', 'select2']),
    sessions: most(['sessions']),
    publishing: most(queues.map((queue) => TASKS[queue])),
    workers: Math.ceil(workers),
  };
}

const proven = new Map<string, ProvenCase>();
const failovers = new Map<string, Failover>();
let published: Proof;

beforeAll(async () => {
  published = JSON.parse(await readFile(PROVEN, 'utf8')) as Proof;
});

describe.concurrent(
  'on real software, keys and tasks land in their databases, and workers take them',
  () => {
    test.for(CASES.map((offer) => ({ name: offerName(offer), offer })))(
      '$name',
      async ({ name, offer }, { onTestFinished, skip }) => {
        const why = await impossible(offer);
        skip(why !== undefined, why);
        const found = await inItsNetwork(offer, onTestFinished, () => prove(offer, onTestFinished));
        proven.set(name, found);
        if (!WRITES) expect(published.cases).toContainEqual(found);
      },
    );
  },
);

describe.concurrent('the master stopped: all works again without anybody’s help', () => {
  test.for(FAILOVERS)('%s', async (arch, { onTestFinished, skip }) => {
    skip(process.platform !== 'linux', 'only Linux has all of 127.0.0.0/8');
    failovers.set(arch, await failOver(arch, stopped, onTestFinished));
  });

  test.runIf(full && STACK === 'pod')(
    'its machine without power',
    async ({ onTestFinished, skip }) => {
      skip(process.platform !== 'linux' || process.getuid?.() !== 0, 'only root cuts a connection');
      const found = await inOwnNetwork([], onTestFinished, () =>
        failOver('microservices', powerless, onTestFinished),
      );
      failovers.set('power', found);
    },
  );
});

afterAll(async () => {
  if (!WRITES) return;
  const cases = CASES.flatMap((offer) => proven.get(offerName(offer)) ?? []);
  const power = failovers.get('power');
  const missing = FAILOVERS.some((arch) => !failovers.has(arch));
  if (missing || cases.length < CASES.length || (STACK === 'pod' && power === undefined))
    throw new Error('Nothing is published unless everything was run.');
  const proof: Proof = {
    date: new Date().toISOString().slice(0, 10),
    versions: await versions(),
    cases,
    failovers: FAILOVERS.flatMap((arch) => failovers.get(arch) ?? []),
    ...(power && { power }),
  };
  const style = { ...(await resolveConfig(PROVEN)), filepath: PROVEN };
  await writeFile(PROVEN, await format(JSON.stringify(proof, null, 2), style));
});
