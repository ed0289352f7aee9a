import { lookup } from 'node:dns/promises';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { DEFAULTS, type Architecture } from '../../src/model/architecture.ts';
import type { ConfigFile } from '../../src/emit/files.ts';
import { causesOf } from '../../src/troubleshoot/causes.ts';
import { plan, type Deployment } from '../../src/model/deployment.ts';
import { urlPart } from '../../src/emit/escape.ts';
import { emitted, textAt } from '../emit/emitted.ts';
import { limit } from '../sets.ts';
import { needStack } from '../stacks/need.ts';
import { altered } from './altered.ts';
import { makeCertificates } from './certificates.ts';
import { anotherServer, deploy, type Change, type Deployed } from './deployed.ts';
import type { PodServer } from './pod.ts';
import { gatherUndos, inOwnNetwork, until, type Finally } from './processes.ts';
import { ask, startRedis, type Door } from './redis.ts';
import { answer, compareAnswers, entriesOf, pattern, type Question } from './repairPage.ts';

needStack();

const MESSAGES_IN = ['messages', 'sentinel'];
const PAGE = { fr: entriesOf('fr', ...MESSAGES_IN), en: entriesOf('en', ...MESSAGES_IN) };

/** Compares the messages of the software with the page, each way and in both languages. */
function compare(id: string, lines: readonly string[]): void {
  const said = lines.map((line) => line.replace(/\s+/g, ' '));
  for (const [language, page] of Object.entries(PAGE)) {
    const { messages = [] } = page.get(id) ?? {};
    const unsaid = messages.filter((message) => !said.some((each) => pattern(message).test(each)));
    expect({ language, unsaid, said }).toEqual({ language, unsaid: [], said });
    // Celery wraps the error in another.
    const ends = messages.map((message) => pattern(message.replace(/^\w+Error: /, '')));
    const unknown = said.filter((each) => !ends.some((end) => end.test(each)));
    expect({ language, unknown }).toEqual({ language, unknown: [] });
  }
  // The page finds the message that is pasted; one of several causes is listed under the others first.
  const first = lines.filter((line) => OFTEN[id]?.some((each) => line.includes(each)) !== true);
  expect(first.map((line) => [line, causesOf(line)[0]?.id])).toEqual(
    first.map((line) => [line, id]),
  );
}

/** Messages that have more than one cause, and more often another, by the page's anchor. */
const OFTEN: Readonly<Record<string, readonly string[]>> = {
  'sentinel-localhost': ['Error 111', 'AUTH <password>', 'WRONGPASS', 'invalid username-password'],
};

const PASSWORD = 'pass/word';

/** A message of the page, and the commands that verify its cause. */
interface Message {
  readonly id: string;
  /** The clients that fail, if not all of them. */
  readonly fail?: readonly string[];
  /** The clients that fail after the time that the page gives, in seconds. */
  readonly takes?: readonly string[];
  /** The answer of redis-cli that has the message as well. */
  readonly cli?: (door: Door) => Promise<string[]>;
  /** The worker does not have it. */
  readonly worker?: false;
  readonly sure: readonly Question[];
  /** The part of the message itself by which one is sure. */
  readonly tells?: RegExp;
}

interface Case extends Message {
  /** The choices of Redis's side, other than the defaults with xAPI. */
  readonly server?: Partial<Architecture>;
  /** The choices of its clients, where they differ. */
  readonly client?: Partial<Architecture>;
  readonly password?: string;
  /** The clients trust another authority than the one of the server's certificate. */
  readonly distrust?: true;
  /** Changes in the files of both. */
  readonly change?: Change;
  /** Done to Redis before the clients come. */
  readonly before?: (door: Door) => Promise<unknown>;
  /** The addresses of a separate network. */
  readonly network?: readonly string[];
}

const CELERY = 'pod.main.celery.task_start_encode';
const XAPI = 'pod.xapi.xapi_tasks.send_xapi_statement_task';
const CLIENTS = ['default', 'select2', 'sessions', CELERY, XAPI];

/** The answer to whoever gives no password. */
const pinged = ({ host, port }: Door) => ask({ host, port }, 'PING');

const NO_SUCH_DATABASES = {
  'db.select2': 16,
  'db.default': 17,
  'db.sessions': 18,
  'db.encoding': 19,
  'db.xapi': 20,
};

