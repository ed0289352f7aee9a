import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { DEFAULTS, type Architecture } from '../../src/model/architecture.ts';
import { fileText } from '../../src/emit/files.ts';
import { plan } from '../../src/model/deployment.ts';
import { architectures, passwords } from '../model/architecture.ts';
import { emitted, textAt } from '../emit/emitted.ts';
import { runs } from '../sets.ts';
import { python } from '../software.ts';
import { PodServer, startByInit, type WorkerReport } from './pod.ts';
import { freePort, run, temporaryFolder } from './processes.ts';
import { startRedis } from './redis.ts';

test('shells read every script, whatever the architecture', async () => {
  const property = fc.asyncProperty(architectures, passwords, async (architecture, password) => {
    for (const file of emitted(architecture, { password })) {
      const shell = file.name === 'verify.sh' ? 'bash' : 'sh';
      if (!file.path.startsWith('/etc/default/') && !file.name.endsWith('.sh')) continue;
      const { status, stderr } = await run(shell, ['-n'], { input: fileText(file) });
      expect({ name: file.name, status, stderr }).toEqual({
        name: file.name,
        status: 0,
        stderr: '',
      });
    }
  });
  await fc.assert(property, { numRuns: runs(30, 200) });
});

const CELERY: Partial<Architecture> = { xapi: true, service: 'init' };
const MICROSERVICES: Partial<Architecture> = {
  ...CELERY,
  arch: 'microservices',
  transcription: true,
};

/** The init script of each worker, with an architecture that has it. */
const INIT = [
  ['worker/celeryd', CELERY],
  ['xapi/pod-xapi', { ...CELERY, arch: 'standalone' }],
  ['xapi/pod-xapi', CELERY],
  ['encoding/pod-encoding', MICROSERVICES],
  ['transcription/pod-transcription', MICROSERVICES],
  ['xapi/pod-xapi', MICROSERVICES],
] as const;

/** The arguments that each of them gives Celery. */
const WORKERS: Record<string, { app: string; node: string; module: string; options: string }> = {
  celeryd: {
    app: 'pod.main',
    node: 'worker1',
    module: '',
    options:
      '-Q celery --concurrency=1 --prefetch-multiplier=1 --max-tasks-per-child=1 --time-limit=7200',
  },
  'pod-encoding': {
    app: 'pod.video_encode_transcript.encoding_tasks',
    node: 'encode',
    module: 'podceleryconf',
    options: '-Q encoding --concurrency=1 --time-limit=7200',
  },
  'pod-transcription': {
    app: 'pod.video_encode_transcript.transcripting_tasks',
    node: 'transcript',
    module: 'podceleryconf',
    options: '-Q transcripting --concurrency=1 --time-limit=7200',
  },
  'pod-xapi': {
    app: 'pod.xapi.xapi_tasks',
    node: 'xapi',
    module: 'podceleryconf',
    options: '-Q xapi --concurrency=1 --time-limit=300',
  },
};

const workerOf = (place: string) => {
  const worker = WORKERS[basename(place)];
  if (!worker) throw new Error(`${place} starts no worker`);
  return worker;
};

describe('/etc/default/…, sourced by sh,', () => {
  const names = ['NODES', 'CHDIR', 'LOG_LEVEL', 'LOG_FILE', 'PID_FILE', 'USER', 'GROUP', 'OPTS'];
  const variables = [
    'CELERY_APP',
    'CELERY_BIN',
    'CELERY_CREATE_DIRS',
    ...names.map((name) => `CELERYD_${name}`),
  ];
  const own = {
    account: 'www-data',
    project: '/srv/pod',
    venv: '/srv/venv',
    logs: '/srv/logs',
    pids: '/run/pod',
  };

  test.each(INIT)('gives Celery’s init script its values: %s, %j', async (place, choices) => {
    const { app, node, module, options } = workerOf(place);
    const echo = variables.map((name) => `echo "$${name}"`);
    // Exported variables, and no others, get to the programs that the script starts.
    const script = [
      textAt(emitted({ ...choices, ...own, hours: 2 }), place),
      ...echo,
      `sh -c 'echo "\${CELERY_CONFIG_MODULE:-}\${CELERY_APP:-}"'`,
    ].join('\n');
    const { stdout, stderr } = await run('sh', ['-eu'], { input: script });
    const values = stdout.split('\n');
    const given = [...variables, 'exported'].map((name, at) => [name, values[at]]);
    expect({ ...Object.fromEntries(given), stderr }).toEqual({
      CELERY_APP: app,
      CELERY_BIN: '/srv/venv/bin/celery',
      CELERY_CREATE_DIRS: '1',
      CELERYD_NODES: node,
      CELERYD_CHDIR: '/srv/pod',
      CELERYD_LOG_LEVEL: 'INFO',
      CELERYD_LOG_FILE: '/srv/logs/%N.log',
      CELERYD_PID_FILE: '/run/pod/%N.pid',
      CELERYD_USER: 'www-data',
      CELERYD_GROUP: 'www-data',
      CELERYD_OPTS: options,
      exported: module,
      stderr: '',
    });
  });

  test('is read by celery multi as the options of one worker', async () => {
    const folder = temporaryFolder(onTestFinished);
    const celery = join(folder, 'bin/celery');
    await mkdir(join(folder, 'bin'));
    const main = 'import sys\nfrom celery.__main__ import main\nsys.exit(main())\n';
    await writeFile(celery, `#!${python()}\n${main}`);
    await chmod(celery, 0o755);
    for (const [place, choices] of INIT) {
      const here = { project: folder, venv: folder, logs: join(folder, 'logs'), pids: folder };
      const defaults = join(folder, basename(place));
      await writeFile(defaults, textAt(emitted({ ...choices, ...here, hours: 2 }), place));
      const { command } = startByInit(defaults);
      const shown = command.replace(' multi start ', ' multi show ');
      const { stdout, stderr } = await run('sh', ['-eu', '-c', shown]);
      const { app, node, options } = workerOf(place);
      expect({ place, lines: stdout.trim().split('\n'), stderr }).toEqual({
        place,
        lines: [
          `${python()} -m celery --app=${app} --workdir=${folder} worker --detach ` +
            `--pidfile=${folder}/${node}.pid --logfile=${folder}/logs/${node}.log --loglevel=INFO ` +
            `${options} -n ${node}@${hostname()} --executable=${python()}`,
        ],
        stderr: '',
      });
    }
  });
});

