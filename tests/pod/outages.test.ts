import { describe, expect, test } from 'vitest';
import { altered } from '../software-run/altered.ts';
import { until } from '../software-run/processes.ts';
import { hasEnvironment, NO_PYPI } from '../stacks/environment.ts';
import { startCase } from './case.ts';
import { OUTAGE, unexplained } from './logs.ts';
import { startRedisAgain, stopRedis } from './outage.ts';
import { testVideo } from './samples.ts';
import { encoded, encodings, upload, verify, videoNow } from './scenario.ts';

const missing = hasEnvironment('pod') ? undefined : NO_PYPI;

describe.concurrent('Redis restarted during an encoding: the video is encoded once', () => {
  for (const arch of ['celery', 'microservices'] as const)
    test(arch, async ({ onTestFinished, skip }) => {
      skip(missing !== undefined, missing);
      const running = await startCase({ arch }, onTestFinished);
      const [redis] = running.redis.redis;
      if (!redis) throw new Error('There is no Redis.');
      const first = await upload(running, await testVideo(60));
      await until(() => encodings(running, first) > 0);
      await stopRedis(redis);
      await startRedisAgain(redis, onTestFinished);
      await encoded(running, first, 120);
      await encoded(running, await upload(running, await testVideo(3)));
      expect(encodings(running, first)).toBe(1);
      await verify(running);
      expect(unexplained(running.logs(), OUTAGE)).toEqual([]);
    });
});

describe.concurrent('faults of workers', () => {
  test('Django’s settings are not named: the video stays in progress, and verify.sh says so', async ({
    onTestFinished,
    skip,
  }) => {
    skip(missing !== undefined, missing);
    const running = await startCase({ arch: 'microservices' }, onTestFinished, {
      change: (files) => altered(files, 'Environment=DJANGO_SETTINGS_MODULE=pod.settings\n', ''),
    });
    const video = await upload(running, await testVideo(3));
    const worker = running.web.workers.find(({ name }) => name.includes('encoding'));
    await until(() => worker?.said().includes('ImproperlyConfigured') ?? false);
    const { encoded: isEncoded, encoding_in_progress: inProgress } = await videoNow(running, video);
    expect({ isEncoded, inProgress }).toEqual({ isEncoded: false, inProgress: true });
    const { status, stdout } = await running.web.verify(running.redis.password);
    expect(status).toBe(1);
    expect(stdout).toContain('ImproperlyConfigured');
  });
});