const CASES: Case[] = [
  {
    id: 'noauth',
    client: { auth: 'none' },
    cli: pinged,
    sure: [{ of: 'troubleshoot.settings', sound: ['***@'] }],
  },
  {
    id: 'wrongpass',
    password: 'another',
    cli: (door) => ask({ ...door, password: 'another' }, 'PING'),
    sure: [{ of: 'troubleshoot.ping', fault: ['WRONGPASS'], sound: ['PONG'] }],
  },
  {
    id: 'password-unset',
    server: { auth: 'none' },
    client: { auth: 'password' },
    sure: [{ of: 'troubleshoot.ping', fault: ['called without any password configured'] }],
  },
  {
    id: 'refused',
    client: { port: 1 },
    sure: [
      { of: 'troubleshoot.ping', fault: ['Connection refused'], sound: ['PONG'] },
      { of: 'troubleshoot.listening', sound: ['LISTEN'] },
    ],
  },
  {
    id: 'db-range',
    client: NO_SUCH_DATABASES,
    sure: [{ of: 'troubleshoot.sessions', fault: ['DB index is out of range'] }],
  },
  {
    id: 'db-not-a-number',
    change: (files) => altered(files, /(?<=^CELERY_BROKER_URL = ".*)(?="$)/gm, '-tenant1'),
    fail: [CELERY],
    sure: [{ of: 'troubleshoot.settings', fault: ['/5-tenant1'] }],
  },
  {
    id: 'url-password',
    change: (files) => altered(files, urlPart(PASSWORD), PASSWORD),
    fail: CLIENTS.filter((client) => client !== 'sessions'),
    sure: [],
    tells: / as '\w+'$/m,
  },
  {
    id: 'tls-missing',
    server: { tls: true },
    client: { tls: false },
    sure: [{ of: 'troubleshoot.ping', fault: ['Connection reset by peer'], sound: ['PONG'] }],
  },
  {
    id: 'tls-authority',
    server: { tls: true },
    distrust: true,
    sure: [{ of: 'troubleshoot.ping', fault: ['certificate verify failed'], sound: ['PONG'] }],
  },
  {
    id: 'redis-localhost',
    client: { host: 'redis.localhost', port: 6379 },
    sure: [{ of: 'troubleshoot.settings', fault: ['redis.localhost'] }],
  },
  {
    id: 'unknown-host',
    client: { host: 'redis.invalid', port: 6379 },
    sure: [{ of: 'troubleshoot.ping', fault: ['Name or service not known'], sound: ['PONG'] }],
  },
  {
    id: 'protected-mode',
    server: { auth: 'none', host: '10.9.8.7' },
    network: ['10.9.8.7'],
    cli: pinged,
    sure: [{ of: 'troubleshoot.ping', fault: ['DENIED'] }],
  },
  {
    id: 'broker-unset',
    // Where there is no RabbitMQ.
    network: [],
    change: (files) => altered(files, /^(XAPI_)?CELERY_BROKER_URL = .*$/gm, ''),
    fail: [CELERY, XAPI],
    takes: [CELERY, XAPI],
    sure: [
      {
        of: 'troubleshoot.settings',
        fault: ['XAPI_CELERY_BROKER_URL = None'],
        shows: /^CELERY_BROKER_URL = redis:/m,
      },
    ],
  },
  {
    id: 'acl-channels',
    server: { auth: 'acl' },
    change: (files) => altered(files, / &\/\S+/g, ''),
    fail: [],
    sure: [{ of: 'troubleshoot.channel', fault: ['no permissions'] }],
  },
  {
    id: 'cluster',
    client: { 'db.encoding': 0 },
    change: (files) => altered(files, /^appendonly yes$/gm, 'cluster-enabled yes'),
    before: async (door) => {
      await ask(door, 'CLUSTER', 'ADDSLOTSRANGE', '0', '16383');
      await until(async () => (await ask(door, 'CLUSTER', 'INFO')).join().includes('state:ok'));
    },
    sure: [{ of: 'troubleshoot.state', fault: ['cluster_enabled:1'] }],
  },
  {
    id: 'out-of-memory',
    change: (files) =>
      altered(files, 'maxmemory-policy volatile-ttl', 'maxmemory-policy noeviction'),
    before: (door) => ask(door, 'CONFIG', 'SET', 'maxmemory', '1'),
    cli: (door) => ask(door, 'SET', 'key', 'value'),
    worker: false,
    sure: [{ of: 'troubleshoot.state', fault: ['maxmemory_policy:noeviction'] }],
  },
];

