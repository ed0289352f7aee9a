import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Architecture } from '../../src/model/architecture.ts';
import { emitted, textAt } from '../emit/emitted.ts';
import { run, temporaryFolder } from './processes.ts';

const CELERY: Partial<Architecture> = { workers: 1, xapi: true };
const MICROSERVICES: Partial<Architecture> = {
  ...CELERY,
  arch: 'microservices',
  transcription: true,
};
const STANDALONE: Partial<Architecture> = { arch: 'standalone', xapi: true };

interface Worker {
  readonly role: string;
  /** The file that Celery's init script sources. */
  readonly defaults: string;
  readonly app: string;
  readonly node: string;
  /** The configuration module, if any. */
  readonly module: string;
  readonly options: string;
  /** The seconds that systemd gives it to end its task. */
  readonly stop: string;
  /** It notes which tasks have succeeded. */
  readonly results: boolean;
}

const WORKER: Worker = {
  role: 'worker',
  defaults: 'celeryd',
  app: 'pod.main',
  node: 'worker1',
  module: '',
  options:
    '-Q celery --concurrency=1 --prefetch-multiplier=1 --max-tasks-per-child=1 --time-limit=7200',
  stop: '7200',
  results: true,
};
const ENCODING: Worker = {
  role: 'encoding',
  defaults: 'pod-encoding',
  app: 'pod.video_encode_transcript.encoding_tasks',
  node: 'encode',
  module: 'podceleryconf',
  options: '-Q encoding --concurrency=1 --time-limit=7200',
  stop: '7200',
  results: true,
};
const TRANSCRIPTION: Worker = {
  ...ENCODING,
  role: 'transcription',
  defaults: 'pod-transcription',
  app: 'pod.video_encode_transcript.transcripting_tasks',
  node: 'transcript',
  options: '-Q transcripting --concurrency=1 --time-limit=7200',
};
const XAPI: Worker = {
  ...ENCODING,
  results: false,
  role: 'xapi',
  defaults: 'pod-xapi',
  app: 'pod.xapi.xapi_tasks',
  node: 'xapi',
  options: '-Q xapi --concurrency=1 --time-limit=300',
  stop: '300',
};

const WORKERS: readonly [worker: Worker, choices: Partial<Architecture>][] = [
  [WORKER, CELERY],
  [ENCODING, MICROSERVICES],
  [TRANSCRIPTION, MICROSERVICES],
  [XAPI, MICROSERVICES],
  [XAPI, CELERY],
  [XAPI, STANDALONE],
];

/** Celery's settings in the options of workers: of those that systemd starts again, and for results in files. */
const ENDS = 'broker_connection_retry=0 broker_connection_retry_on_startup=1';
const NOTES = 'worker_deduplicate_successful_tasks=1 result_backend=file:///var/lib/pod-celery';

/** The account and the folders of a site that has none of the usual ones. */
const OWN = {
  account: 'www-data',
  project: '/srv/pod',
  venv: '/srv/venv',
  'venv.encode': '/srv/venv',
  logs: '/srv/logs',
  pids: '/run/pod',
  hours: 2,
};

/** A unit's settings by section, in the syntax of systemd.syntax(7): one `Key=value` a line. */
function sections(unit: string): Record<string, Record<string, string>> {
  const found: Record<string, Record<string, string>> = {};
  let current: Record<string, string> | undefined;
  for (const line of unit.split('\n')) {
    if (line === '' || line.startsWith('#')) continue;
    const section = /^\[(\w+)\]$/.exec(line)?.[1];
    const [, key = '', value = ''] = /^([A-Z]\w*)=(.*)$/.exec(line) ?? [];
    if (section !== undefined) current = found[section] = {};
    else if (current && key !== '' && !(key in current) && !value.endsWith('\\'))
      current[key] = value;
    else throw new Error(`systemd would not take “${line}”`);
  }
  return found;
}

/** The lines of systemd-analyze about a unit; those about other units of this machine are left out. */
async function verified(unit: string, name: string, folder: string): Promise<string[]> {
  const path = join(folder, name);
  await writeFile(path, unit);
  const { stdout, stderr } = await run('systemd-analyze', ['verify', '--man=no', path]);
  return (stdout + stderr).split('\n').filter((line) => line.includes(name));
}

/** A folder with Pod's project and virtual environment, as far as systemd looks at them. */
async function paths(): Promise<Pick<Architecture, 'project' | 'venv' | 'venv.encode'>> {
  const folder = temporaryFolder(onTestFinished);
  await mkdir(join(folder, 'bin'));
  await writeFile(join(folder, 'bin/celery'), '#!/bin/sh\n', { mode: 0o755 });
  return { project: folder, venv: folder, 'venv.encode': folder };
}

