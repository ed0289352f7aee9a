import { expect, onTestFinished, test } from 'vitest';
import { emitted, textAt } from '../emit/emitted.ts';
import { freePort, temporaryFolder } from './processes.ts';
import { ask, startRedis } from './redis.ts';

test.each([
  ['kept when append-only persistence is turned on live first', true],
  ['lost by a restart with our redis.conf alone, as its comment says', false],
])('what a Redis with default snapshots holds is %s', async (_, live) => {
  const port = await freePort();
  const door = { host: '127.0.0.1', port };
  const folder = temporaryFolder(onTestFinished);
  await startRedis(`port ${port}\n`, onTestFinished, folder);
  await ask(door, '-n', '5', 'LPUSH', 'celery', 'task');
  if (live) {
    await ask(door, 'CONFIG', 'SET', 'appendonly', 'yes');
    await expect
      .poll(async () => (await ask(door, 'INFO', 'persistence')).join())
      .toMatch(/aof_rewrite_in_progress:0.*aof_last_bgrewrite_status:ok/s);
  }
  await ask(door, 'SHUTDOWN', 'SAVE');

  await startRedis(
    textAt(emitted({ port, auth: 'none' }), 'redis/redis.conf'),
    onTestFinished,
    folder,
  );
  expect(await ask(door, '-n', '5', 'LLEN', 'celery')).toEqual([live ? '1' : '0']);
});