interface Prepared {
  readonly pod: PodServer;
  readonly deployment: Deployment;
  readonly door: Door;
}

/** Starts a Redis, and gives a web server that has the files of another architecture. */
async function prepared(
  each: Pick<Case, 'server' | 'client' | 'password' | 'distrust' | 'change'>,
  atEnd: Finally,
): Promise<Prepared> {
  const { password = PASSWORD } = each;
  const change: Change = each.change ?? ((files) => files);
  const options = { password: PASSWORD, change };
  const { deployment, door } = await deploy({ xapi: true, ...each.server }, atEnd, options);
  const client = plan({
    ...deployment.architecture,
    ...(each.distrust && { ca: join(await makeCertificates(atEnd), 'ca.crt') }),
    ...each.client,
  });
  const files = change(emitted(client.architecture, { password }));
  const pod = await anotherServer({ deployment: client, files }, atEnd);
  return { pod, deployment: client, door };
}

const { atEnd: atVeryEnd, undo } = gatherUndos();
afterAll(undo);

/** Healthy servers, by their differences from the default. */
const sound = new Map<string, Promise<Prepared>>();

/** Servers like those of a mistake, where all is well; those in a separate network are not shared. */
function soundServers({ network, server = {} }: Case, atEnd: Finally): Promise<Prepared> {
  // Without a password only its own network matters.
  const like = server.auth === 'none' ? {} : server;
  if (network) return prepared({ server: like }, atEnd);
  const key = JSON.stringify(like);
  const started = sound.get(key) ?? prepared({ server: like }, atVeryEnd);
  sound.set(key, started);
  return started;
}

/** The line of a worker that cannot work. */
const WORKER_FAILS = /(Cannot connect to|Unrecoverable error:|^\w+Error:) .*\n/m;

/** Compares the time that a client took with the page's, in seconds. */
function compareTime(id: string, seconds = 0): void {
  for (const page of Object.values(PAGE)) {
    const [, written = ''] = /([\d.,]+)\ss\b/.exec(page.get(id)?.text ?? '') ?? [];
    const said = Number(written.replace(',', '.'));
    // On a busy machine everything takes longer.
    expect(seconds).toBeGreaterThan(said * 0.8);
    expect(seconds).toBeLessThan(limit(said * 2 + 5) / 1000);
  }
}

/** A web server, the architecture in the form, and the password that is typed. */
type Asked = [pod: PodServer, deployment: Deployment, password?: string];

/** Compares the answers to the questions under a message with the page. */
async function compareAsked(
  { id, sure }: Pick<Case, 'id' | 'sure'>,
  faulty: Asked,
  well: Asked,
): Promise<void> {
  const answered = (question: Question, [pod, deployment, password = PASSWORD]: Asked) =>
    answer(question.of, pod, deployment, password);
  for (const question of sure) {
    const answers = {
      faulty: await answered(question, faulty),
      well: await answered(question, well),
    };
    for (const page of Object.values(PAGE))
      compareAnswers(page.get(id) ?? { sure: '' }, question, answers);
  }
}

/** Whether a name has an address. */
const isKnown = (name: string) =>
  lookup(name).then(
    () => true,
    () => false,
  );

/** Compares each client's message with the page, and the commands' output with a healthy server's. */
async function compareClients(
  each: Message,
  { pod, deployment, door }: Prepared,
  well: () => Promise<Omit<Prepared, 'door'>>,
  password = PASSWORD,
): Promise<void> {
  const found = await pod.attempt(20);
  const failed = Object.entries(found).filter(([, { says }]) => says !== null);
  expect(failed.map(([name]) => name)).toEqual(each.fail ?? CLIENTS);
  const said = failed.map(([, { says }]) => says ?? '');
  if (each.cli) said.push((await each.cli(door)).join());
  if (each.worker !== false)
    said.push(await pod.celeryUntil(WORKER_FAILS, '-A', 'pod.main', 'worker', '-l', 'INFO'));
  compare(each.id, said);
  if (each.tells) expect(said.every((line) => each.tells?.test(line))).toBe(true);
  for (const client of each.takes ?? []) compareTime(each.id, found[client]?.seconds);
  if (each.sure.length === 0) return;
  const sound = await well();
  await compareAsked(each, [pod, deployment, password], [sound.pod, sound.deployment]);
}

