import { userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TLS_FOLDER } from '../../src/emit/redis.ts';
import { speaker, type Params, type TextKey } from '../../src/model/say.ts';
import type { Role } from '../../src/pod/roles.ts';
import { TEXTS } from '../../src/site/texts.ts';
import { derived } from '../emit/answers.ts';
import { textAt } from '../emit/emitted.ts';
import { sample } from '../sets.ts';
import { altered } from '../software-run/altered.ts';
import { certify, makeCertificates } from '../software-run/certificates.ts';
import { sentinelDoors, type Choices } from '../software-run/deployed.ts';
import { SENTINELS } from '../software-run/offered.ts';
import { gatherUndos, until, type Finally } from '../software-run/processes.ts';
import { ask, startSentinel, type Door } from '../software-run/redis.ts';
import { environment, hasEnvironment } from '../stacks/environment.ts';
import { needStack } from '../stacks/need.ts';
import type { EnvironmentName } from '../stacks/stacks.ts';
import { startCase, type CaseOptions, type PodCase } from './case.ts';
import { startRedisAgain, stopRedis } from './outage.ts';
import { testVideo } from './samples.ts';
import { upload, verify, videoNow } from './scenario.ts';
import type { Server, Undo } from './server.ts';
import { transcribing } from './transcription.ts';

needStack();

/** A text in the language of the cases' files. */
const says = (key: TextKey, params?: Params) => speaker(TEXTS.fr, 'fr')(key, params);

/** The server with a fault, and the case that it belongs to. */
interface Scene {
  readonly running: PodCase;
  readonly server: Server;
  readonly atEnd: Finally;
}

/** A fault that is made while Pod runs, and what verify.sh says of it. */
interface Fault {
  readonly name: string;
  /** The server whose verify.sh runs. */
  readonly on?: Role;
  /** The password that is typed, instead of the right one. */
  readonly typed?: string;
  readonly make?: (scene: Scene) => Promise<Undo>;
  /** The texts of its errors, in their order. */
  readonly wrong: readonly string[] | ((scene: Scene) => readonly string[]);
  /** The message of the software. */
  readonly said?: RegExp;
}

/** Runs a server's verify.sh. */
async function verdictOf({ running, server }: Scene, typed = running.redis.password) {
  const { status, stdout, stderr } = await server.verify(typed);
  const lines = (stdout + stderr).split('\n');
  return { status, lines, wrong: lines.filter((line) => line.startsWith('✗')) };
}

/** The tests of a case: verify.sh finds nothing wrong, then each fault, and nothing once it is put right. */
function testFaults(
  name: string,
  choices: Choices,
  faults: readonly Fault[],
  options: () => CaseOptions = () => ({}),
): void {
  describe(name, () => {
    const { atEnd, undo: end } = gatherUndos();
    let started: PodCase | undefined;
    const now = () => {
      if (!started) throw new Error('The case has not started.');
      return started;
    };
    beforeAll(async () => {
      if (hasEnvironment('pod')) started = await startCase(choices, atEnd, options());
    });
    afterAll(end);

    test('All is well', () => wellAgain(now()));

    test.each(sample(faults, 3))('$name', async ({ on = 'web', typed, make, wrong, said }) => {
      const running = now();
      const server = running.servers.find(({ id }) => id === on);
      if (!server) throw new Error(`There is no server ${on}.`);
      const scene: Scene = { running, server, atEnd };
      const undo = await make?.(scene);
      try {
        const verdict = await verdictOf(scene, typed);
        const { lines } = verdict;
        const texts = typeof wrong === 'function' ? wrong(scene) : wrong;
        expect({ ...verdict, lines }).toEqual({
          status: 1,
          lines,
          wrong: texts.map((text) => expect.stringContaining(text) as string),
        });
        expect(lines.join('\n')).toMatch(said ?? '');
      } finally {
        await undo?.();
      }
    });

    test('All is well again', () => wellAgain(now()));
  });
}

/** Waits until every server's verify.sh finds nothing wrong: workers start again meanwhile. */
async function wellAgain(running: PodCase): Promise<void> {
  await until(async () => {
    for (const server of running.servers)
      if ((await server.verify(running.redis.password)).status !== 0) return false;
    return true;
  }, 30).catch(() => undefined);
  await verify(running);
}

const inSettings =
  (from: string | RegExp, to: string) =>
  ({ server }: Scene) =>
    server.edit('settings_local.py', from, to);

/** The virtual environment is another one. */
const otherPackages = (from: EnvironmentName, to: EnvironmentName) => (scene: Scene) =>
  scene.server.edit('verify.sh', environment(from), environment(to));

