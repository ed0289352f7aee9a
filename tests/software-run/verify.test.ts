import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { describe, test, type ExpectStatic } from 'vitest';
import { DEFAULTS, type Architecture } from '../../src/model/architecture.ts';
import { plan } from '../../src/model/deployment.ts';
import { speaker, type Params, type TextKey } from '../../src/model/say.ts';
import type { Role } from '../../src/pod/roles.ts';
import { TEXTS, type Language } from '../../src/site/texts.ts';
import { answers, derived } from '../emit/answers.ts';
import { emitted, textAt } from '../emit/emitted.ts';
import { limit } from '../sets.ts';
import { nft } from '../software.ts';
import { environment } from '../stacks/environment.ts';
import { needStack } from '../stacks/need.ts';
import type { PackagesName } from '../stacks/stacks.ts';
import { altered } from './altered.ts';
import { makeCertificates } from './certificates.ts';
import { anotherServer, deploy, type Change, type Choices, type Deployed } from './deployed.ts';
import { packagesFor, type PodServer } from './pod.ts';
import { freePort, inOwnNetwork, run, until, type Finally } from './processes.ts';
import { ask, startRedis, startSentinel } from './redis.ts';

needStack();

const LANGUAGES = ['fr', 'en'] as const;

/** How long a script may take, in seconds: one that hangs is worse than one that finds nothing. */
const PATIENCE = limit(60) / 1000;

const says = (language: Language, key: TextKey, params?: Params) =>
  speaker(TEXTS[language], language)(key, params);

/** The output of a script, and how it ended. */
interface Verdict {
  readonly status: number | null;
  /** Its lines, without the one for the password. */
  readonly lines: readonly string[];
  readonly wrong: readonly string[];
  readonly seconds: number;
}

function verdictOf(
  { status, stdout, stderr }: { status: number | null; stdout: string; stderr: string },
  started: number,
): Verdict {
  const lines = (stdout + stderr).split('\n').filter((line) => line !== '');
  const wrong = lines.filter((line) => line.startsWith('✗'));
  return { status, lines, wrong, seconds: (performance.now() - started) / 1000 };
}

/** Runs the script of one server. */
async function verify(
  architecture: Architecture,
  place: string,
  language: Language,
  typed: string,
): Promise<Verdict> {
  const started = performance.now();
  const script = textAt(emitted(architecture, { language }), place);
  const input = answers(script, typed);
  return verdictOf(await run('bash', ['-c', script], { input }), started);
}

/** A program that is not Redis, until the test ends; it keeps silent without a greeting. */
async function otherProgram(
  port: number,
  atEnd: Finally,
  greeting?: string | Uint8Array,
): Promise<void> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    if (greeting !== undefined) socket.end(greeting);
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  atEnd(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
}

/** The certificate and the key in a folder that {@link makeCertificates} has made. */
const keyPair = async (folder: string) => ({
  cert: await readFile(join(folder, 'redis.crt')),
  key: await readFile(join(folder, 'redis.key')),
});

/** An answer to connections that asks for a password, and all that it has heard. */
function askingForPassword() {
  let heard = '';
  const answer = (socket: Socket): void => {
    socket.on('error', () => undefined);
    socket.on('data', (data) => {
      heard += String(data);
      socket.write('-NOAUTH Authentication required.\r\n');
    });
  };
  return { answer, heard: () => heard };
}

/** The surroundings of a fault. */
interface Scene {
  readonly port: number;
  /** The folder of the authority, the certificate and the socket. */
  readonly folder: string;
  readonly atEnd: Finally;
}

/** The definition of a fault; by default on a server with Redis alone. */
interface Options {
  readonly choices?: Partial<Architecture> | ((scene: Scene) => Partial<Architecture>);
  /** The script is that of an encoding server, which writes to Redis. */
  readonly encoding?: true;
  readonly place?: string;
  readonly typed?: string;
  /** The addresses of a separate network, if the fault needs one. */
  readonly network?: readonly string[];
  /** The lines of redis.conf, or those besides the address, the port and the password. */
  readonly conf?: ((scene: Scene) => readonly string[]) | readonly string[];
  /** No Redis runs. */
  readonly stopped?: true;
  readonly prepare?: (scene: Scene) => Promise<void>;
  /** The names of the certificate, other than localhost and 127.0.0.1. */
  readonly names?: string;
  /** The parameters of the text, other than the architecture's own values. */
  readonly params?: Params;
  /** The number of errors: two where Redis itself answers, and no worker. */
  readonly count?: number;
}

/** A fault of Redis or of the network between, and the text of its error. */
const fault = (name: string, says: TextKey, options: Options = {}) => ({
  name,
  key: says,
  options,
});
type Fault = ReturnType<typeof fault>;