/** Makes a mistake, and compares its messages with the page. */
async function meet(each: Case, atEnd: Finally): Promise<void> {
  const faulty = await prepared(each, atEnd);
  await each.before?.(faulty.door);
  await compareClients(each, faulty, () => soundServers(each, atEnd), each.password);
}

describe.concurrent('the page on repairs has the message of', () => {
  test.for(CASES)('$id', async (each, { onTestFinished, skip }) => {
    if (each.id === 'redis-localhost')
      skip(await isKnown('redis.localhost'), 'this system knows redis.localhost');
    if (each.network === undefined) await meet(each, onTestFinished);
    else {
      skip(process.platform !== 'linux' || process.getuid?.() !== 0, 'only root on Linux may');
      await inOwnNetwork(each.network, onTestFinished, () => meet(each, onTestFinished));
    }
  });

  test('tls-unexpected', async ({ expect, onTestFinished }) => {
    const each = { id: 'tls-unexpected', client: { tls: true } } as const;
    const { pod, deployment } = await prepared(each, onTestFinished);
    const { sessions, ...others } = await pod.attempt(8);
    expect(Object.values(others).map(({ says }) => says)).toEqual(Array(4).fill('hangs'));
    expect(sessions?.says).toMatch(/^TimeoutError/);
    compareTime(each.id, sessions?.seconds);
    expect(causesOf(sessions?.says ?? '').map(({ id }) => id)).toEqual([each.id]);
    const sure = [{ of: 'troubleshoot.plain', fault: ['NOAUTH'] }] as const;
    const well = await prepared({ server: { tls: true } }, onTestFinished);
    await compareAsked({ ...each, sure }, [pod, deployment], [well.pod, well.deployment]);
  });

  test('bad-directive', async ({ onTestFinished }) => {
    const files = altered(emitted({ auth: 'none' }), 'protected-mode yes', 'protect-mode : no');
    const start = startRedis(textAt(files, 'redis/redis.conf'), onTestFinished);
    const said = await start.then(() => 'It starts.', String);
    compare('bad-directive', [said]);
    // The page has one read it there.
    expect(said).toMatch(/Reading the configuration file, at line \d+\n>>> 'protect-mode : no'/);
  });

  test('no-such-option', async ({ onTestFinished }) => {
    const { pod } = await prepared({}, onTestFinished);
    const command = `cd ${DEFAULTS.project} && celery -A pod.xapi.xapi_tasks -l INFO`;
    compare('no-such-option', [await pod.type(command)]);
  });
});

interface SentinelCase extends Message {
  /** The mistake in the files of the web server. */
  readonly change: (deployed: Deployed) => readonly ConfigFile[];
  /** The name of the master, where it is not the usual one. */
  readonly master?: string;
  /** The architecture as the administrator sees it, where it differs from the real one. */
  readonly described?: (real: Architecture) => Partial<Architecture>;
}

const SENTINEL_CASES: SentinelCase[] = [
  {
    id: 'sentinel-no-master',
    change: ({ files, deployment: { redis } }) =>
      altered(files, new RegExp(`\\b${redis.sentinel?.endpoints[0]?.port}\\b`, 'g'), '1'),
    described: ({ sentinels }) => ({ sentinels: sentinels.replace(/:\d+/g, ':1') }),
    sure: [{ of: 'troubleshoot.sentinels', fault: ['Connection refused'] }],
  },
  {
    id: 'sentinel-no-master',
    master: 'master-of-pod',
    change: ({ files }) => altered(files, 'master-of-pod', DEFAULTS.master),
    described: () => ({ master: DEFAULTS.master }),
    sure: [{ of: 'troubleshoot.sentinels', shows: /^127\.0\.0\.1\n\d+$/m }],
  },
  {
    id: 'sentinel-no-master-name',
    change: ({ files }) => altered(files, /^ *"master_name": .*\n/gm, ''),
    fail: [CELERY, XAPI],
    sure: [{ of: 'troubleshoot.settings', sound: ["'master_name'"] }],
  },
  {
    id: 'sentinel-factory',
    change: ({ files }) => altered(files, /^DJANGO_REDIS_CONNECTION_FACTORY = .*$/gm, ''),
    fail: ['default', 'select2'],
    worker: false,
    sure: [{ of: 'troubleshoot.settings', fault: ['DJANGO_REDIS_CONNECTION_FACTORY = None'] }],
  },
  {
    id: 'sentinel-read-only',
    change: ({ deployment: { architecture }, password }) =>
      emitted({ ...architecture, sentinels: '', host: '127.0.0.2' }, { password }),
    cli: (door) => ask({ ...door, host: '127.0.0.2' }, 'SET', 'key', 'value'),
    described: () => ({ sentinels: '', host: '127.0.0.2' }),
    sure: [{ of: 'troubleshoot.state', fault: ['role:slave'], sound: ['role:master'] }],
  },
];