/** The directives that take rights from a worker. */
const RIGHTS = {
  NoNewPrivileges: 'yes',
  CapabilityBoundingSet: '',
  PrivateDevices: 'yes',
  PrivateTmp: 'yes',
  ProtectControlGroups: 'yes',
  ProtectKernelLogs: 'yes',
  ProtectKernelModules: 'yes',
  ProtectKernelTunables: 'yes',
  RestrictAddressFamilies: 'AF_UNIX AF_INET AF_INET6',
  RestrictNamespaces: 'yes',
  RestrictSUIDSGID: 'yes',
  LockPersonality: 'yes',
  SystemCallArchitectures: 'native',
  SystemCallFilter: '@system-service',
  ProtectSystem: 'full',
  ReadWritePaths: '/srv/pod',
};

describe('the units of the workers', () => {
  test.each(WORKERS)('say what systemd is to do: $role, %j', (worker, choices) => {
    const { role, app, node, module, options, stop, results } = worker;
    const place = `${role}/pod-${role}.service`;
    expect(sections(textAt(emitted({ ...choices, ...OWN }), place))).toEqual({
      Unit: {
        Description: expect.stringContaining('Celery') as string,
        Wants: 'network-online.target',
        After: 'network-online.target',
      },
      Service: {
        Type: 'exec',
        User: 'www-data',
        Group: 'www-data',
        WorkingDirectory: '/srv/pod',
        ...(module && { Environment: `CELERY_CONFIG_MODULE=${module}` }),
        ExecStart: `/srv/venv/bin/celery -A ${app} worker -l INFO -n ${node}@%%h ${options} -- ${ENDS}${results ? ` ${NOTES}` : ''}`,
        ...(results && { StateDirectory: 'pod-celery' }),
        KillMode: 'mixed',
        TimeoutStopSec: stop,
        Restart: 'always',
        RestartSec: '5',
        ...RIGHTS,
      },
      Install: { WantedBy: 'multi-user.target' },
    });
  });

  test('pass systemd-analyze verify, which finds what is wrong in others', async () => {
    const here = await paths();
    for (const [{ role }, choices] of WORKERS) {
      const name = `pod-${role}.service`;
      const unit = textAt(emitted({ ...choices, ...here }), `${role}/${name}`);
      expect(await verified(unit, name, here.project)).toEqual([]);
      for (const [right, wrong] of [
        ['KillMode=mixed', 'KillMode=mix'],
        ['/bin/celery ', '/bin/celeri '],
        ['Type=exec', 'Typ=exec'],
      ] as const) {
        expect(unit).toContain(right);
        expect(await verified(unit.replace(right, wrong), name, here.project)).not.toEqual([]);
      }
    }
  });

  test('give a worker few rights: at most 3.0 for systemd-analyze security', async () => {
    const here = await paths();
    for (const [{ role }, choices] of WORKERS) {
      const path = join(here.project, `pod-${role}.service`);
      await writeFile(
        path,
        textAt(emitted({ ...choices, ...here }), `${role}/pod-${role}.service`),
      );
      const asked = ['security', '--offline=yes', '--threshold=30', '--no-pager', path];
      const { status, stdout } = await run('systemd-analyze', asked);
      expect([status, stdout]).toEqual([0, expect.stringContaining('OK') as string]);
    }
  });
});

test.each(WORKERS)(
  '/etc/default/… gives Celery’s init script its values: $defaults, %j',
  async ({ role, defaults, app, node, module, options, results }, choices) => {
    const values = {
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
      CELERYD_OPTS: results ? `${options} -- ${NOTES}` : options,
    };
    const files = emitted({ ...choices, ...OWN, service: 'init' });
    const script = [
      textAt(files, `${role}/${defaults}`),
      ...Object.keys(values).map((name) => `echo "$${name}"`),
      // Exported variables, and no others, get to the programs that the script starts.
      `sh -c 'echo "\${CELERY_CONFIG_MODULE:-}\${CELERY_APP:-}"'`,
    ].join('\n');
    const { stdout, stderr } = await run('sh', ['-eu'], { input: script });
    const lines = [...Object.values(values), module];
    expect({ stdout, stderr }).toEqual({ stdout: `${lines.join('\n')}\n`, stderr: '' });
  },
);

test.each([
  ['systemd', 'pod-encoding.service', 'Environment=DJANGO_SETTINGS_MODULE=pod.settings'],
  ['init', 'pod-encoding', 'export DJANGO_SETTINGS_MODULE="pod.settings"'],
] as const)(
  'only an encoding worker beside Django gets its variable: %s',
  (service, name, line) => {
    const lines = (workers: number) => {
      const files = emitted({ ...MICROSERVICES, workers, service });
      return textAt(files, `encoding/${name}`).split('\n');
    };
    expect(lines(0)).toContain(line);
    expect(lines(1)).not.toContain(line);
  },
);