const FAR = '10.9.8.7';
const PASSWORD = 'requirepass secret';
const loopback = ({ port }: Scene) => ['bind 127.0.0.1', `port ${port}`];
const durable = ['appendonly yes', 'maxmemory-policy volatile-ttl'];
const encrypted = ({ port, folder }: Scene) => [
  'bind 127.0.0.1',
  'port 0',
  `tls-port ${port}`,
  `tls-cert-file ${folder}/redis.crt`,
  `tls-key-file ${folder}/redis.key`,
  `tls-ca-cert-file ${folder}/ca.crt`,
  'tls-auth-clients no',
  PASSWORD,
  ...durable,
];
const far = ({ port }: Scene) => [`bind ${FAR}`, `port ${port}`];
const user = (rights: string) => [
  `user pod-admin on >secret ~* &* ${rights}`,
  `user pod-encoding on >${derived('secret', 'pod-encoding')} ~* &* ${rights}`,
  'user default off',
];

const FAULTS: readonly Fault[] = [
  fault('a wrong password', 'verify.password.wrong', { typed: 'wrong' }),
  fault('an empty password', 'verify.password.none', { typed: '' }),
  fault('a password that nobody gives', 'verify.password.asked', { choices: { auth: 'none' } }),
  fault('no password in Redis', 'verify.password.unset', { conf: loopback }),
  ...(['none', 'password', 'acl'] as const).map((auth) =>
    fault(`protected mode, authentication: ${auth}`, 'verify.protected', {
      choices: { auth, host: FAR },
      network: [`${FAR}/32`],
      conf: far,
    }),
  ),
  fault('an unknown ACL user', 'verify.user.wrong', { choices: { auth: 'acl' } }),
  fault('an ACL user who may not write', 'verify.user.rights', {
    encoding: true,
    choices: { auth: 'acl' },
    conf: (scene) => [...loopback(scene), ...user('+@all -@dangerous -@write +info')],
    count: 2,
  }),
  fault('Redis that is stopped', 'verify.refused', { stopped: true, params: { port: 'port' } }),
  fault('Redis that is stopped, by TLS', 'verify.refused', {
    choices: { tls: true },
    stopped: true,
    params: { port: 'tls-port' },
  }),
  fault('another program on the port', 'verify.program', {
    stopped: true,
    prepare: ({ port, atEnd }) => otherProgram(port, atEnd, 'SSH-2.0-OpenSSH_9.2\r\n'),
  }),
  fault('a program that keeps silent on the port', 'verify.silent', {
    stopped: true,
    prepare: ({ port, atEnd }) => otherProgram(port, atEnd),
  }),
  fault('a name that leads nowhere', 'verify.name', {
    choices: { host: 'redis.univ.fr' },
    network: [],
    stopped: true,
  }),
  fault('no route', 'verify.route', {
    choices: { host: '203.0.113.1' },
    network: [],
    stopped: true,
  }),
  fault('a firewall', 'verify.route', {
    choices: { host: FAR },
    network: [`${FAR}/32`],
    conf: (scene) => [...far(scene), PASSWORD],
    prepare: async ({ port }) => {
      const rule = `add table inet t; add chain inet t c { type filter hook input priority 0; }; add rule inet t c tcp dport ${port} drop`;
      const { status, stderr } = await run(nft(), [rule]);
      if (status !== 0) throw new Error(stderr);
    },
  }),
  fault('TLS against a plain port', 'verify.tls.none', { choices: { tls: true } }),
  fault('plain against a TLS port', 'verify.cut', { conf: encrypted }),
  fault('TLS of a server that wants a certificate of its clients', 'verify.tls.cut', {
    choices: { tls: true },
    conf: (scene) => [...encrypted(scene), 'tls-auth-clients yes'],
  }),
  fault('a certificate of another name', 'verify.tls.name', {
    choices: { tls: true, host: 'localhost' },
    names: 'DNS:redis.univ.fr,IP:127.0.0.1',
    conf: encrypted,
  }),
  fault('a certificate of another address', 'verify.tls.name', {
    choices: { tls: true, host: '127.0.0.9' },
    conf: (scene) => [...encrypted(scene), 'bind 127.0.0.9'],
  }),
  fault('a certificate of another authority', 'verify.ca.other', {
    choices: ({ folder }) => ({ tls: true, ca: join(folder, 'redis.crt') }),
    conf: encrypted,
  }),
  fault('an authority whose file is not there', 'verify.ca.missing', {
    choices: { tls: true, ca: '/srv/none.crt' },
    conf: encrypted,
  }),
  fault('a socket that is not there', 'verify.socket.missing', {
    choices: ({ folder }) => ({
      redis: 'web',
      arch: 'standalone',
      socket: join(folder, 'redis.sock'),
    }),
    place: 'web/verify.sh',
    stopped: true,
  }),
  fault('a number beyond the databases', 'verify.database.missing', {
    encoding: true,
    choices: { 'db.encoding': 9 },
    conf: ['databases 9'],
    count: 2,
  }),
  fault('full memory', 'verify.full', { encoding: true, conf: ['maxmemory 1kb'], count: 2 }),
  fault('a replica', 'verify.replica', {
    encoding: true,
    conf: ['replicaof 127.0.0.1 1'],
    count: 2,
  }),
  ...(['password', 'acl'] as const).flatMap((auth): Fault[] => {
    const login = auth === 'acl' ? user('+@all -@dangerous +info +config|get') : [PASSWORD];
    const byAuth = (name: string, says: TextKey, ...lines: string[]) =>
      fault(`${name}, authentication: ${auth}`, says, {
        choices: { auth },
        conf: (scene) => [...loopback(scene), ...login, ...lines],
      });
    const evicting = ['appendonly yes', 'maxmemory-policy allkeys-lru'];
    return [
      byAuth('snapshots alone', 'verify.persistence.bad', 'maxmemory-policy volatile-ttl'),
      byAuth('a policy that evicts queues', 'verify.eviction.bad', ...evicting),
    ];
  }),
  fault('protected mode off', 'verify.protection.bad', { conf: [...durable, 'protected-mode no'] }),
  fault('no virtual environment', 'verify.venv', {
    encoding: true,
    choices: { 'venv.encode': '/srv/nothing' },
    params: { path: '/srv/nothing' },
  }),
  fault('no project', 'verify.project', {
    encoding: true,
    choices: ({ folder }) => ({ project: '/srv/nothing', 'venv.encode': folder }),
    prepare: async ({ folder }) => {
      await mkdir(join(folder, 'bin'));
      await writeFile(join(folder, 'bin/celery'), '', { mode: 0o755 });
    },
    params: { path: '/srv/nothing' },
  }),
];

