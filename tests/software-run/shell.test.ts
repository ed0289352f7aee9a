import { join } from 'node:path';
import { chmod, writeFile } from 'node:fs/promises';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { fileText } from '../../src/core/files.ts';
import { architectures, passwords } from '../core/architecture.ts';
import { emitted, textAt } from '../core/emitted.ts';
import { run, temporaryFolder } from './processes.ts';

test('shells read every script, whatever the architecture', async () => {
  const property = fc.asyncProperty(architectures, passwords, async (architecture, password) => {
    for (const file of emitted(architecture, { password })) {
      const shell = file.name === 'verify.sh' ? 'bash' : 'sh';
      if (file.name !== 'celeryd' && !file.name.endsWith('.sh')) continue;
      const { status, stderr } = await run(shell, ['-n'], { input: fileText(file) });
      expect({ name: file.name, status, stderr }).toEqual({
        name: file.name,
        status: 0,
        stderr: '',
      });
    }
  });
  await fc.assert(property, { numRuns: 30 });
});

describe('/etc/default/celeryd, sourced by sh,', () => {
  const names = ['NODES', 'CHDIR', 'LOG_LEVEL', 'LOG_FILE', 'PID_FILE', 'USER', 'GROUP', 'OPTS'];
  const variables = [
    'CELERY_APP',
    'CELERY_BIN',
    'CELERY_CREATE_DIRS',
    ...names.map((name) => `CELERYD_${name}`),
  ];

  test.each([24, 240])(
    'gives Celery’s init script its values for encodings of %i hours',
    async (hours) => {
      const script = `${textAt(emitted({ hours }), 'worker/celeryd')}\n${variables
        .map((name) => `echo "$${name}"`)
        .join('\n')}`;
      const { stdout } = await run('sh', ['-eu'], { input: script });
      const values = stdout.trim().split('\n');
      expect(Object.fromEntries(variables.map((name, at) => [name, values[at]]))).toEqual({
        CELERY_APP: 'pod.main',
        CELERY_BIN: '/home/pod/.virtualenvs/django_pod4/bin/celery',
        CELERY_CREATE_DIRS: '1',
        CELERYD_NODES: 'worker1',
        CELERYD_CHDIR: '/usr/local/django_projects/podv4',
        CELERYD_LOG_LEVEL: 'INFO',
        CELERYD_LOG_FILE: '/var/log/celery/%N.log',
        CELERYD_PID_FILE: '/var/run/celery/%N.pid',
        CELERYD_USER: 'pod',
        CELERYD_GROUP: 'pod',
        CELERYD_OPTS: `--time-limit=${hours * 3600} --concurrency=1 --max-tasks-per-child=1 --prefetch-multiplier=1`,
      });
    },
  );
});

describe('start-….sh, in a container,', () => {
  const docker = {
    arch: 'microservices',
    transcription: true,
    xapi: true,
    redis: 'docker',
  } as const;

  test.each([
    [
      'encoding',
      'podceleryconf celery -A pod.video_encode_transcript.encoding_tasks worker -l INFO ' +
        '-Q encoding --concurrency 1 -n encode@%h --time-limit=86400',
    ],
    [
      'transcription',
      'podceleryconf celery -A pod.video_encode_transcript.transcripting_tasks worker -l INFO ' +
        '-Q transcripting --concurrency 1 -n transcript@%h --time-limit=86400',
    ],
    ['xapi', ' celery -A pod.xapi.xapi_tasks worker -l INFO -Q xapi --concurrency 1 -n xapi@%h'],
  ])('starts the worker %s', async (role, expected) => {
    // A `celery` that tells its configuration module and its arguments.
    const folder = temporaryFolder(onTestFinished);
    const celery = join(folder, 'celery');
    await writeFile(celery, '#!/bin/sh\necho "$CELERY_CONFIG_MODULE celery $*"\n');
    await chmod(celery, 0o755);
    const { stdout } = await run('sh', [], {
      input: textAt(emitted(docker), `${role}/start-${role}.sh`),
      env: { PATH: `${folder}:${process.env['PATH'] ?? ''}` },
    });
    expect(stdout).toBe(`${expected}\n`);
  });
});
