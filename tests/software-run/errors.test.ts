import { lookup } from 'node:dns/promises';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { DEFAULTS, type Architecture } from '../../src/core/architecture.ts';
import { TLS_FOLDER } from '../../src/core/emit/redis.ts';
import type { ConfigFile } from '../../src/core/files.ts';
import { plan } from '../../src/core/plan.ts';
import { urlPart } from '../../src/core/quote.ts';
import { emitted, textAt } from '../core/emitted.ts';
import { python } from '../software.ts';
import { altered } from './altered.ts';
import { makeCertificates } from './certificates.ts';
import { deploy, type Deployed } from './deployed.ts';
import { PodServer } from './pod.ts';
import { freePort, inOwnNetwork, run, until, type Finally } from './processes.ts';
import { ask, startRedis, type Door } from './redis.ts';

/** What the page on repairs says under a message: its heading and what the clients say. */
interface Entry {
  /** The messages, as the page has them. */
  readonly messages: string[];
  /** The list item that has them. */
  readonly text: string;
}

/** Whose messages these clients have: those of Debian 12, or those of the versions Pod pins. */
const { stdout: major } = await run(python(), ['-c', 'import redis; print(redis.VERSION[0])']);
const STACK = Number(major) < 5 ? 'Debian 12' : 'Pod';