async function meet({ key, options }: Fault, expect: ExpectStatic, atEnd: Finally): Promise<void> {
  const folder = await makeCertificates(atEnd, options.names);
  const scene: Scene = { port: await freePort(), folder, atEnd };
  const { choices, encoding, conf = [], typed = 'secret', count = 1 } = options;
  const place = encoding ? 'encoding/verify.sh' : (options.place ?? 'redis/verify.sh');
  const architecture: Architecture = {
    ...DEFAULTS,
    redis: 'dedicated',
    host: '127.0.0.1',
    ca: join(folder, 'ca.crt'),
    account: userInfo().username,
    ...(encoding && { workers: 1, arch: 'microservices' }),
    ...(typeof choices === 'function' ? choices(scene) : choices),
    port: scene.port,
  };
  if (!options.stopped) {
    const lines =
      typeof conf === 'function' ? conf(scene) : [...loopback(scene), PASSWORD, ...conf];
    await startRedis(lines.join('\n'), atEnd);
  }
  await options.prepare?.(scene);
  const { host, ca, account } = architecture;
  const named = encoding ? 'pod-encoding' : 'pod-admin';
  const params = { host, user: named, ca, account, ...options.params };
  for (const language of LANGUAGES) {
    const verdict = await verify(architecture, place, language, typed);
    expect(verdict.wrong.join('\n')).toContain(says(language, key, params).replace('%s', host));
    expect(verdict.status).toBe(1);
    expect(verdict.lines).toContain(`${says(language, 'verify.wrong')} ${count}`);
    expect(verdict.wrong).toHaveLength(count);
    expect(verdict.seconds).toBeLessThan(PATIENCE);
  }
}

/** Control characters of two alphabets. U+009B, two bytes in UTF-8, begins the same commands as ESC [. */
const CONTROLS = '\x1b]0;owned\x07\x1b[2J\u009b2J\u202e\u061c';

/** Control characters, those that turn the direction of writing, and bytes that are no characters. */
const OBEYED = /[\p{Cc}\u061c\u202a-\u202e\u2066-\u2069\ufffd]/u;

/** The same, as Python's source has them. */
const ESCAPED = String.raw`\x1b]0;owned\x07\x1b[2J\x9b2J`;

