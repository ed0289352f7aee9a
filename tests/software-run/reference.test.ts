import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import {
  REDIS_DIRECTIVES,
  SENTINEL_DIRECTIVES,
  WORKER_OPTIONS,
  type DirectiveReference,
  type Live,
} from '../../src/model/directives.ts';
import { MODULE_SETTINGS, SETTINGS, type Default } from '../../src/model/settings.ts';
import { runPython } from '../emit/python.ts';
import { environment, hasEnvironment, NO_PYPI } from '../stacks/environment.ts';
import { inOwnNetwork, until } from './processes.ts';
import { ask, startRedis, startSentinel, type Door } from './redis.ts';

/** An address of the machine that its own programs do not use. */
const OUTSIDE = '10.77.0.1';

/** Answers of Redis in pairs of a name and a value. */
function pairs(lines: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    lines.flatMap((line, at) => (at % 2 === 0 ? [[line, lines[at + 1] ?? '']] : [])),
  );
}

/** Asks for names and their values, some of which are empty. */
async function asked(door: Door, ...command: string[]): Promise<Record<string, string>> {
  const json = (await ask(door, '--json', ...command)).join('');
  const answer: unknown = JSON.parse(json);
  return Array.isArray(answer)
    ? pairs(answer.map(String))
    : Object.fromEntries(
        Object.entries(answer as object).map(([name, value]) => [name, `${value}`]),
      );
}

const directives = Object.entries<DirectiveReference>(REDIS_DIRECTIVES);

describe('the reference', () => {
  beforeEach(({ skip }) => {
    skip(
      process.platform !== 'linux' || process.getuid?.() !== 0,
      'a network needs Linux and root',
    );
  });

  test('has the defaults of redis-server, and knows what changes while it runs', async ({
    onTestFinished,
  }) => {
    await inOwnNetwork([], onTestFinished, async () => {
      await startRedis('', onTestFinished);
      const door: Door = { host: '127.0.0.1', port: 6379 };
      for (const [name, { default: initial, live }] of directives) {
        const now = (await asked(door, 'CONFIG', 'GET', name))[name];
        expect([name, now]).toEqual([name, initial && initial.value.join(' ')]);
        const [answer = ''] = await ask(door, 'CONFIG', 'SET', name, now ?? 'x');
        expect([name, answer === 'OK']).toEqual([name, live === 'CONFIG SET']);
      }
      const ways: Partial<Record<Live, readonly string[]>> = {
        'ACL SETUSER': ['ACL', 'SETUSER', 'pod', 'on', '>secret', '~*', '&*', '+@all'],
        REPLICAOF: ['REPLICAOF', '127.0.0.1', '6380'],
      };
      const others = directives.map(([, { live }]) => live).filter((live) => live in ways);
      expect(others.sort()).toEqual(Object.keys(ways).sort());
      for (const way of Object.values(ways)) expect(await ask(door, ...way)).toEqual(['OK']);
    });
  });

  test('has the defaults of a sentinel, and knows what changes while it runs', async ({
    onTestFinished,
  }) => {
    await inOwnNetwork([`${OUTSIDE}/32`], onTestFinished, async () => {
      await startRedis('', onTestFinished);
      await startSentinel('sentinel monitor mymaster 127.0.0.1 6379 1\n', onTestFinished);
      const { port, bind, 'protected-mode': guard } = SENTINEL_DIRECTIVES;
      const door: Door = { host: OUTSIDE, port: Number(port.default.value[0]) };
      // It answers from anywhere at any address, so is bound to all and not protected.
      expect(await ask(door, 'PING')).toEqual(['PONG']);
      expect([bind.default.value, guard.default.value]).toEqual([['* -::*'], ['no']]);
      const known = {
        ...(await asked(door, 'SENTINEL', 'CONFIG', 'GET', '*')),
        ...(await asked(door, 'SENTINEL', 'MASTER', 'mymaster')),
      };
      const ways: Partial<Record<Live, (name: string, value: string) => readonly string[]>> = {
        'SENTINEL CONFIG SET': (name, value) => ['SENTINEL', 'CONFIG', 'SET', name, value],
        'SENTINEL SET': (name, value) => ['SENTINEL', 'SET', 'mymaster', name, value],
        'ACL SETUSER': () => ['ACL', 'SETUSER', 'pod', 'on', '>secret', '+ping'],
        'SENTINEL MONITOR': () => ['SENTINEL', 'MONITOR', 'other', '127.0.0.1', '6379', '1'],
        restart: (name, value) => ['CONFIG', 'SET', name, value],
      };
      for (const [name, { default: initial, live }] of Object.entries<DirectiveReference>(
        SENTINEL_DIRECTIVES,
      )) {
        if (live !== 'restart' && initial !== undefined)
          expect([name, known[name]]).toEqual([name, initial.value.join(' ')]);
        const way = ways[live]?.(name, known[name] || 'secret') ?? [];
        const answer = (await ask(door, ...way)).join();
        if (live === 'restart')
          expect([name, answer]).toEqual([name, expect.stringMatching(/^ERR/)]);
        else expect([name, answer]).toEqual([name, 'OK']);
      }
    });
  });

  test('says what a protected sentinel would refuse', async ({ onTestFinished }) => {
    await inOwnNetwork([`${OUTSIDE}/32`], onTestFinished, async () => {
      await startRedis('', onTestFinished);
      const conf = 'protected-mode yes\nsentinel monitor mymaster 127.0.0.1 6379 1\n';
      await startSentinel(conf, onTestFinished);
      const refused = async () => (await ask({ host: OUTSIDE, port: 26379 }, 'PING')).join();
      await until(async () => (await refused()).includes('DENIED'));
    });
  });
});

