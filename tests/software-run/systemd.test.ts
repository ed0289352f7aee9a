import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Architecture } from '../../src/model/architecture.ts';
import { fileText } from '../../src/emit/files.ts';
import { emitted, textAt } from '../emit/emitted.ts';
import { run, temporaryFolder } from './processes.ts';

const APART: Partial<Architecture> = { workers: 1, xapi: true };
const MICROSERVICES: Partial<Architecture> = {
  ...APART,
  arch: 'microservices',
  transcription: true,
};
const units = (choices: Partial<Architecture>) =>
  emitted(choices).filter(({ name }) => name.endsWith('.service'));

/** A unit's settings by section, as systemd.syntax(7) says: one `Key=value` a line. */
function sections(unit: string): Record<string, Record<string, string>> {
  const found: Record<string, Record<string, string>> = {};
  let current: Record<string, string> | undefined;
  for (const line of unit.split('\n')) {
    if (line === '' || line.startsWith('#')) continue;
    const section = /^\[(\w+)\]$/.exec(line)?.[1];
    const [, key = '', value = ''] = /^([A-Z]\w*)=(.+)$/.exec(line) ?? [];
    if (section !== undefined) current = found[section] = {};
    else if (current && key !== '' && !(key in current) && !value.endsWith('\\'))
      current[key] = value;
    else throw new Error(`systemd would not take “${line}”`);
  }
  return found;
}

/** The lines of systemd-analyze about a unit, and not about others of this machine. */
async function verified(unit: string, name: string, folder: string): Promise<string[]> {
  const place = join(folder, name);
  await writeFile(place, unit);
  const { stdout, stderr } = await run('systemd-analyze', ['verify', '--man=no', place]);
  return (stdout + stderr).split('\n').filter((line) => line.includes(name));
}

/** A folder with Pod's project and virtual environment, as far as systemd looks at them. */
async function paths(): Promise<Pick<Architecture, 'project' | 'venv'>> {
  const folder = temporaryFolder(onTestFinished);
  await mkdir(join(folder, 'bin'));
  await writeFile(join(folder, 'bin/celery'), '#!/bin/sh\n');
  await chmod(join(folder, 'bin/celery'), 0o755);
  return { project: folder, venv: folder };
}

describe('the units of the workers', () => {
  const SERVICE = {
    Type: 'exec',
    User: 'pod',
    Group: 'pod',
    WorkingDirectory: '/usr/local/django_projects/podv4',
    KillMode: 'mixed',
    TimeoutStopSec: '7200',
    Restart: 'always',
    RestartSec: '5',
  };
  const MODULE = { Environment: 'CELERY_CONFIG_MODULE=podceleryconf' };
  const CELERY = '/home/pod/.virtualenvs/django_pod4/bin/celery';
  const XAPI = {
    ...SERVICE,
    ...MODULE,
    TimeoutStopSec: '300',
    ExecStart: `${CELERY} -A pod.xapi.xapi_tasks worker -l INFO -n xapi@%%h -Q xapi --concurrency=1 --time-limit=300`,
  };

  test.each([
    [
      'worker',
      APART,
      {
        ...SERVICE,
        ExecStart: `${CELERY} -A pod.main worker -l INFO -n worker1@%%h -Q celery --concurrency=1 --prefetch-multiplier=1 --max-tasks-per-child=1 --time-limit=7200`,
      },
    ],
    [
      'encoding',
      MICROSERVICES,
      {
        ...SERVICE,
        ...MODULE,
        ExecStart: `${CELERY} -A pod.video_encode_transcript.encoding_tasks worker -l INFO -n encode@%%h -Q encoding --concurrency=1 --time-limit=7200`,
      },
    ],
    [
      'transcription',
      MICROSERVICES,
      {
        ...SERVICE,
        ...MODULE,
        ExecStart: `${CELERY} -A pod.video_encode_transcript.transcripting_tasks worker -l INFO -n transcript@%%h -Q transcripting --concurrency=1 --time-limit=7200`,
      },
    ],
    ['xapi', MICROSERVICES, XAPI],
    ['xapi', APART, XAPI],
    ['xapi', { arch: 'standalone', xapi: true } as const, XAPI],
  ])('%s: say what systemd is to do', (role, choices, service) => {
    const unit = sections(textAt(emitted({ ...choices, hours: 2 }), `${role}/pod-${role}.service`));
    expect(unit).toEqual({
      Unit: {
        Description: expect.stringContaining('Celery') as string,
        Wants: 'network-online.target',
        After: 'network-online.target',
      },
      Service: service,
      Install: { WantedBy: 'multi-user.target' },
    });
  });

  test('are for the account and in the folders that were given', () => {
    const choices = { account: 'www-data', project: '/srv/pod', venv: '/srv/venv' };
    for (const file of [
      ...units({ ...APART, ...choices }),
      ...units({ ...MICROSERVICES, ...choices }),
    ]) {
      const { Service = {} } = sections(fileText(file));
      expect(Service).toMatchObject({
        User: 'www-data',
        Group: 'www-data',
        WorkingDirectory: '/srv/pod',
      });
      expect(Service['ExecStart']).toMatch(/^\/srv\/venv\/bin\/celery -A pod\./);
    }
  });

  test('pass systemd-analyze verify', async () => {
    const here = await paths();
    const files = [
      ...units({ ...APART, ...here }),
      ...units({ ...MICROSERVICES, ...here }),
      ...units({ arch: 'standalone', xapi: true, ...here }),
    ];
    expect(files.map(({ name }) => name)).toEqual(
      ['worker', 'xapi', 'encoding', 'transcription', 'xapi', 'xapi'].map(
        (role) => `pod-${role}.service`,
      ),
    );
    for (const file of files) {
      expect(await verified(fileText(file), file.name, here.project)).toEqual([]);
    }
  });

  test.each([
    ['KillMode=mixed', 'KillMode=mix'],
    ['/bin/celery ', '/bin/celeri '],
    ['Type=exec', 'Typ=exec'],
  ])('would not pass with %s as %s', async (right, wrong) => {
    const here = await paths();
    const [file] = units({ ...APART, ...here });
    const unit = file ? fileText(file) : '';
    expect(unit).toContain(right);
    const said = await verified(unit.replace(right, wrong), 'pod-worker.service', here.project);
    expect(said).not.toEqual([]);
  });
});
