import { hostname, networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { DEFAULTS, type Architecture } from '../../src/core/architecture.ts';
import { check } from '../../src/core/check.ts';
import { TLS_FOLDER } from '../../src/core/emit/redis.ts';
import type { IssueCode } from '../../src/core/issues.ts';
import { plan } from '../../src/core/plan.ts';
import type { Role } from '../../src/core/servers.ts';
import { emitted, textAt } from '../core/emitted.ts';
import { makeCertificates } from './certificates.ts';
import { PodServer, type WorkerReport } from './pod.ts';
import { canListen, freePort, until, type Finally } from './processes.ts';
import { ask, keysOf, startRedis, type Door } from './redis.ts';

/** What is the same for all of Pod's workers: one task at a time. */
const WORKER = { concurrency: 1, tasks_per_child: null };

/** Workers whose tasks take hours keep a task until it ran, hold no other, and stop after a day. */
const LONG = {
  ...WORKER,
  prefetch: 1,
  acks_late: true,
  visibility_timeout: 90000,
  time_limit: 86400,
};

const CELERY: WorkerReport = {
  ...LONG,
  app: 'pod_project',
  node: `worker1@${hostname()}`,
  queues: ['celery'],
  tasks_per_child: 1,
};
const ENCODING: WorkerReport = {
  ...LONG,
  app: 'encoding_tasks',
  node: `encode@${hostname()}`,
  queues: ['encoding'],
};
const TRANSCRIPTION: WorkerReport = {
  ...LONG,
  app: 'transcripting_tasks',
  node: `transcript@${hostname()}`,
  queues: ['transcripting'],
};
/** A statement is sent in no time: Celery's own values are good. */
const XAPI: WorkerReport = {
  ...WORKER,
  app: 'xapi_tasks',
  node: `xapi@${hostname()}`,
  queues: ['xapi'],
  prefetch: 4,
  acks_late: false,
  visibility_timeout: 3600,
  time_limit: null,
};

/** A password of every sign that URLs, Python, shells and redis.conf quote. */
const SIGNS = ` p@:/?#[]%+&;,=!'()*"\\$\`~é😀 `;

interface Case {
  readonly name: string;
  readonly choices: Partial<Architecture>;
  readonly password?: string;
  /** Errors that the case has for the test's sake: all its servers are this machine. */
  readonly wrong?: IssueCode[];
  /** What is in each database once a page was seen and a video sent, before any worker runs. */
  readonly keys: (session: string) => Record<number, string[]>;
  /** The length of each queue, by database. */
  readonly queues: Record<string, number>;
  readonly workers: WorkerReport[];
  /** The task that each worker runs. */
  readonly tasks: string[];
}

const CELERY_TASK = 'pod.main.celery.task_start_encode';
const ENCODING_TASK = 'pod.video_encode_transcript.encoding_tasks.start_encoding_task';
const TRANSCRIPTION_TASK =
  'pod.video_encode_transcript.transcripting_tasks.start_transcripting_task';
const XAPI_TASK = 'pod.xapi.xapi_tasks.send_xapi_statement_task';

/** A queue as Celery keeps it: the list of tasks, and the binding that finds it. */
const queue = (name: string) => [`_kombu.binding.${name}`, name];

const usual = (session: string) => ({
  2: [':1:choice'],
  3: ['pod:1:page'],
  4: [`session:${session}`],
});

/** What is where in the guide's databases, by the way of encoding. */
const BY_CELERY = {
  keys: (session: string) => ({ ...usual(session), 5: queue('celery') }),
  queues: { celery: 5 },
  workers: [CELERY],
  tasks: [CELERY_TASK],
};

const BY_CELERY_WITH_XAPI = {
  keys: (session: string) => ({ ...usual(session), 5: queue('celery'), 6: queue('xapi') }),
  queues: { celery: 5, xapi: 6 },
  workers: [CELERY, XAPI],
  tasks: [CELERY_TASK, XAPI_TASK],
};

const BY_MICROSERVICES = {
  keys: (session: string) => ({
    ...usual(session),
    5: [...queue('encoding'), ...queue('transcripting')].sort(),
    6: queue('xapi'),
  }),
  queues: { encoding: 5, transcripting: 5, xapi: 6 },
  workers: [ENCODING, TRANSCRIPTION, XAPI],
  tasks: [ENCODING_TASK, TRANSCRIPTION_TASK, XAPI_TASK],
};

const CASES: Case[] = [
  {
    name: 'the guide’s own case: one server with a Celery worker',
    choices: {},
    ...BY_CELERY,
  },
  {
    name: 'standalone: no broker',
    choices: { arch: 'standalone', redis: 'web' },
    keys: usual,
    queues: {},
    workers: [],
    tasks: [],
  },
  {
    name: 'a password with every sign that URLs, Python and shells quote',
    choices: { auth: 'password', xapi: true },
    password: SIGNS,
    ...BY_CELERY_WITH_XAPI,
  },
  {
    name: 'microservices, all on one server',
    choices: { arch: 'microservices', transcription: true, xapi: true },
    ...BY_MICROSERVICES,
  },
  {
    name: 'another prefix and other databases',
    choices: {
      prefix: 'preprod',
      hours: 1,
      'db.select2': 15,
      'db.default': 0,
      'db.sessions': 1,
      'db.encoding': 9,
    },
    keys: (session) => ({
      15: ['preprod:1:choice'],
      0: ['preprod:1:page'],
      1: [`preprod-session:${session}`],
      9: queue('celery'),
    }),
    queues: { celery: 9 },
    workers: [{ ...CELERY, time_limit: 3600, visibility_timeout: 7200 }],
    tasks: [CELERY_TASK],
  },
  {
    name: 'the Celery worker and the xAPI worker on servers of their own',
    choices: { workers: 1, xapi: true, host: '127.0.0.1', auth: 'password' },
    password: 'secret',
    wrong: ['host.loopback'],
    ...BY_CELERY_WITH_XAPI,
  },
  {
    name: 'microservices on servers of their own, with one file for all',
    choices: {
      arch: 'microservices',
      workers: 1,
      transcription: true,
      shared: true,
      host: '127.0.0.1',
    },
    wrong: ['host.loopback'],
    keys: (session) => ({
      ...usual(session),
      5: [...queue('encoding'), ...queue('transcripting')].sort(),
    }),
    queues: { encoding: 5, transcripting: 5 },
    workers: [ENCODING, TRANSCRIPTION],
    tasks: [ENCODING_TASK, TRANSCRIPTION_TASK],
  },
  {
    name: 'an ACL user, with every sign that URLs, Python and shells quote in its password',
    choices: { auth: 'acl', user: 'pod-1.univ_fr', xapi: true },
    password: SIGNS,
    ...BY_CELERY_WITH_XAPI,
  },
  {
    name: 'TLS',
    choices: { tls: true },
    ...BY_CELERY,
  },
  {
    name: 'TLS with a password',
    choices: { tls: true, auth: 'password', host: 'localhost' },
    password: SIGNS,
    ...BY_CELERY,
  },
  {
    name: 'microservices by TLS as an ACL user',
    choices: { arch: 'microservices', transcription: true, xapi: true, tls: true, auth: 'acl' },
    password: SIGNS,
    ...BY_MICROSERVICES,
  },
  {
    name: 'the Celery worker on a server of its own, by TLS as an ACL user',
    choices: { workers: 1, host: '127.0.0.1', tls: true, auth: 'acl' },
    password: SIGNS,
    wrong: ['host.loopback'],
    ...BY_CELERY,
  },
  ...(['none', 'password', 'acl'] as const).map((auth): Case => ({
    name: `a Unix socket, authentication: ${auth}`,
    choices: { socket: 'redis.sock', auth, xapi: true },
    ...(auth !== 'none' && { password: SIGNS }),
    ...BY_CELERY_WITH_XAPI,
  })),
  {
    name: 'Pod’s Docker set-up, with this machine for its containers',
    choices: { redis: 'docker', host: '127.0.0.1' },
    wrong: ['host.container'],
    ...BY_CELERY,
  },
];

/** An architecture with a free port, and its socket and certificates in temporary folders. */
async function here(choices: Partial<Architecture>, folder: string): Promise<Architecture> {
  const { socket = '' } = choices;
  return {
    ...DEFAULTS,
    ...choices,
    port: await freePort(),
    socket: socket && join(folder, socket),
    ca: join(folder, 'ca.crt'),
  };
}

async function follow(each: Case, atEnd: Finally): Promise<void> {
  const folder = await makeCertificates(atEnd);
  const architecture = await here(each.choices, folder);
  const { port } = architecture;
  const password = each.password ?? '';
  const errors = check(architecture, password).filter(({ severity }) => severity === 'error');
  expect(errors.map(({ code }) => code)).toEqual(each.wrong ?? []);

  const files = emitted(architecture, { password });
  const docker = architecture.redis === 'docker';
  await startRedis(
    docker
      ? `bind 127.0.0.1\nport ${port}\n`
      : textAt(files, 'redis/redis.conf').replaceAll(TLS_FOLDER, folder),
    atEnd,
  );
  const { redis, servers } = plan(architecture);
  const { host, socket, user, ca } = redis;
  const door: Door = {
    host,
    port,
    ...(socket !== undefined && { socket }),
    ...(user !== undefined && { user }),
    ...(ca !== undefined && { ca }),
    ...(password !== '' && { password }),
  };

  const groups = servers.filter(({ id }) => id !== 'redis');
  const pods = await Promise.all(groups.map((group) => PodServer.create(group, files, atEnd)));
  const session = await pods[0]?.visit(...(architecture.transcription ? ['transcription'] : []));
  const keys = each.keys(session ?? '');
  expect(await keysOf(door)).toEqual(keys);
  await pods[0]?.clear('default');
  const { [architecture['db.default']]: cleared, ...kept } = keys;
  expect(cleared).not.toBeUndefined();
  expect(await keysOf(door)).toEqual(kept);
  const waiting = async () => {
    const lengths = Object.entries(each.queues).map(async ([name, database]) => {
      const [length] = await ask(door, '-n', String(database), 'LLEN', name);
      return Number(length);
    });
    return Promise.all(lengths);
  };
  expect(await waiting()).toEqual(Object.keys(each.queues).map(() => 1));

  for (const pod of pods) await pod.startWorkers();
  const reported = async <Report>(report: (pod: PodServer) => Promise<Report[]>) =>
    (await Promise.all(pods.map(report))).flat();
  const tasks = () => reported((pod) => pod.tasks());
  await until(async () => (await tasks()).length >= each.tasks.length);
  expect(await reported((pod) => pod.workers())).toEqual(each.workers);
  const ran = new Map((await tasks()).map(({ task, ...rest }) => [task, rest]));
  expect(ran).toEqual(
    new Map(
      each.tasks.map((task, at) => [task, { video: 7, acks_late: each.workers[at]?.acks_late }]),
    ),
  );
  expect(await waiting()).toEqual(Object.keys(each.queues).map(() => 0));
  // Saving a video, the Celery worker wrote into the cache of the web servers.
  const cache = (await keysOf(door))[architecture['db.default']] ?? [];
  expect(cache.includes(`${architecture.prefix}:1:thumbnail`)).toBe(
    each.tasks.includes(CELERY_TASK),
  );

  for (const [at, pod] of pods.entries())
    await verify(pod, groups[at]?.roles ?? [], password, docker);
}

/** Runs the commands that verify a server, and finds all that their comments say is expected. */
async function verify(
  pod: PodServer,
  roles: readonly Role[],
  password: string,
  docker: boolean,
): Promise<void> {
  const django = roles.includes('web') || roles.includes('worker');
  const nodes = (await pod.workers()).map(({ node }) => `${node}: OK`);
  let said = '';
  // Celery waits one second for the answers of workers, which a busy machine may miss.
  await until(async () => {
    const { stdout, stderr } = await pod.verify(password);
    said = stdout + stderr;
    return nodes.every((node) => said.includes(node)) || !said.includes('No nodes replied');
  });
  for (const node of nodes) expect(said).toContain(node);
  for (const [answer, expected] of [
    ['PONG', !docker],
    ['default ok', django],
    ['select2 ok', django],
    ['session True', roles.includes('web')],
  ] as const)
    expect({ answer, given: said.split('\n').includes(answer), said }).toEqual({
      answer,
      given: expected,
      said,
    });
  expect(said).not.toMatch(/Error|NOAUTH|WRONGPASS|DuplicateNodename/);
}

describe.concurrent('a certificate is verified, and the name in it, by each client', () => {
  const refused = {
    authority: /certificate verify failed: (unable to get local issuer|self.signed)/,
    name: /certificate verify failed: (IP address|Hostname) mismatch/,
  };
  const clients = ['default', 'select2', 'sessions', 'celery', 'xapi'];

  test.for<[what: string, names: string, trusted: boolean, answer: RegExp]>([
    ['the right one', 'DNS:localhost,IP:127.0.0.1', true, / in$/],
    ['one for another server', 'DNS:redis.univ.fr,IP:127.0.0.9', true, refused.name],
    ['one of another authority', 'DNS:localhost,IP:127.0.0.1', false, refused.authority],
  ])('%s', async ([, names, trusted, answer], { onTestFinished }) => {
    const server = await makeCertificates(onTestFinished, names);
    const authority = trusted ? server : await makeCertificates(onTestFinished);
    for (const host of ['', 'localhost']) {
      const architecture = await here({ tls: true, xapi: true, host }, authority);
      const files = emitted(architecture);
      const conf = textAt(files, 'redis/redis.conf').replaceAll(TLS_FOLDER, server);
      await startRedis(conf, onTestFinished);
      const [group] = plan(architecture).servers;
      const pod = group && (await PodServer.create(group, files, onTestFinished));
      const said = (await pod?.reach()) ?? [];
      expect(said.map((line) => line.split(' ')[0])).toEqual(clients);
      for (const line of said) expect(line).toMatch(answer);
    }
  });
});

/** The guide's own case by IPv6. */
const IPV6: Case = {
  name: 'IPv6',
  choices: { host: '::1' },
  ...BY_CELERY,
};

describe.concurrent('each key and task lands in its database, and its worker takes it', () => {
  test.for(CASES)('$name', { timeout: 180_000 }, async (each, { onTestFinished }) => {
    await follow(each, onTestFinished);
  });

  test('IPv6, where this machine has it', { timeout: 180_000 }, async ({ onTestFinished }) => {
    if (await canListen('::1')) await follow(IPV6, onTestFinished);
    else {
      const addresses = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
      expect(addresses.filter(({ family }) => family === 'IPv6')).toEqual([]);
    }
  });
});