const configured =
  (name: string, value: string) =>
  async ({ running: { redis } }: Scene): Promise<Undo> => {
    const [, before = ''] = await ask(redis.door, 'CONFIG', 'GET', name);
    await set(redis.door, name, value);
    return () => set(redis.door, name, before);
  };

/** Sets values of Redis's configuration. */
async function set(door: Door, ...values: string[]): Promise<void> {
  const said = await ask(door, 'CONFIG', 'SET', ...values);
  if (said.join() !== 'OK') throw new Error(said.join('\n'));
}

const workerStopped =
  (name: string) =>
  async ({ running, server }: Scene): Promise<Undo> => {
    const worker = server.workers.find((each) => each.name.includes(name));
    if (!worker) throw new Error(`${server.id} has no worker ${name}.`);
    await worker.stop();
    return async () => {
      await worker.start();
      await until(async () => (await server.verify(running.redis.password)).status === 0, 30);
    };
  };

const workerSilent = (queue: string) => says('verify.worker.bad', { queue, command: '' }).trimEnd();

const cacheBad = (alias: string) => says('verify.cache.bad', { alias });

/** Each fault of transcription has this text, and what software says. */
const UNFIT = [says('verify.transcription.bad')];

/** SoX, of which one does not see the format; this script is in the first folder of PATH. */
const MP3_HIDDEN = '#!/bin/sh\nPATH=${PATH#*:} sox "$@" | sed "s/ mp3 / /"\n';