/** The expected report of a worker that the init script starts. */
const LONG = { prefetch: 1, acks_late: true, visibility_timeout: 90000, time_limit: 86400 };
const REPORTS: Record<string, Partial<WorkerReport>> = {
  worker1: { ...LONG, app: 'pod_project', queues: ['celery'], tasks_per_child: 1 },
  encode: { ...LONG, app: 'encoding_tasks', queues: ['encoding'] },
  transcript: { ...LONG, app: 'transcripting_tasks', queues: ['transcripting'] },
  // Celery's own hour, where no task of hours takes the same module.
  xapi: {
    ...LONG,
    app: 'xapi_tasks',
    queues: ['xapi'],
    time_limit: 300,
    visibility_timeout: 3600,
  },
};

test.each([
  ['Celery', CELERY, ['worker1', 'xapi'], {}],
  [
    'microservices',
    MICROSERVICES,
    ['encode', 'transcript', 'xapi'],
    { xapi: { visibility_timeout: LONG.visibility_timeout } },
  ],
  ['standalone', { ...CELERY, arch: 'standalone' }, ['xapi'], {}],
] as const)(
  'celery multi starts the workers of /etc/default: %s',
  async (_, choices, nodes, other) => {
    const architecture = { ...DEFAULTS, ...choices, auth: 'none', port: await freePort() } as const;
    const files = emitted(architecture);
    await startRedis(textAt(files, 'redis/redis.conf'), onTestFinished);
    const [web] = plan(architecture).servers;
    const pod = web && (await PodServer.create(web, files, onTestFinished));
    await pod?.startWorkers();
    expect(await pod?.workers()).toEqual(
      nodes.map((node) => ({
        concurrency: 1,
        tasks_per_child: null,
        ...REPORTS[node],
        ...(node === 'xapi' && 'xapi' in other && other.xapi),
        node: `${node}@${hostname()}`,
      })),
    );
  },
);

describe('start-….sh, in a container,', () => {
  const docker = {
    transcription: true,
    xapi: true,
    redis: 'docker',
  } as const;

  test.each([
    [
      'worker',
      ' celery -A pod.main worker -l INFO -n worker1@%h -Q celery --concurrency=1 ' +
        '--prefetch-multiplier=1 --max-tasks-per-child=1 --time-limit=86400',
    ],
    [
      'encoding',
      'podceleryconf celery -A pod.video_encode_transcript.encoding_tasks worker -l INFO ' +
        '-n encode@%h -Q encoding --concurrency=1 --time-limit=86400',
    ],
    [
      'transcription',
      'podceleryconf celery -A pod.video_encode_transcript.transcripting_tasks worker -l INFO ' +
        '-n transcript@%h -Q transcripting --concurrency=1 --time-limit=86400',
    ],
    [
      'xapi',
      'podceleryconf celery -A pod.xapi.xapi_tasks worker -l INFO -n xapi@%h ' +
        '-Q xapi --concurrency=1 --time-limit=300',
    ],
  ])('starts the worker %s', async (role, expected) => {
    // A `celery` that tells its configuration module and its arguments.
    const folder = temporaryFolder(onTestFinished);
    const celery = join(folder, 'celery');
    await writeFile(celery, '#!/bin/sh\necho "$CELERY_CONFIG_MODULE celery $*"\n');
    await chmod(celery, 0o755);
    const arch = role === 'worker' ? 'celery' : 'microservices';
    const { stdout } = await run('sh', [], {
      input: textAt(emitted({ ...docker, arch }), `${role}/start-${role}.sh`),
      env: { PATH: `${folder}:${process.env['PATH'] ?? ''}` },
    });
    expect(stdout).toBe(`${expected}\n`);
  });
});