describe.concurrent('a script says in a sentence what is wrong with Redis', () => {
  test.for(FAULTS)('$name', async (each, { expect, onTestFinished }) => {
    const { network } = each.options;
    if (network === undefined) await meet(each, expect, onTestFinished);
    else await inOwnNetwork(network, onTestFinished, () => meet(each, expect, onTestFinished));
  });

  test.for(['127.0.0.1', '::1'])(
    'and finds nothing where all is well: %s',
    async (host, { expect, onTestFinished }) => {
      // The machine itself may have no IPv6.
      await inOwnNetwork([], onTestFinished, async () => {
        const folder = await makeCertificates(onTestFinished, `IP:${host}`);
        const port = await freePort();
        const conf = encrypted({ port, folder, atEnd: onTestFinished });
        await startRedis([...conf, `bind ${host}`].join('\n'), onTestFinished);
        const ca = join(folder, 'ca.crt');
        const architecture = {
          ...DEFAULTS,
          redis: 'dedicated',
          host,
          port,
          tls: true,
          ca,
        } as const;
        for (const language of LANGUAGES) {
          const verdict = await verify(architecture, 'redis/verify.sh', language, 'secret');
          const redis = `Redis (${host}, port ${port})${language === 'fr' ? '\u00a0' : ''}:`;
          const good = ['persistence', 'eviction', 'protection'] as const;
          expect(verdict.lines).toEqual([
            `✓ ${redis} ${says(language, 'verify.tls.good')}`,
            `✓ ${redis} ${says(language, 'verify.ping.password')}`,
            ...good.map((each) => `✓ ${says(language, `verify.${each}.good`)}`),
            says(language, 'verify.well'),
          ]);
          expect(verdict.status).toBe(0);
        }
      });
    },
  );

  test('and prints no control character of an answer', async ({ expect, onTestFinished }) => {
    const [port, sentinelPort] = [await freePort(), await freePort()];
    // Some terminals obey the byte 0x9B, which is no character of UTF-8.
    const end = Buffer.from([0x9b, 0x32, 0x4a, 0x0d, 0x0a]);
    const greeting = Buffer.concat([Buffer.from(`-ERR ${CONTROLS}`), end]);
    await otherProgram(port, onTestFinished, greeting);
    const architecture: Architecture = {
      ...DEFAULTS,
      port,
      auth: 'none',
      redis: 'dedicated',
      host: '127.0.0.1',
    };
    const { wrong, lines } = await verify(architecture, 'redis/verify.sh', 'en', '');
    expect(wrong).toHaveLength(1);
    expect(wrong.join()).toContain('ERR  ]0;owned ');
    expect(lines.join('')).not.toMatch(OBEYED);

    // A sentinel, which names a master.
    const name = `127.0.0.1${CONTROLS}`;
    const answer = `*2\r\n$${Buffer.byteLength(name)}\r\n${name}\r\n$1\r\n1\r\n`;
    await otherProgram(sentinelPort, onTestFinished, answer);
    const sentinels = ['127.0.0.1', '127.0.0.2', '127.0.0.3']
      .map((host) => `${host}:${sentinelPort}`)
      .join();
    const led: Architecture = { ...architecture, auth: 'password', sentinels };
    const verdict = await verify(led, 'redis/verify.sh', 'en', 'typed');
    expect(verdict.lines.join('\n')).toContain(' ]0;owned ');
    expect(verdict.lines.join('')).not.toMatch(OBEYED);
  });

  test('an address that is still to be given', async ({ expect }) => {
    const sentinels = 'a.invalid,b.invalid,c.invalid';
    for (const language of LANGUAGES)
      for (const choices of [{}, { sentinels }]) {
        const architecture: Architecture = { ...DEFAULTS, redis: 'dedicated', ...choices };
        const verdict = await verify(architecture, 'web/verify.sh', language, '');
        expect(verdict.status).toBe(1);
        expect(verdict.wrong).toEqual([`✗ ${says(language, 'verify.placeholder')}`]);
      }
  });
});

/** The verdict of the script on the first server, which is set up anew in a language. */
async function verifyPod(
  architecture: Architecture,
  language: Language,
  password: string,
  typed: string,
  atEnd: Finally,
  change: Change = (files) => files,
): Promise<Verdict> {
  const files = change(emitted(architecture, { language, password }));
  const pod = await anotherServer({ deployment: plan(architecture), files }, atEnd);
  if (architecture.sessions === 'cached_db') await pod.migrate();
  const started = performance.now();
  return verdictOf(await pod.verify(typed), started);
}

