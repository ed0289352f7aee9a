import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Architecture } from '../../src/core/architecture.ts';
import { PROJECT, VENV_BIN } from '../../src/core/emit/worker.ts';
import { fileText } from '../../src/core/files.ts';
import { emitted, textAt } from '../core/emitted.ts';
import { run, temporaryFolder } from './processes.ts';

const ALL: Partial<Architecture> = {
  arch: 'microservices',
  workers: 1,
  transcription: true,
  xapi: true,
};
const units = (choices: Partial<Architecture> = ALL) =>
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

describe('the units of the workers', () => {
  const SERVICE = {
    Type: 'exec',
    User: 'pod',
    Group: 'pod',
    WorkingDirectory: '/usr/local/django_projects/podv4',
    KillMode: 'mixed',
    Restart: 'on-failure',
  };
  const CELERY = '/home/pod/.virtualenvs/django_pod4/bin/celery';
  const LONG = { Environment: 'CELERY_CONFIG_MODULE=podceleryconf', TimeoutStopSec: '7200' };

  test.each([
    [
      'encoding',
      {
        ...LONG,
        ExecStart: `${CELERY} -A pod.video_encode_transcript.encoding_tasks worker -l INFO -Q encoding --concurrency 1 -n encode@%%h --time-limit=7200`,
      },
    ],
    [
      'transcription',
      {
        ...LONG,
        ExecStart: `${CELERY} -A pod.video_encode_transcript.transcripting_tasks worker -l INFO -Q transcripting --concurrency 1 -n transcript@%%h --time-limit=7200`,
      },
    ],
    [
      'xapi',
      {
        TimeoutStopSec: '60',
        ExecStart: `${CELERY} -A pod.xapi.xapi_tasks worker -l INFO -Q xapi --concurrency 1 -n xapi@%%h`,
      },
    ],
  ])('%s: say what systemd is to do', (role, service) => {
    const unit = sections(textAt(emitted({ ...ALL, hours: 2 }), `${role}/pod-${role}.service`));
    expect(unit).toEqual({
      Unit: {
        Description: expect.stringContaining('Celery') as string,
        Wants: 'network-online.target',
        After: 'network-online.target',
      },
      Service: { ...SERVICE, ...service },
      Install: { WantedBy: 'multi-user.target' },
    });
  });

  test('pass systemd-analyze verify, on machines that have it', async () => {
    const folder = temporaryFolder(onTestFinished);
    await mkdir(join(folder, 'bin'));
    await writeFile(join(folder, 'bin/celery'), '#!/bin/sh\n');
    await chmod(join(folder, 'bin/celery'), 0o755);
    const files = [...units(), ...units({ xapi: true })];
    expect(files.length).toBe(4);
    for (const file of files) {
      const unit = fileText(file)
        .replaceAll(VENV_BIN, join(folder, 'bin'))
        .replaceAll(PROJECT, folder);
      const place = join(folder, file.name);
      await writeFile(place, unit);
      const { status, stdout, stderr } = await run('sh', [
        '-c',
        'if command -v systemd-analyze >/dev/null; then systemd-analyze verify --man=no "$1"; fi',
        'sh',
        place,
      ]);
      // Whatever else the machine has to complain of, nothing is about this unit.
      const about = (stdout + stderr).split('\n').filter((line) => line.includes(file.name));
      expect({ status, about }).toEqual({ status: 0, about: [] });
    }
  });
});