/** What the page says in a language, by the anchor of the heading. */
function entriesOf(language: 'fr' | 'en'): Map<string, Entry> {
  const path = join(import.meta.dirname, `../../src/content/docs/${language}/troubleshoot.mdx`);
  const text = readFileSync(path, 'utf8');
  const sections = ['messages', 'sentinel'].map(
    (id) => new RegExp(`^## .*\\{#${id}\\}$(.*?)^## `, 'ms').exec(text)?.[1] ?? '',
  );
  const entries = sections
    .flatMap((section) => section.split(/^### /m).slice(1))
    .map((part): [string, Entry] => {
      const [, heading = '', id = ''] = /^(.*) \{#(.*)\}$/m.exec(part) ?? [];
      const items = part.match(/^- .*$/gm) ?? [];
      const [first = ''] = items;
      const text = items.find((item) => item.split('**')[1]?.includes(STACK)) ?? first;
      const code = [...`${heading} ${text}`.matchAll(/`([^`]+)`/g)].map(([, span = '']) => span);
      const commands = ['celery', 'redis-cli'];
      return [id, { messages: code.filter((span) => !commands.includes(span)), text }];
    });
  return new Map(entries);
}

const PAGE = { fr: entriesOf('fr'), en: entriesOf('en') };

/** Finds a message of the page, which leaves out some of it and knows no address. */
function pattern(message: string): RegExp {
  const exact = message.split(/(HOST:PORT|…)/).map((part) => {
    if (part === 'HOST:PORT') return String.raw`\S+:\d+`;
    return part === '…' ? '.*' : RegExp.escape(part);
  });
  return new RegExp(exact.join(''), 's');
}

/** Holds what the software said against the page, each way and in both languages. */
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
}

const PASSWORD = 'pass/word';

interface Case {
  readonly id: string;
  /** What Redis has, other than the defaults with a password and xAPI. */
  readonly server?: Partial<Architecture>;
  /** What its clients have instead. */
  readonly client?: Partial<Architecture>;
  readonly password?: string;
  /** Whether they trust another authority than that of its certificate. */
  readonly distrust?: true;
  /** What is changed in the files of both. */
  readonly change?: (files: readonly ConfigFile[]) => readonly ConfigFile[];
  /** What is done to Redis before the clients come. */
  readonly before?: (door: Door) => Promise<unknown>;
  /** The clients that fail, if not all of them. */
  readonly fail?: readonly string[];
  /** The clients that fail after as many seconds as the page says. */
  readonly takes?: readonly string[];
  /** Whether redis-cli says it as well. */
  readonly cli?: true;
  /** Whether the worker does; it does unless told otherwise. */
  readonly worker?: false;
  /** The addresses of a network of its own that it happens in. */
  readonly network?: readonly string[];
}

const CELERY = 'pod.main.celery.task_start_encode';
const XAPI = 'pod.xapi.xapi_tasks.send_xapi_statement_task';
const CLIENTS = ['default', 'select2', 'sessions', CELERY, XAPI];

const NO_SUCH_DATABASES = {
  'db.select2': 16,
  'db.default': 17,
  'db.sessions': 18,
  'db.encoding': 19,
  'db.xapi': 20,
};

const CASES: Case[] = [
  { id: 'noauth', client: { auth: 'none' }, cli: true },
  { id: 'wrongpass', password: 'another' },
  { id: 'refused', client: { port: 1 } },
  { id: 'db-range', client: NO_SUCH_DATABASES },
  {
    id: 'db-not-a-number',
    change: (files) => altered(files, /(?<=^CELERY_BROKER_URL = ".*)(?="$)/gm, '-tenant1'),
    fail: [CELERY],
  },
  {
    id: 'url-password',
    change: (files) => altered(files, urlPart(PASSWORD), PASSWORD),
    fail: CLIENTS.filter((client) => client !== 'sessions'),
  },
  { id: 'tls-missing', server: { tls: true }, client: { tls: false } },
  { id: 'tls-authority', server: { tls: true }, distrust: true },
  { id: 'redis-localhost', client: { host: 'redis.localhost', port: 6379 } },
  {
    id: 'protected-mode',
    server: { auth: 'none', host: '10.9.8.7' },
    network: ['10.9.8.7'],
    cli: true,
  },
  {
    id: 'broker-unset',
    // Where there is no RabbitMQ.
    network: [],
    change: (files) => altered(files, /^(XAPI_)?CELERY_BROKER_URL = .*$/gm, ''),
    fail: [CELERY, XAPI],
    takes: [CELERY, XAPI],
  },
  {
    id: 'acl-channels',
    server: { auth: 'acl' },
    change: (files) => altered(files, ' &* ', ' '),
    fail: [],
  },
  {
    id: 'cluster',
    client: { 'db.encoding': 0 },
    change: (files) => altered(files, /^appendonly yes$/gm, 'cluster-enabled yes'),
    before: async (door) => {
      await ask(door, 'CLUSTER', 'ADDSLOTSRANGE', '0', '16383');
      await until(async () => (await ask(door, 'CLUSTER', 'INFO')).join().includes('state:ok'));
    },
  },
  {
    id: 'out-of-memory',
    change: (files) =>
      altered(files, 'maxmemory-policy volatile-ttl', 'maxmemory-policy noeviction'),
    before: (door) => ask(door, 'CONFIG', 'SET', 'maxmemory', '1'),
    worker: false,
  },
];

/** Starts a Redis, and gives a web server that has the files of another architecture. */
async function prepared(each: Case, atEnd: Finally): Promise<{ pod: PodServer; door: Door }> {
  const folder = await makeCertificates(atEnd);
  const port = await freePort();
  const ca = join(folder, 'ca.crt');
  const usual = { ...DEFAULTS, auth: 'password', xapi: true, port, ca } as const;
  const server: Architecture = { ...usual, ...each.server };
  const { change = (files: readonly ConfigFile[]) => files } = each;
  const conf = textAt(change(emitted(server, { password: PASSWORD })), 'redis/redis.conf');
  await startRedis(conf.replaceAll(TLS_FOLDER, folder), atEnd);

  const trusted = each.distrust ? join(await makeCertificates(atEnd), 'ca.crt') : ca;
  const client: Architecture = { ...server, ca: trusted, ...each.client };
  const files = change(emitted(client, { password: each.password ?? PASSWORD }));
  const [group] = plan(client).servers;
  if (!group) throw new Error('There is no server.');
  const pod = await PodServer.create(group, files, atEnd);
  return { pod, door: { host: plan(server).redis.host, port, password: PASSWORD } };
}

/** What a worker says that cannot work, to the end of the line. */
const WORKER_FAILS = /(Cannot connect to|Unrecoverable error:|^\w+Error:) .*\n/m;

/** Holds the seconds that a client took against those that the page says. */
function compareTime(id: string, seconds = 0): void {
  for (const page of Object.values(PAGE)) {
    const [, said] = /(\d+)\ss\b/.exec(page.get(id)?.text ?? '') ?? [];
    // On a busy machine everything takes longer.
    expect(seconds).toBeGreaterThan(Number(said) * 0.8);
    expect(seconds).toBeLessThan(Number(said) * 2 + 2);
  }
}

/** Whether a name has an address. */
const isKnown = (name: string) =>
  lookup(name).then(
    () => true,
    () => false,
  );

/** Makes a mistake, and holds what each client says then against the page. */
async function meet(each: Case, atEnd: Finally): Promise<void> {
  const { pod, door } = await prepared(each, atEnd);
  const { host, port } = door;
  await each.before?.(door);
  const found = await pod.attempt(20);
  const failed = Object.entries(found).filter(([, { says }]) => says !== null);
  expect(failed.map(([name]) => name)).toEqual(each.fail ?? CLIENTS);
  const said = failed.map(([, { says }]) => says ?? '');
  if (each.cli) said.push((await ask({ host, port }, 'PING')).join());
  if (each.worker !== false)
    said.push(await pod.celeryUntil(WORKER_FAILS, '-A', 'pod.main', 'worker', '-l', 'INFO'));
  compare(each.id, said);
  for (const client of each.takes ?? []) compareTime(each.id, found[client]?.seconds);
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
    const each = { id: 'tls-unexpected', client: { tls: true } };
    const { pod } = await prepared(each, onTestFinished);
    const { sessions, ...others } = await pod.attempt(8);
    expect(Object.values(others).map(({ says }) => says)).toEqual([
      'hangs',
      'hangs',
      'hangs',
      'hangs',
    ]);
    expect(sessions?.says).toMatch(/^TimeoutError/);
    compareTime(each.id, sessions?.seconds);
  });

  test('bad-directive', async ({ onTestFinished }) => {
    const files = altered(emitted({ auth: 'none' }), 'protected-mode yes', 'protect-mode : no');
    const start = startRedis(textAt(files, 'redis/redis.conf'), onTestFinished);
    compare('bad-directive', [await start.then(() => 'It starts.', String)]);
  });

  test('no-such-option', async ({ onTestFinished }) => {
    const { pod } = await prepared({ id: 'no-such-option' }, onTestFinished);
    const { stderr } = await pod.celery('-A', 'pod.xapi.xapi_tasks', '-l', 'INFO');
    compare('no-such-option', [stderr]);
  });
});

interface SentinelCase {
  readonly id: string;
  /** What is wrong with the files of the web server. */
  readonly change: (deployed: Deployed) => readonly ConfigFile[];
  /** The clients that fail, if not all of them. */
  readonly fail?: readonly string[];
  /** Whether the worker says it as well. */
  readonly worker?: true;
  /** A Redis that redis-cli cannot write to either. */
  readonly cli?: string;
  /** What the name of the master is, where it is not the usual one. */
  readonly master?: string;
}

const SENTINEL_CASES: SentinelCase[] = [
  {
    id: 'sentinel-no-master',
    change: ({ files, deployment: { redis } }) =>
      altered(files, new RegExp(`\\b${redis.sentinel?.endpoints[0]?.port}\\b`, 'g'), '1'),
    worker: true,
  },
  {
    id: 'sentinel-no-master',
    master: 'master-of-pod',
    change: ({ files }) => altered(files, 'master-of-pod', DEFAULTS.master),
    worker: true,
  },
  {
    id: 'sentinel-no-master-name',
    change: ({ files }) => altered(files, /^ *"master_name": .*\n/gm, ''),
    fail: [CELERY, XAPI],
    worker: true,
  },
  {
    id: 'sentinel-factory',
    change: ({ files }) => altered(files, /^DJANGO_REDIS_CONNECTION_FACTORY = .*$/gm, ''),
    fail: ['default', 'select2'],
  },
  {
    id: 'sentinel-read-only',
    change: ({ deployment: { architecture }, password }) =>
      emitted({ ...architecture, sentinels: '', host: '127.0.0.2' }, { password }),
    worker: true,
    cli: '127.0.0.2',
  },
];

/** Starts Redis servers and their sentinels. */
function deployWithSentinels(atEnd: Finally, master = DEFAULTS.master): Promise<Deployed> {
  const sentinelHosts = ['127.0.0.1', '127.0.0.2', '127.0.0.3'];
  return deploy({ xapi: true, sentinelHosts, master }, atEnd, PASSWORD);
}

/** A web server of a deployment that has other files. */
function podWith(
  { deployment }: Deployed,
  files: readonly ConfigFile[],
  atEnd: Finally,
): Promise<PodServer> {
  const [group] = deployment.servers;
  if (!group) throw new Error('There is no server.');
  return PodServer.create(group, files, atEnd);
}

/** What each client says that fails. */
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
  const pod = await podWith(deployed, each.change(deployed), atEnd);
  const failed = await failures(pod);
  expect(Object.keys(failed)).toEqual(each.fail ?? CLIENTS);
  const said = Object.values(failed);
  if (each.cli !== undefined)
    said.push((await ask({ ...deployed.door, host: each.cli }, 'SET', 'key', 'value')).join());
  if (each.worker)
    said.push(await pod.celeryUntil(WORKER_FAILS, '-A', 'pod.main', 'worker', '-l', 'INFO'));
  compare(each.id, said);
}

const NOT_LINUX = 'only Linux has all of 127.0.0.0/8';

describe.concurrent('with Sentinel, the page on repairs has the message of', () => {
  // What is wrong in one web server changes nothing for another.
  let shared: Promise<Deployed> | undefined;
  const undos: (() => Promise<void>)[] = [];
  afterAll(async () => {
    for (const undo of undos.reverse()) await undo();
  });

  test.for(SENTINEL_CASES)('$id', async (each, { onTestFinished, skip }) => {
    skip(process.platform !== 'linux', NOT_LINUX);
    const deployed =
      each.master === undefined
        ? (shared ??= deployWithSentinels((undo) => undos.push(undo)))
        : deployWithSentinels(onTestFinished, each.master);
    await meetWithSentinels(each, await deployed, onTestFinished);
  });

  test('sentinel-localhost', async ({ expect, onTestFinished, skip }) => {
    skip(process.platform !== 'linux', NOT_LINUX);
    skip(process.getuid?.() !== 0, 'only root makes a network where nothing listens');
    await inOwnNetwork([], onTestFinished, async () => {
      const deployed = await deployWithSentinels(onTestFinished);
      const files = altered(deployed.files, /^ *"host": None,\n/gm, '');
      const pod = await podWith(deployed, files, onTestFinished);
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
      compare(
        'sentinel-localhost',
        said.flatMap((failed) => Object.values(failed)),
      );
    });
  });
});

test.each(['fr', 'en'] as const)('each message of the page is tested here: %s', (language) => {
  const others = ['tls-unexpected', 'bad-directive', 'no-such-option', 'sentinel-localhost'];
  const tested = new Set([...[...CASES, ...SENTINEL_CASES].map(({ id }) => id), ...others]);
  expect([...PAGE[language].keys()].sort()).toEqual([...tested].sort());
});