test('the reference has what Debian’s redis.conf says instead of a default', () => {
  const file = readFileSync('/etc/redis/redis.conf', 'utf8');
  for (const [name, { default: initial, debian }] of directives) {
    const said = new RegExp(`^${name} (.+)$`, 'm').exec(file)?.[1];
    expect([name, debian ?? initial?.value.join(' ')]).toEqual([
      name,
      said ?? initial?.value.join(' '),
    ]);
  }
});

test('the reference has the defaults of Celery and of Pod’s Redis clients', ({ skip }) => {
  skip(!hasEnvironment('pod'), NO_PYPI);
  const found = runPython(
    `
import json, sys
names = json.load(sys.stdin)
from django.conf import settings
settings.configure()
from celery import Celery
from celery.bin.worker import worker
from kombu.transport.redis import Channel
import django_redis.pool, redis_sessions.settings
app = Celery("x")
class Factory:
    def __init__(self, options): pass
sought = []
django_redis.pool.import_string = lambda path: sought.append(path) or Factory
django_redis.pool.get_connection_factory(options={})
json.dump({
    "broker": app.connection().as_uri(),
    "conf": {name: repr(app.conf[name]) for name in names},
    "options": {flag: option.to_info_dict()["default"] for option in worker.params for flag in option.opts},
    "queue": app.conf.task_default_queue,
    "visibility": Channel.visibility_timeout,
    "factory": sought,
    "sessions": [repr(redis_sessions.settings.SESSION_REDIS_SENTINEL_LIST),
                 repr(redis_sessions.settings.SESSION_REDIS_SENTINEL_MASTER_ALIAS)],
}, sys.stdout)
`,
    ['broker_transport_options', 'task_acks_late', 'worker_prefetch_multiplier'],
    join(environment('pod'), 'bin/python'),
  ) as {
    broker: string;
    conf: Record<string, string>;
    options: Record<string, string | null>;
    queue: string;
    visibility: number;
    factory: string[];
    sessions: string[];
  };
  const value = ({ default: { value: parts } }: { default: Default }) => parts.join();
  const { conf, options } = found;
  for (const name of [
    'CELERY_BROKER_URL',
    'ENCODING_TRANSCODING_CELERY_BROKER_URL',
    'XAPI_CELERY_BROKER_URL',
  ] as const)
    expect(value(SETTINGS[name])).toBe(found.broker.replace(':**', ''));
  expect(value(SETTINGS.CELERY_TASK_ACKS_LATE)).toBe(conf['task_acks_late']);
  expect(value(SETTINGS.CELERY_BROKER_TRANSPORT_OPTIONS)).toBe(conf['broker_transport_options']);
  expect(value(MODULE_SETTINGS.task_acks_late)).toBe(conf['task_acks_late']);
  expect(value(MODULE_SETTINGS.broker_transport_options)).toBe(conf['broker_transport_options']);
  expect(value(MODULE_SETTINGS.worker_prefetch_multiplier)).toBe(
    conf['worker_prefetch_multiplier'],
  );
  expect(found.visibility).toBe(3600);
  expect(value(SETTINGS.DJANGO_REDIS_CONNECTION_FACTORY)).toBe(`"${found.factory[0]}"`);
  expect(found.sessions).toEqual([
    value(SETTINGS.SESSION_REDIS_SENTINEL_LIST),
    value(SETTINGS.SESSION_REDIS_SENTINEL_MASTER_ALIAS),
  ]);
  expect(value(WORKER_OPTIONS['-l'])).toBe(options['-l']);
  expect(value(WORKER_OPTIONS['-n']).replace('%h', hostname())).toBe(options['-n']);
  expect(value(WORKER_OPTIONS['-Q'])).toBe(found.queue);
  expect(value(WORKER_OPTIONS['--prefetch-multiplier'])).toBe(conf['worker_prefetch_multiplier']);
  for (const name of ['--concurrency', '--max-tasks-per-child', '--time-limit'])
    expect([name, options[name]]).toEqual([name, null]);
});