testFaults(
  'one server with the microservices',
  { arch: 'microservices', transcription: true, xapi: true },
  [
    {
      name: 'The password that is typed is wrong',
      typed: 'wrong',
      wrong: [says('verify.password.wrong')],
    },
    { name: 'No password is typed', typed: '', wrong: [says('verify.password.none')] },
    {
      name: 'A password in CACHES is wrong',
      make: inSettings(/(?<="default": \{[^}]*"LOCATION": "redis:\/\/:)/g, 'wrong'),
      wrong: [cacheBad('default')],
      said: /^ {2}\w*Error: .*password/m,
    },
    {
      name: 'CACHES has no select2',
      make: inSettings('"select2": {', '"select": {'),
      wrong: [says('verify.pod')],
      said: /^\S*InvalidCacheBackendError: .*select2/m,
    },
    {
      name: 'A cache is in a database that Redis does not have',
      make: inSettings(/(?<="default": \{[^}]*"LOCATION": "redis:[^"]*)\/3"/g, '/16"'),
      wrong: [cacheBad('default')],
      said: /^ {2}\w+Error: .*out of range/m,
    },
    {
      name: 'SESSION_REDIS has another port',
      make: inSettings(/(?<=SESSION_REDIS = \{[^}]*"port": )\d+/g, '1'),
      wrong: [says('verify.session.bad')],
      said: /^ {2}ConnectionError: .*refused/m,
    },
    {
      name: 'settings_local.py has a syntax error',
      make: inSettings('CACHES = {', 'CACHES = }'),
      wrong: [says('verify.pod')],
      said: /^SyntaxError: /m,
    },
    {
      name: 'The environment has neither numpy nor Vosk',
      make: otherPackages('pod-vosk', 'pod'),
      wrong: UNFIT,
      said: /^ModuleNotFoundError: No module named '(?:numpy|vosk)'/m,
    },
    {
      name: 'SoX is not installed',
      make: ({ server }) => server.uninstall('sox'),
      wrong: UNFIT,
      said: /SoX is not installed/,
    },
    {
      name: 'SoX has no mp3 format',
      make: ({ server }) => server.replaceProgram('sox', MP3_HIDDEN),
      wrong: UNFIT,
      said: /SoX has no mp3 format/,
    },
    {
      name: 'The folder of the model is missing',
      make: inSettings(/(?<="ko": \{"model": )"[^"]*"/g, '"/srv/nothing"'),
      wrong: UNFIT,
      said: /the model of ko is not in \/srv\/nothing/,
    },
    {
      name: 'The model is one of another kind',
      make: inSettings('= {"VOSK": ', '= {"WHISPER": '),
      wrong: UNFIT,
      said: /TRANSCRIPTION_MODEL_PARAM has no model for VOSK/,
    },
    {
      name: 'USE_TRANSCRIPTION is missing',
      make: inSettings('USE_TRANSCRIPTION = True\n', ''),
      wrong: UNFIT,
      said: /USE_TRANSCRIPTION is not True/,
    },
    {
      name: 'ffmpeg is not installed',
      make: ({ server }) => server.uninstall('ffmpeg'),
      wrong: [says('verify.encoding.bad')],
      said: /ffmpeg is not installed/,
    },
    {
      name: 'The encoding worker is stopped',
      make: workerStopped('encoding'),
      wrong: [workerSilent('encoding')],
    },
    {
      name: 'The xAPI worker is stopped',
      make: workerStopped('xapi'),
      wrong: [workerSilent('xapi')],
    },
    {
      name: 'Redis writes snapshots alone',
      make: configured('appendonly', 'no'),
      wrong: [says('verify.persistence.bad')],
    },
    {
      name: 'Redis evicts queues when its memory is full',
      make: configured('maxmemory-policy', 'allkeys-lru'),
      wrong: [says('verify.eviction.bad')],
    },
    {
      name: 'Redis’s protected mode is off',
      make: configured('protected-mode', 'no'),
      wrong: [says('verify.protection.bad')],
    },
    {
      name: 'More tasks are unacknowledged than can run',
      make: async ({ running: { redis } }) => {
        await ask(redis.door, '-n', '5', 'HSET', 'unacked', 'a', '[]', 'b', '[]', 'c', '[]');
        return () => ask(redis.door, '-n', '5', 'HDEL', 'unacked', 'a', 'b', 'c');
      },
      wrong: [`3, ${says('verify.left', { running: 2 })}`],
    },
    {
      name: 'The project is in another folder',
      make: ({ server }) => server.edit('verify.sh', server.project, '/srv/nothing'),
      wrong: [says('verify.project', { path: '/srv/nothing' })],
    },
    {
      name: 'The virtual environment is in another folder',
      make: ({ server }) => server.edit('verify.sh', environment('pod-vosk'), '/srv/nothing'),
      wrong: [says('verify.venv', { path: '/srv/nothing' })],
    },
    {
      name: 'Redis is stopped',
      make: async ({ running: { redis }, atEnd }) => {
        const [service] = redis.redis;
        if (!service) throw new Error('There is no Redis.');
        await stopRedis(service);
        return () => startRedisAgain(service, atEnd);
      },
      wrong: [says('verify.refused', { port: 'port' })],
    },
  ],
  transcribing,
);

const SEVERAL: Choices = {
  arch: 'microservices',
  transcription: true,
  workers: 1,
  host: '127.0.0.1',
  tls: true,
};

/** The certificate of Redis is another one, by the same authority. */
async function otherName({ running: { redis } }: Scene): Promise<Undo> {
  const folder = dirname(redis.door.ca ?? '');
  await set(redis.door, 'tls-cert-file', await certify(folder, 'DNS:redis.univ.fr', 'other.crt'));
  return () => set(redis.door, 'tls-cert-file', join(folder, 'redis.crt'));
}

async function otherAuthority({ running: { redis }, atEnd }: Scene): Promise<Undo> {
  const folder = dirname(redis.door.ca ?? '');
  const other = await makeCertificates(atEnd);
  const files = (place: string) => [
    ...['tls-cert-file', join(place, 'redis.crt')],
    ...['tls-key-file', join(place, 'redis.key')],
  ];
  await set(redis.door, ...files(other));
  return () => set({ ...redis.door, ca: join(other, 'ca.crt') }, ...files(folder));
}

async function noTls({ running: { redis } }: Scene): Promise<Undo> {
  const { host, port, password = '' } = redis.door;
  await set(redis.door, 'tls-port', '0', 'port', String(port));
  return () => set({ host, port, password }, 'port', '0', 'tls-port', String(port));
}

testFaults(
  'several servers and TLS',
  SEVERAL,
  [
    {
      name: 'The certificate has another name',
      on: 'encoding',
      make: otherName,
      wrong: [says('verify.tls.name').replace('%s', '127.0.0.1')],
    },
    {
      name: 'The certificate is by another authority',
      on: 'encoding',
      make: otherAuthority,
      wrong: ({ running }) => [says('verify.ca.other', { ca: running.redis.door.ca ?? '' })],
    },
    {
      name: 'Redis speaks no TLS',
      on: 'encoding',
      make: noTls,
      wrong: [says('verify.tls.none')],
    },
    {
      name: 'The environment of the encoding server has Django',
      on: 'encoding',
      make: otherPackages('pod-encode-vosk', 'pod'),
      wrong: () => [
        says('verify.django', { path: environment('pod') }),
        says('verify.encoding.bad'),
      ],
      said: /settings are not configured/,
    },
    {
      name: 'kombu refuses redis-py',
      on: 'encoding',
      make: otherPackages('pod-encode-vosk', 'pod-encode-newest'),
      wrong: () => {
        const command = `setsid -w runuser -u ${userInfo().username} -- ${environment('pod-encode-newest')}/bin/pip install 'kombu<5.7' </dev/null 2>&1 | tr -d '\\000-\\010\\013-\\037'`;
        return [says('verify.versions', { command })];
      },
      said: /^✗ kombu \S+ redis \S+: /m,
    },
    {
      name: 'The password of the encoding server’s queue is wrong',
      on: 'encoding',
      make: inSettings('rediss://:', 'rediss://:wrong'),
      wrong: [says('verify.celery')],
      said: /password/,
    },
    {
      name: 'The environment of the transcription server has neither numpy nor Vosk',
      on: 'transcription',
      make: otherPackages('pod-encode-vosk', 'pod-encode'),
      wrong: UNFIT,
      said: /^ModuleNotFoundError: No module named '(?:numpy|vosk)'/m,
    },
    {
      name: 'The transcription worker is stopped',
      on: 'transcription',
      make: workerStopped('transcription'),
      wrong: [workerSilent('transcripting')],
    },
  ],
  transcribing,
);

/** The user of the web servers. */
const WEB_USER = 'pod-web';

/** A change of the web servers' password on the second sentinel. */
async function sentinelPassword({ running: { redis } }: Scene): Promise<Undo> {
  const [, door] = sentinelDoors(redis.deployment.redis, redis.door);
  if (!door) throw new Error('There is no second sentinel.');
  const change = (password: string) =>
    ask(door, 'ACL', 'SETUSER', WEB_USER, 'resetpass', `>${password}`);
  await change('other');
  return () => change(derived(door.password ?? '', WEB_USER));
}

async function sentinelStopped({ running: { redis }, atEnd }: Scene): Promise<Undo> {
  await redis.sentinels[2]?.stop();
  const folder = dirname(redis.door.ca ?? '');
  const conf = textAt(redis.files, 'redis-3/sentinel.conf').replaceAll(TLS_FOLDER, folder);
  return () => startSentinel(conf, atEnd);
}

testFaults(
  'Sentinel with TLS and a user, and sessions in both places',
  {
    arch: 'celery',
    sentinelHosts: SENTINELS,
    tls: true,
    auth: 'acl',
    sessions: 'cached_db',
  },
  [
    {
      name: 'The password that is typed is wrong, and all sentinels refuse it',
      typed: 'wrong',
      wrong: SENTINELS.map(() => says('verify.sentinel.user', { user: WEB_USER })),
    },
    {
      name: 'A sentinel has another password',
      make: sentinelPassword,
      wrong: [says('verify.sentinel.user', { user: WEB_USER })],
    },
    {
      name: 'A password in CACHES is wrong, which Pod ignores',
      make: inSettings(/(?<="PASSWORD": ")/g, 'wrong'),
      wrong: [cacheBad('default'), cacheBad('select2'), cacheBad('sessions')],
      said: /^ {2}\w*Error: .*password/m,
    },
    {
      name: 'The address of the queue has another user',
      make: inSettings(`sentinel://${WEB_USER}:`, 'sentinel://other:'),
      wrong: [says('verify.celery')],
      said: /password/,
    },
    {
      name: 'The worker is stopped',
      make: workerStopped(''),
      wrong: [workerSilent('celery')],
    },
    {
      name: 'A sentinel is stopped',
      make: sentinelStopped,
      wrong: [says('verify.sentinel.silent')],
    },
  ],
);

test('The unit of the encoding worker does not name Django’s settings: videos stay in progress', async ({
  onTestFinished,
}) => {
  const running = await startCase({ arch: 'microservices' }, onTestFinished, {
    change: (files) => altered(files, 'Environment=DJANGO_SETTINGS_MODULE=pod.settings\n', ''),
  });
  const video = await upload(running, await testVideo(3));
  const worker = running.web.workers.find(({ name }) => name.includes('encoding'));
  await until(() => worker?.said().includes('ImproperlyConfigured') ?? false);
  const { encoded: isEncoded, encoding_in_progress: inProgress } = await videoNow(running, video);
  expect({ isEncoded, inProgress }).toEqual({ isEncoded: false, inProgress: true });
  const { status, lines, wrong } = await verdictOf({
    running,
    server: running.web,
    atEnd: onTestFinished,
  });
  expect({ status, wrong }).toEqual({ status: 1, wrong: [`✗ ${says('verify.encoding.bad')}`] });
  expect(lines.join('\n')).toContain('ImproperlyConfigured');
});
