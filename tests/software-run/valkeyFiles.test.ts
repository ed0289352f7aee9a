import { join } from 'node:path';
import { expect, test } from 'vitest';
import { full } from '../sets.ts';
import { hasRelease, NO_RELEASE, release } from '../stacks/debian.ts';
import { freePort, run, serve, temporaryFolder } from './processes.ts';
import { ask } from './redis.ts';

test.runIf(full)(
  'Valkey does not start with the files of Redis 8, as the page says',
  async ({ onTestFinished, skip }) => {
    skip(!hasRelease('debian-13'), NO_RELEASE);
    const folder = temporaryFolder(onTestFinished);
    const port = await freePort();
    const programs = join(release('debian-13'), 'bin');
    const options = ['--port', String(port), '--appendonly', 'yes'];
    const redis = await serve(join(programs, 'redis-server'), options, { cwd: folder }, (said) =>
      said.includes('Ready to accept'),
    );
    const door = { host: '127.0.0.1', port };
    expect(await ask(door, '-n', '5', 'LPUSH', 'celery', 'task')).toEqual(['1']);
    await ask(door, 'SHUTDOWN', 'SAVE');
    await redis.ended;
    const { status, stdout } = await run(join(programs, 'valkey-server'), options, { cwd: folder });
    expect(status).not.toBe(0);
    expect(stdout).toContain("Can't handle RDB format version 12");
  },
);