describe.concurrent('a script of a server of Pod', () => {
  test.for<Partial<Architecture>>([
    { xapi: true },
    { arch: 'microservices', transcription: true, xapi: true, tls: true, auth: 'acl' },
    { arch: 'microservices', service: 'init' },
    { arch: 'standalone', socket: 'redis.sock' },
    { redis: 'docker', host: '127.0.0.1' },
  ])(
    'finds nothing where all is well, and each worker that is stopped: %j',
    async (choices, { expect, onTestFinished }) => {
      const { deployment, password, pods, door } = await deploy(choices, onTestFinished);
      const { architecture } = deployment;
      const [pod] = pods;
      await pod?.startWorkers();
      const consumers = deployment.uses.filter(({ as }) => as === 'consumer');
      for (const language of LANGUAGES) {
        const verdict = await verifyPod(architecture, language, password, password, onTestFinished);
        expect(verdict.wrong).toEqual([]);
        expect(verdict.lines).toContain(says(language, 'verify.well'));
        expect(verdict.status).toBe(0);
        for (const { queue = '' } of consumers)
          expect(verdict.lines).toContain(`✓ ${says(language, 'verify.worker.good', { queue })}`);
      }
      await until(async () => {
        for (const { number } of deployment.databases)
          if ((await ask(door, '-n', String(number), 'EXISTS', 'redis-pod-check')).join() !== '0')
            return false;
        return true;
      });
      await pod?.killWorkers();
      for (const language of LANGUAGES) {
        const verdict = await verifyPod(architecture, language, password, password, onTestFinished);
        expect(verdict.wrong).toHaveLength(consumers.length);
        for (const { queue = '' } of consumers)
          expect(verdict.wrong.join('\n')).toContain(
            says(language, 'verify.worker.bad', { queue, command: '' }).trimEnd(),
          );
        expect(verdict.status).toBe(consumers.length === 0 ? 0 : 1);
        expect(verdict.seconds).toBeLessThan(PATIENCE);
      }
    },
  );

  test('says what Pod’s own settings have wrong', async ({ expect, onTestFinished }) => {
    const { deployment, password } = await deploy({ arch: 'standalone' }, onTestFinished);
    for (const language of LANGUAGES) {
      const { status, wrong, lines } = await verifyPod(
        deployment.architecture,
        language,
        'other',
        password,
        onTestFinished,
      );
      expect(wrong).toEqual([
        `✗ ${says(language, 'verify.cache.bad', { alias: 'default' })}`,
        `✗ ${says(language, 'verify.cache.bad', { alias: 'select2' })}`,
        `✗ ${says(language, 'verify.session.bad')}`,
      ]);
      expect(lines.filter((line) => /^ {2}\w+Error: .*password/.test(line))).toHaveLength(3);
      expect(status).toBe(1);
    }
  });

  test('says that Pod does not start with its settings, and nothing else', async ({
    expect,
    onTestFinished,
  }) => {
    const { deployment, password } = await deploy({}, onTestFinished);
    for (const language of LANGUAGES) {
      const { status, wrong, lines } = await verifyPod(
        deployment.architecture,
        language,
        password,
        password,
        onTestFinished,
        (files) => altered(files, 'CACHES = {', 'CACHES = }'),
      );
      expect(wrong).toEqual([`✗ ${says(language, 'verify.pod')}`]);
      expect(lines.filter((line) => /^SyntaxError: /.test(line))).toHaveLength(1);
      expect(status).toBe(1);
    }
  });

  test.for([
    ['of a cache', 'django_redis.cache.RedisCache', `x${ESCAPED}`],
    ['that Pod fails with', 'CACHES = {', `raise ValueError("${ESCAPED}")\nCACHES = {`],
  ] as const)(
    'prints no control character of an error %s',
    async ([, from, to], { expect, onTestFinished }) => {
      const { deployment, password } = await deploy({ arch: 'standalone' }, onTestFinished);
      const { wrong, lines } = await verifyPod(
        deployment.architecture,
        'en',
        password,
        password,
        onTestFinished,
        (files) => altered(files, from, to),
      );
      expect(wrong).not.toEqual([]);
      expect(lines.filter((line) => line.includes('owned'))).not.toEqual([]);
      expect(lines.join('')).not.toMatch(/[\p{Cc}]/u);
    },
  );

  test.for(['celery', 'microservices'] as const)(
    'says in a container, too, that Redis is stopped: %s',
    async (arch, { expect, onTestFinished }) => {
      const { deployment, redis } = await deploy(
        { redis: 'docker', host: '127.0.0.1', arch },
        onTestFinished,
      );
      await redis[0]?.stop();
      for (const language of LANGUAGES) {
        const verdict = await verifyPod(deployment.architecture, language, '', '', onTestFinished);
        expect(verdict.wrong).toHaveLength(3);
        expect(verdict.lines.join('\n')).toContain('Connection refused');
        expect(verdict.status).toBe(1);
        expect(verdict.seconds).toBeLessThan(PATIENCE);
      }
    },
  );

  test('asks the sentinels, and the master that they name', async ({ expect, onTestFinished }) => {
    const { deployment, password, sentinels, redis } = await deploy(
      { sentinelHosts: ['127.0.0.2', '127.0.0.3', '127.0.0.4'] },
      onTestFinished,
    );
    const { architecture } = deployment;
    const ports = deployment.redis.sentinel?.endpoints[0]?.port ?? 0;
    const place = (language: Language, host: string) =>
      says(language, 'verify.sentinel.place').replace('%s', host).replace('%s', String(ports));
    const all = (language: Language) => verify(architecture, 'redis/verify.sh', language, password);
    for (const language of LANGUAGES) {
      const verdict = await all(language);
      expect(verdict.wrong).toEqual([]);
      expect(verdict.status).toBe(0);
      const web = await verifyPod(architecture, language, password, password, onTestFinished);
      expect(web.wrong).toEqual([
        expect.stringContaining(
          says(language, 'verify.worker.bad', { queue: 'celery', command: '' }).trimEnd(),
        ),
      ]);
    }

    await sentinels[2]?.stop();
    for (const language of LANGUAGES) {
      const { status, wrong } = await all(language);
      expect(wrong).toEqual([
        expect.stringContaining(
          `${place(language, '127.0.0.4')} ${says(language, 'verify.sentinel.silent')}`,
        ),
      ]);
      expect(status).toBe(1);
    }

    await redis[0]?.stop();
    const said = says('en', 'verify.ping.password');
    await until(async () =>
      (await all('en')).lines.some(
        (line) => /\(127\.0\.0\.[34],/.test(line) && line.endsWith(said),
      ),
    );

    await sentinels[1]?.stop();
    await until(async () =>
      (await all('en')).wrong.some((line) => line.includes(says('en', 'verify.sentinel.quorum'))),
    );
    for (const last of [sentinels[1], sentinels[0]]) {
      await last?.stop();
      for (const language of LANGUAGES) {
        const { status, wrong } = await all(language);
        expect(wrong).toHaveLength(3);
        expect(status).toBe(1);
      }
    }
  });
});

/** A fault of a server of Pod: none of Redis's, and none that a worker's answer would show. */
interface PodFault {
  readonly name: string;
  readonly choices: Choices;
  readonly role: Role;
  /** The texts of its errors, besides those of the workers, which do not run. */
  readonly keys: readonly TextKey[];
  /** The message of the software, after the text or before it. */
  readonly said?: string;
  readonly packages?: PackagesName;
  readonly change?: Change;
  readonly prepare?: (pod: PodServer, deployed: Deployed) => Promise<unknown>;
  /** The script ends before it asks the workers. */
  readonly ends?: true;
}

const ENCODING_SERVER: Choices = {
  arch: 'microservices',
  workers: 1,
  transcription: true,
  redis: 'dedicated',
  host: '127.0.0.1',
};
const SETTINGS_FILE = 'project/pod/custom/settings_local.py';

/** Packages of these versions, as far as a script that asks for their versions sees. */
const versions = (kombu: string, redis: string) => async (pod: PodServer) => {
  for (const [name, version] of Object.entries({ kombu, redis }))
    await pod.write(
      `project/${name}-${version}.dist-info/METADATA`,
      `Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\n`,
    );
};

/** A fault of transcription, on the web server with Celery's worker or on a separate server. */
const unfit = (
  name: string,
  said: string,
  prepare: (pod: PodServer) => Promise<unknown>,
): PodFault[] =>
  (['worker', 'transcription'] as const).map((role) => ({
    name: `${name}: ${role}`,
    choices: role === 'worker' ? { transcription: true } : ENCODING_SERVER,
    role,
    keys: ['verify.transcription.bad'],
    said,
    prepare,
  }));

const POD_FAULTS: readonly PodFault[] = [
  {
    name: 'Django in the environment of an encoding server',
    choices: ENCODING_SERVER,
    role: 'encoding',
    packages: 'pod',
    keys: ['verify.django', 'verify.encoding.bad'],
    said: 'settings are not configured',
  },
  ...(['systemd', 'init'] as const).map((service): PodFault => ({
    name: `an encoding worker beside Django without its variable: ${service}`,
    choices: { arch: 'microservices', service },
    role: 'encoding',
    change: (files) => altered(files, /^(Environment=|export )DJANGO_SETTINGS_MODULE=.*\n/gm, ''),
    keys: ['verify.encoding.bad'],
    said: 'settings are not configured',
  })),
  {
    name: 'kombu that refuses redis-py',
    choices: {},
    role: 'worker',
    prepare: versions('5.7.0', '5.2.0'),
    keys: ['verify.versions'],
    said: '✗ kombu 5.7.0 redis 5.2.0: ',
    ends: true,
  },
  {
    name: 'kombu that refuses redis-py, on an encoding server',
    choices: ENCODING_SERVER,
    role: 'encoding',
    prepare: versions('5.10.0', '6.0.9'),
    keys: ['verify.versions'],
    said: '✗ kombu 5.10.0 redis 6.0.9: ',
    ends: true,
  },
  ...(['ffmpeg', 'ffprobe'] as const).map((program): PodFault => ({
    name: `no ${program}`,
    choices: ENCODING_SERVER,
    role: 'encoding',
    prepare: (pod) => pod.uninstall(program),
    keys: ['verify.encoding.bad'],
    said: `${program} is not installed`,
  })),
  ...unfit('no SoX', 'SoX is not installed', (pod) => pod.uninstall('sox')),
  ...unfit('SoX without mp3', 'SoX has no mp3 format', (pod) =>
    pod.change('programs/sox', ' mp3 ', ' '),
  ),
  ...unfit('no numpy', "No module named 'numpy'", (pod) => pod.remove('project/numpy.py')),
  ...unfit('no Vosk', "No module named 'vosk'", (pod) => pod.remove('project/vosk.py')),
  ...unfit('no USE_TRANSCRIPTION', 'USE_TRANSCRIPTION is not True in settings_local.py', (pod) =>
    pod.change(SETTINGS_FILE, 'USE_TRANSCRIPTION = True\n', ''),
  ),
  ...unfit('no model of this kind', 'TRANSCRIPTION_MODEL_PARAM has no model for VOSK', (pod) =>
    pod.change(SETTINGS_FILE, '{"VOSK": ', '{"WHISPER": '),
  ),
  ...unfit('a model that is not there', 'the model of fr is not in /srv/nothing', (pod) =>
    pod.change(SETTINGS_FILE, '"pod/custom"', '"/srv/nothing"'),
  ),
  {
    name: 'tasks that are left over',
    choices: {},
    role: 'worker',
    prepare: (_, { door }) => ask(door, '-n', '5', 'HSET', 'unacked', 'one', '[]', 'two', '[]'),
    keys: ['verify.left'],
    said: ': 2, ',
  },
];

describe.concurrent('a script says in a sentence what a server of Pod lacks', () => {
  test.for(POD_FAULTS)('$name', async (fault, { expect, onTestFinished }) => {
    const deployed = await deploy(fault.choices, onTestFinished);
    const { deployment, password } = deployed;
    const change: Change = fault.change ?? ((files) => files);
    const group = deployment.servers.find(({ roles }) => roles.includes(fault.role));
    const workers = deployment.uses.filter(
      ({ as, server }) => as === 'consumer' && server === group?.id,
    );
    for (const language of LANGUAGES) {
      const files = change(emitted(deployment.architecture, { language, password }));
      const site = { deployment, files };
      const pod = await anotherServer(site, onTestFinished, fault.role, fault.packages);
      await fault.prepare?.(pod, deployed);
      const verdict = verdictOf(await pod.verify(password), performance.now());
      const params = {
        path: environment('pod'),
        running: 1,
        command: `setsid -w runuser -u ${userInfo().username} -- ${environment(fault.packages ?? packagesFor(group?.id ?? 'web'))}/bin/pip install 'kombu<5.7' </dev/null 2>&1 | tr -d '\\000-\\010\\013-\\037'`,
      };
      for (const [at, key] of fault.keys.entries())
        expect(verdict.wrong[at]).toContain(says(language, key, params));
      expect(verdict.lines.join('\n')).toContain(fault.said ?? '');
      expect(verdict.wrong).toHaveLength(fault.keys.length + (fault.ends ? 0 : workers.length));
      expect(verdict.status).toBe(1);
    }
  });

  test.for(['cache', 'cached_db'] as const)(
    'that Redis refuses it, though Pod may ignore that: sessions in %s',
    async (sessions, { expect, onTestFinished }) => {
      const choices = { arch: 'standalone', sessions } as const;
      const { deployment, password } = await deploy(choices, onTestFinished);
      const { architecture } = deployment;
      const aliases = ['default', 'select2', 'sessions'];
      for (const language of LANGUAGES) {
        const well = await verifyPod(architecture, language, password, password, onTestFinished);
        expect(well.wrong).toEqual([]);
        const verdict = await verifyPod(architecture, language, 'other', password, onTestFinished);
        expect(verdict.wrong).toEqual([
          ...aliases.map((alias) => `✗ ${says(language, 'verify.cache.bad', { alias })}`),
          // With an SQL database besides, sessions are saved all the same.
          ...(sessions === 'cache' ? [`✗ ${says(language, 'verify.session.cache')}`] : []),
        ]);
        expect(verdict.status).toBe(1);
      }
    },
  );

  test('that sentinels name a stranger, who gets no password', async ({
    expect,
    onTestFinished,
  }) => {
    const [port, sentinelPort] = [await freePort(), await freePort()];
    let heard = '';
    const stranger = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.on('data', (data) => {
        heard += String(data);
        socket.write('+PONG\r\n');
      });
    });
    await new Promise<void>((resolve) => void stranger.listen(port, '127.0.0.9', resolve));
    onTestFinished(() => new Promise<void>((resolve) => void stranger.close(() => resolve())));
    const hosts = ['127.0.0.1', '127.0.0.2', '127.0.0.3'];
    await startSentinel(
      `bind ${hosts.join(' ')}\nport ${sentinelPort}\nsentinel monitor mymaster 127.0.0.9 ${port} 2\n`,
      onTestFinished,
    );
    const sentinels = hosts.map((host) => `${host}:${sentinelPort}`).join();
    const architecture: Architecture = { ...DEFAULTS, redis: 'dedicated', port, sentinels };
    for (const language of LANGUAGES) {
      const { status, wrong } = await verify(architecture, 'redis/verify.sh', language, 'Given-1');
      expect(wrong).toHaveLength(hosts.length);
      for (const line of wrong) expect(line).toContain(says(language, 'verify.sentinel.foreign'));
      expect(status).toBe(1);
    }
    // The sentinel itself asks it.
    expect(heard).toContain('PING');
    expect(heard).not.toContain('Given-1');
  });

  test.for([{}, { auth: 'acl', sentinels: ['127.0.0.1', '127.0.0.2', '127.0.0.3'] }] as const)(
    'a certificate of another name, whose server gets no password: %j',
    async ({ sentinels = [], ...choices }, { expect, onTestFinished }) => {
      const folder = await makeCertificates(onTestFinished, 'DNS:stranger.univ.fr');
      const port = await freePort();
      const { answer, heard } = askingForPassword();
      const stranger = createTlsServer(await keyPair(folder), answer);
      await new Promise<void>((resolve) => void stranger.listen(port, resolve));
      onTestFinished(() => new Promise<void>((resolve) => void stranger.close(() => resolve())));
      const host = '127.0.0.1';
      const architecture: Architecture = {
        ...DEFAULTS,
        redis: 'dedicated',
        host,
        port,
        tls: true,
        ca: join(folder, 'ca.crt'),
        ...choices,
        sentinels: sentinels.map((each) => `${each}:${port}`).join(),
      };
      for (const language of LANGUAGES) {
        const { status, wrong } = await verify(
          architecture,
          'redis/verify.sh',
          language,
          'Given-1',
        );
        const cause = says(language, 'verify.tls.name').replace('%s', host);
        expect(wrong).toEqual([expect.stringContaining(cause)]);
        expect(status).toBe(1);
      }
      expect(heard()).toContain('PING');
      expect(heard()).not.toContain('Given-1');
      expect(heard()).not.toContain('AUTH');
    },
  );

  test('a certificate whose name is not where Python looks for it', async ({
    expect,
    onTestFinished,
  }) => {
    // The subject's name is localhost, with which openssl is content.
    const folder = await makeCertificates(onTestFinished, 'email:DNS:localhost@univ.fr');
    const port = await freePort();
    await startRedis(encrypted({ port, folder, atEnd: onTestFinished }).join('\n'), onTestFinished);
    const host = 'localhost';
    const ca = join(folder, 'ca.crt');
    const architecture = { ...DEFAULTS, redis: 'dedicated', host, port, tls: true, ca } as const;
    const { status, wrong } = await verify(architecture, 'redis/verify.sh', 'en', 'secret');
    const cause = says('en', 'verify.tls.name').replace('%s', host);
    expect(wrong).toEqual([expect.stringContaining(cause)]);
    expect(status).toBe(1);
  });

  test('that Redis answers with four million characters', async ({ expect, onTestFinished }) => {
    const port = await freePort();
    const size = 4_000_000;
    const answer = `$${size}\r\n${'*?[\n'.repeat(size / 4)}\r\n`;
    await otherProgram(port, onTestFinished, answer);
    const architecture: Architecture = {
      ...DEFAULTS,
      port,
      auth: 'none',
      redis: 'dedicated',
      host: '127.0.0.1',
    };
    const { status, lines } = await verify(architecture, 'redis/verify.sh', 'en', '');
    expect(status).toBe(1);
    expect(lines.join('').length).toBeLessThan(10_000);
  });

  test('that a certificate has another name, though another server showed the right one before', async ({
    expect,
    onTestFinished,
  }) => {
    const [right, wrong] = await Promise.all(
      ['IP:127.0.0.1', 'DNS:stranger.univ.fr'].map((names) =>
        makeCertificates(onTestFinished, names),
      ),
    );
    if (!right || !wrong) throw new Error('There are no certificates.');
    const { answer, heard } = askingForPassword();
    const stranger = createTlsServer(await keyPair(wrong), answer);
    const known = createTlsServer(await keyPair(right), answer);
    // redis-cli's question comes first, and the comparison second.
    let connections = 0;
    const door = createServer((socket) => {
      connections += 1;
      (connections === 2 ? known : stranger).emit('connection', socket);
    });
    const port = await freePort();
    await new Promise<void>((resolve) => void door.listen(port, '127.0.0.1', resolve));
    onTestFinished(() => new Promise<void>((resolve) => void door.close(() => resolve())));
    const ca = join(right, 'both.crt');
    const authorities = [right, wrong].map((folder) => readFile(join(folder, 'ca.crt'), 'utf8'));
    await writeFile(ca, (await Promise.all(authorities)).join(''));
    const host = '127.0.0.1';
    const architecture = { ...DEFAULTS, redis: 'dedicated', host, port, tls: true, ca } as const;
    const { status, lines } = await verify(architecture, 'redis/verify.sh', 'en', 'Given-1');
    expect(lines.join('\n')).toContain(says('en', 'verify.tls.good'));
    expect(status).toBe(1);
    expect(connections).toBeGreaterThan(2);
    expect(heard()).toContain('PING');
    expect(heard()).not.toContain('Given-1');
  });

  test('which of the sentinels with TLS refuses the password, or speaks no TLS', async ({
    expect,
    onTestFinished,
  }) => {
    const sentinelHosts = ['127.0.0.1', '127.0.0.2', '127.0.0.3'];
    const { deployment, password } = await deploy(
      { sentinelHosts, tls: true, auth: 'acl', arch: 'standalone' },
      onTestFinished,
    );
    const { architecture } = deployment;
    const plainPort = await freePort();
    const plain = sentinelHosts.map((host) => `${host}:${plainPort}`).join();
    await startSentinel(
      [
        `bind ${sentinelHosts.join(' ')}`,
        `port ${plainPort}`,
        'requirepass secret',
        `sentinel monitor ${architecture.master} 127.0.0.1 ${architecture.port} 2`,
      ].join('\n'),
      onTestFinished,
    );
    for (const language of LANGUAGES) {
      const all = (typed: string, sentinels = architecture.sentinels) =>
        verify({ ...architecture, sentinels }, 'redis/verify.sh', language, typed);
      const well = await all(password);
      expect(well.wrong).toEqual([]);
      expect(well.status).toBe(0);
      const web = await verifyPod(architecture, language, password, password, onTestFinished);
      expect(web.wrong).toEqual([]);
      const user = `${architecture.user}-admin`;
      for (const [verdict, cause] of [
        [await all('other'), says(language, 'verify.sentinel.user', { user })],
        [await all('secret', plain), says(language, 'verify.sentinel.silent')],
      ] as const) {
        expect(verdict.wrong).toHaveLength(sentinelHosts.length);
        for (const line of verdict.wrong) expect(line).toContain(cause);
        expect(verdict.status).toBe(1);
        expect(verdict.seconds).toBeLessThan(PATIENCE);
      }
    }
  });
});
