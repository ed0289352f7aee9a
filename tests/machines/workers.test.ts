import { describe, test } from 'vitest';
import { emitted } from '../emit/emitted.ts';
import { isRelease, stack } from '../stacks/environment.ts';
import { needStack } from '../stacks/need.ts';
import { deploymentOf, follow, installRedis, PASSWORD } from './follow.ts';
import { boot, needMachines } from './machine.ts';
import { PodMachine } from './podMachine.ts';

needMachines();
needStack();

/** Three servers: Redis, the web server, and one that encodes and sends xAPI statements. */
const ARCHITECTURE = {
  workers: 1,
  redis: 'dedicated',
  host: '10.77.0.1',
  'from.web': '10.77.0.2',
  'from.workers': '10.77.0.3',
} as const;

describe('workers are deployed as the page says', () => {
  test.for([
    ['celery', 'worker'],
    ['microservices', 'encoding'],
  ] as const)(
    'with %s: they start, encode, and are replaced without a task lost or run twice',
    async ([arch, role], { onTestFinished, expect, skip }) => {
      skip(
        arch === 'microservices' && isRelease(stack.encode),
        'the Python of a release has Django, which verify.sh does not want on an encoding server',
      );
      const architecture = { ...ARCHITECTURE, arch };
      const deployment = deploymentOf(architecture);
      const addresses = ['10.77.0.1', '10.77.0.2', '10.77.0.3'] as const;
      const [redis, webServer, workerServer] = await boot(onTestFinished, ...addresses);
      await installRedis(redis, deployment);
      const [web, worker] = [new PodMachine(webServer), new PodMachine(workerServer)];
      const files = emitted(architecture, { password: PASSWORD });
      for (const pod of [web, worker]) {
        const own = pod === web ? 'web' : role;
        await pod.install(own);
        // The files that a page quotes are written by its steps below.
        const settings = ['settings_local.py', 'verify.sh'];
        await pod.put(
          files.filter(({ server, name }) => server === own && settings.includes(name)),
        );
      }
      const onWorker = (id: Parameters<typeof follow>[2]) =>
        follow(workerServer, deployment, id, role);

      const encodes =
        arch === 'celery' ? 'python3-venv ffmpeg sox libsox-fmt-mp3' : 'python3-venv ffmpeg';
      // They are installed already: apt-get knows them all by these names.
      const transcribing = deploymentOf({ ...architecture, transcription: true });
      const installed = await follow(workerServer, transcribing, 'workers.packages', role);
      for (const name of encodes.split(' ')) expect(installed).toContain(`${name} is already`);

      // Published before there is a worker, tasks wait.
      await web.publish(2);
      expect(await onWorker('workers.queues')).toMatch(/2\n/);
      for (const step of ['workers.module', 'workers.unit', 'workers.start'] as const)
        await onWorker(step);
      const done = async () => (await worker.tasks('finished')).map(({ video }) => video);
      await expect.poll(done).toEqual([1, 2]);
      expect(await onWorker('workers.state')).toMatch(/^active\n[^]*ready\./);
      expect(await onWorker('workers.ping')).toContain('pong');
      const verified = await worker.verify(PASSWORD);
      expect([verified.status, verified.stdout]).toEqual([0, verified.stdout]);

      // One runs and two wait while the worker is stopped: it ends the one, and the others stay.
      await worker.makeTasksTake(600);
      await web.publish(3);
      await expect.poll(() => worker.tasks('tasks')).toHaveLength(3);
      expect(await onWorker('workers.active')).toMatch(/[*] \{.id/);
      const stopped = onWorker('workers.stop');
      const state = async () => (await workerServer.run(`systemctl is-active pod-${role}`)).stdout;
      await expect.poll(state).toBe('deactivating\n');
      await worker.makeTasksTake(0);
      await stopped;
      expect(await done()).toEqual([1, 2, 1]);
      expect(await onWorker('workers.queues')).toMatch(/2\n/);
      await onWorker('workers.again');
      await expect.poll(done).toEqual([1, 2, 1, 2, 3]);
      expect(await worker.tasks('tasks')).toHaveLength(5);

      // Notes of finished tasks are kept, and removed when they are old.
      await onWorker('workers.results');
      const clean = (age: string) =>
        workerServer.done(
          `sed -i 's/[0-9]*[ds]$/${age}/' /etc/tmpfiles.d/pod-celery.conf && systemd-tmpfiles --clean pod-celery.conf`,
        );
      const notes = async () =>
        (await workerServer.done('ls /var/lib/pod-celery')).split('\n').length - 1;
      expect(await notes()).toBe(5);
      await workerServer.done('systemd-tmpfiles --clean pod-celery.conf');
      expect(await notes()).toBe(5);
      await expect.poll(() => clean('1s').then(notes)).toBe(0);

      // They start with the machine.
      await workerServer.reboot();
      await web.publish(1);
      await expect.poll(done).toHaveLength(6);
    },
  );
});