/** Starts Redis servers and their sentinels. */
function deployWithSentinels(atEnd: Finally, master = DEFAULTS.master): Promise<Deployed> {
  const sentinelHosts = ['127.0.0.1', '127.0.0.2', '127.0.0.3'];
  return deploy({ xapi: true, sentinelHosts, master }, atEnd, { password: PASSWORD });
}

/** The message of each client that fails. */
async function failures(pod: PodServer): Promise<Record<string, string>> {
  const found = Object.entries(await pod.attempt(20));
  return Object.fromEntries(found.flatMap(([name, { says }]) => (says ? [[name, says]] : [])));
}

/** The same with sentinels: {@link meet}. */
async function meetWithSentinels(
  each: SentinelCase,
  deployed: Deployed,
  atEnd: Finally,
): Promise<void> {
  const pod = await anotherServer({ ...deployed, files: each.change(deployed) }, atEnd);
  const { door, deployment } = deployed;
  const { architecture } = deployment;
  const described = plan({ ...architecture, ...each.described?.(architecture) });
  await compareClients(each, { pod, deployment: described, door }, async () => {
    return { pod: await anotherServer(deployed, atEnd), deployment };
  });
}

const NOT_LINUX = 'only Linux has all of 127.0.0.0/8';

describe.concurrent('with Sentinel, the page on repairs has the message of', () => {
  // A mistake in one web server changes nothing for another.
  let shared: Promise<Deployed> | undefined;
  const { atEnd, undo } = gatherUndos();
  afterAll(undo);

  test.for(SENTINEL_CASES)('$id', async (each, { onTestFinished, skip }) => {
    skip(process.platform !== 'linux', NOT_LINUX);
    const deployed =
      each.master === undefined
        ? (shared ??= deployWithSentinels(atEnd))
        : deployWithSentinels(onTestFinished, each.master);
    await meetWithSentinels(each, await deployed, onTestFinished);
  });

  test('sentinel-localhost', async ({ expect, onTestFinished, skip }) => {
    skip(process.platform !== 'linux', NOT_LINUX);
    skip(process.getuid?.() !== 0, 'only root makes a network where nothing listens');
    await inOwnNetwork([], onTestFinished, async () => {
      const deployed = await deployWithSentinels(onTestFinished);
      const files = altered(deployed.files, /^ *"host": None,\n/gm, '');
      const pod = await anotherServer({ ...deployed, files }, onTestFinished);
      const said = [await failures(pod)];
      for (const asks of ['', 'requirepass another', `requirepass ${PASSWORD}`]) {
        const conf = `bind 127.0.0.1\nport ${DEFAULTS.port}\n${asks}\n`;
        const redis = await startRedis(conf, onTestFinished);
        said.push(await failures(pod));
        await redis.stop();
      }
      expect(said.map((failed) => Object.keys(failed))).toEqual([
        ['sessions'],
        ['sessions'],
        ['sessions'],
        [],
      ]);
      const { deployment } = deployed;
      const id = 'sentinel-localhost';
      const lines = said.flatMap((failed) => Object.values(failed));
      compare(id, lines);
      const found = lines.map((line) => causesOf(line).map((cause) => cause.id as string));
      expect(found.map((ids) => ids.includes(id))).toEqual([true, true, false]);
      const well = await anotherServer(deployed, onTestFinished);
      const sure = [{ of: 'troubleshoot.settings', sound: ["'host': None"] }] as const;
      await compareAsked({ id, sure }, [pod, deployment], [well, deployment]);
    });
  });
});

test.each(['fr', 'en'] as const)('each message of the page is tested here: %s', (language) => {
  const others = ['tls-unexpected', 'bad-directive', 'no-such-option', 'sentinel-localhost'];
  const tested = new Set([...[...CASES, ...SENTINEL_CASES].map(({ id }) => id), ...others]);
  expect([...PAGE[language].keys()].sort()).toEqual([...tested].sort());
});
