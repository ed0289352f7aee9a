import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { pythonString } from '../../src/emit/escape.ts';
import { temporaryFolder, until, type Finally } from '../software-run/processes.ts';
import { quoteText } from '../emit/quotes/quoted.ts';
import { needStack } from '../stacks/need.ts';
import { mediaFiles, startCase, tasksLeft, type PodCase } from './case.ts';
import { unexplained, type Explained } from './logs.ts';
import {
  addRunnerManager,
  HEALTH,
  inRunnerShell,
  type RunnerManager,
  type RunnerManagerOptions,
} from './runnerManager.ts';
import { testVideo } from './samples.ts';
import {
  encoded,
  encodings,
  keysInPlace,
  logIn,
  upload,
  verify,
  videoNow,
  type Video,
} from './scenario.ts';
import { ADMIN, DOMAIN } from './settings.ts';

needStack();

/** The messages of a run in which the manager was away. */
const AWAY: readonly Explained[] = [
  {
    pattern: /Cannot reach runner manager manager: /,
    reason: 'The manager is away, and Pod tries the next one.',
  },
  {
    pattern: /No runner manager available to process encoding for video \d+\./,
    reason: 'There is no next one; the task waits for the cron job.',
  },
];

/** The messages of a run in which the manager was away when Pod fetched a result. */
const UNFETCHED: readonly Explained[] = [
  {
    pattern: /Error reaching runner manager for task \d+: /,
    reason: 'The manager is away just after it has told the end.',
  },
];

/** Pod, and the runner manager that it hands its tasks to. */
interface RunnerCase {
  readonly running: PodCase;
  readonly manager: RunnerManager;
}

/** Starts Pod that has a runner manager, with the manager in its administration. */
async function startRunnerCase(
  atEnd: Finally,
  options: Pick<RunnerManagerOptions, 'health'> = {},
): Promise<RunnerCase> {
  const running = await startCase({ arch: 'runner', service: 'init' }, atEnd, { scheme: 'https' });
  return { running, manager: await addRunnerManager(running, atEnd, options) };
}

/** The job that cron runs every three minutes. */
const cron = ({ running }: RunnerCase): Promise<string> => running.web.runCron();

/** A task in Pod's database. */
interface PodTask {
  readonly status: string;
  readonly task_id: string | null;
  readonly runner_manager_id: number | null;
}

/** The tasks that Pod has of a video. */
const podTasks = async ({ running }: RunnerCase, { id }: Video): Promise<PodTask[]> =>
  JSON.parse(
    await inRunnerShell(
      running,
      `print(json.dumps(list(Task.objects.filter(video_id=${id}).values("status", "task_id", "runner_manager_id"))))`,
    ),
  ) as PodTask[];

/** The kinds of renditions that Pod has of a video. */
const renditions = async ({ running }: RunnerCase, { id }: Video): Promise<string[]> =>
  JSON.parse(
    await inRunnerShell(
      running,
      `rows = [row for model in (EncodingVideo, EncodingAudio, PlaylistVideo) for row in model.objects.filter(video_id=${id})]
print(json.dumps([f"{row.name} {row.encoding_format}" for row in rows]))`,
    ),
  ) as string[];

/** The renditions of a video of 360 lines. */
const RENDITIONS = [
  '360p video/mp2t',
  '360p video/mp4',
  'audio audio/mp3',
  '360p application/x-mpegURL',
  'playlist application/x-mpegURL',
];

/** How many requests of Pod the manager answered with success, by the beginning of their path. */
const answered = ({ manager }: RunnerCase, beginning: string) =>
  manager.requests.filter(({ path, status }) => path.startsWith(beginning) && status === 200)
    .length;

/** The id of the only task that the manager has. */
function onlyTask({ manager }: RunnerCase): string {
  expect(manager.tasks).toHaveLength(1);
  return manager.tasks[0]?.id ?? '';
}

/** The video has its renditions, by one task which was handed over once and whose result was fetched once. */
async function allEncoded(each: RunnerCase, video: Video): Promise<void> {
  const id = onlyTask(each);
  expect(await videoNow(each.running, video)).toMatchObject({
    encoded: true,
    encoding_in_progress: false,
    get_encoding_step: '0: done',
  });
  expect(await podTasks(each, video)).toEqual([
    { status: 'completed', task_id: id, runner_manager_id: 1 },
  ]);
  expect((await renditions(each, video)).toSorted()).toEqual(RENDITIONS.toSorted());
  expect(await mediaFiles(each.running)).toEqual(
    expect.arrayContaining([
      'playlist.m3u8',
      'info_video.json',
      expect.stringMatching(/^360p_.*ts$/),
    ]),
  );
  expect(answered(each, '/task/execute')).toBe(1);
  const files = each.manager.requests.filter(({ path }) => path.startsWith(`/task/result/${id}`));
  expect(new Set(files.map(({ path }) => path)).size).toBe(files.length);
}

/** Redis has the keys of caches and sessions, no queue and no result of a task. */
async function noQueue({ running }: RunnerCase): Promise<void> {
  await keysInPlace(running);
  expect(await tasksLeft(running)).toEqual({ waiting: 0, unacked: 0 });
}

/** The end of a file. */
const END = /(?![^])/g;

describe.concurrent('Pod itself moves to Esup-Runner', () => {
  for (const arch of ['celery', 'microservices'] as const)
    test(`from ${arch}: what waits is encoded by the worker, what comes by the runner`, async ({
      onTestFinished,
    }) => {
      // The worker of the microservices calls Pod by http, which SECURE_SSL_REDIRECT turns away.
      const settings = 'SECURE_REDIRECT_EXEMPT = [r"^rest/"]\n';
      const running = await startCase({ arch }, onTestFinished, { settings, scheme: 'https' });
      const { deployment } = running.redis;
      const [worker] = running.web.workers;
      if (!worker) throw new Error('There is no worker.');
      await worker.stop();
      const before = await upload(running, await testVideo(3));
      // A thread of the web server hands over the tasks of the microservices.
      await until(async () => (await tasksLeft(running)).waiting === 1);

      const manager = await addRunnerManager(running, onTestFinished);
      const lines = quoteText('runner.settings', deployment);
      expect(lines).toMatch(/^USE_RUNNER_MANAGER = True\n/);
      await running.web.edit('settings_local.py', END, `\n${lines}`);
      await running.web.restartWeb();
      const after = await upload(running, await testVideo(3));
      const id = onlyTask({ running, manager });
      await manager.encode(id);
      expect((await manager.notify(id)).status).toBe(200);
      expect(await videoNow(running, after)).toMatchObject({ encoded: true });
      expect(await tasksLeft(running)).toEqual({ waiting: 1, unacked: 0 });

      await worker.start();
      await encoded(running, before);
      expect(encodings(running, before)).toBe(1);
      expect(encodings(running, after)).toBe(0);
      expect(manager.tasks).toHaveLength(1);
      expect(await tasksLeft(running)).toEqual({ waiting: 0, unacked: 0 });
      expect(unexplained(running.logs())).toEqual([]);
    });
});

describe.concurrent('Pod itself with a runner manager', () => {
  test('encodes an upload', async ({ onTestFinished }) => {
    const each = await startRunnerCase(onTestFinished);
    const { running, manager } = each;
    await logIn(running);
    const video = await upload(running, await testVideo(3));
    const id = onlyTask(each);
    expect(manager.tasks[0]?.request).toEqual({
      etab_name: expect.any(String) as string,
      app_name: 'Esup-Pod',
      app_version: expect.any(String) as string,
      task_type: 'encoding',
      source_url: expect.stringContaining(`https://${DOMAIN}/media/videos/`) as string,
      notify_url: `https://${DOMAIN}/runner/notify_task_end/`,
      parameters: { rendition: expect.stringContaining('640x360') as string },
    });
    expect(await podTasks(each, video)).toEqual([
      { status: 'running', task_id: id, runner_manager_id: 1 },
    ]);
    expect((await videoNow(running, video)).encoding_in_progress).toBe(true);

    // Nothing to do for the cron job while a task runs.
    await cron(each);
    await manager.encode(id);
    expect(await manager.notify(id)).toMatchObject({ status: 200, body: '{"status": "OK"}' });
    await allEncoded(each, video);
    await cron(each);
    await allEncoded(each, video);
    await noQueue(each);
    await verify(running);
    expect(unexplained(running.logs())).toEqual([]);
  });

  test('keeps the task of an upload while the manager is away', async ({ onTestFinished }) => {
    const each = await startRunnerCase(onTestFinished);
    const { running, manager } = each;
    await manager.stop();
    const video = await upload(running, await testVideo(3));
    const waits = [{ status: 'pending', task_id: null, runner_manager_id: null }];
    expect(await podTasks(each, video)).toEqual(waits);
    expect(await videoNow(running, video)).toMatchObject({
      encoded: false,
      encoding_in_progress: false,
    });
    expect(await cron(each)).toContain('(no runner available)');
    expect(await podTasks(each, video)).toEqual(waits);
    expect(manager.requests).toEqual([]);

    await manager.start();
    expect(await cron(each)).toContain('Successfully submitted encoding task');
    const id = onlyTask(each);
    expect(await cron(each)).toContain('No pending tasks found');
    expect(answered(each, '/task/execute')).toBe(1);
    await manager.encode(id);
    expect((await manager.notify(id)).status).toBe(200);
    await allEncoded(each, video);
    await cron(each);
    await allEncoded(each, video);
    await noQueue(each);
    expect(unexplained(running.logs(), AWAY)).toEqual([]);
  });

  test('fetches after two hours a result that nobody announced', async ({ onTestFinished }) => {
    const each = await startRunnerCase(onTestFinished);
    const { running, manager } = each;
    const video = await upload(running, await testVideo(3));
    await manager.encode(onlyTask(each));
    await cron(each);
    expect((await videoNow(running, video)).encoded).toBe(false);
    expect(answered(each, '/task/result/')).toBe(0);

    await inRunnerShell(
      running,
      'from datetime import timedelta\nfor task in Task.objects.all():\n    task.date_added -= timedelta(hours=2)\n    task.save()',
    );
    await cron(each);
    await allEncoded(each, video);
    await cron(each);
    await allEncoded(each, video);
    expect(unexplained(running.logs())).toEqual([]);
  });

  test('loses a result that it cannot fetch when it is told', async ({ onTestFinished }) => {
    const each = await startRunnerCase(onTestFinished);
    const { running, manager } = each;
    const video = await upload(running, await testVideo(3));
    const id = onlyTask(each);
    await manager.encode(id);
    await manager.stop();
    expect((await manager.notify(id)).status).toBe(200);
    await manager.start();
    // Pod 4.4 leaves the task running until the result is there, and fetches it later.
    await cron(each);
    expect(await podTasks(each, video)).toEqual([
      { status: 'completed', task_id: id, runner_manager_id: 1 },
    ]);
    expect(await videoNow(running, video)).toMatchObject({
      encoded: false,
      encoding_in_progress: true,
    });
    expect(unexplained(running.logs(), UNFETCHED)).toEqual([]);
  });

  test('has Celery’s worker record a presentation of BigBlueButton, and hands its video to the manager', async ({
    onTestFinished,
  }) => {
    // Instead of bbb-recorder, which opens the presentation in a browser: its command gives a video.
    const recorder = temporaryFolder(onTestFinished);
    await mkdir(join(recorder, 'logs'));
    const script = `require('node:fs').copyFileSync(${JSON.stringify(await testVideo(3))}, process.argv[3]);`;
    await writeFile(join(recorder, 'export.js'), script);
    const settings = `USE_IMPORT_VIDEO_BBB_RECORDER = True
IMPORT_VIDEO_BBB_RECORDER_PLUGIN = ${pythonString(recorder)}
IMPORT_VIDEO_BBB_RECORDER_PATH = ${pythonString(recorder)}
`;
    const choices = { arch: 'runner', bbb: true, service: 'init' } as const;
    const running = await startCase(choices, onTestFinished, { settings, scheme: 'https' });
    // Pod imports what downloads from YouTube too, which the environments do not have.
    const youtube = join(running.web.project, 'pytubefix');
    await mkdir(youtube);
    await writeFile(join(youtube, '__init__.py'), 'YouTube = None\n');
    await writeFile(
      join(youtube, 'exceptions.py'),
      'PytubeFixError = VideoUnavailable = ValueError\n',
    );
    const manager = await addRunnerManager(running, onTestFinished);
    const each: RunnerCase = { running, manager };
    await inRunnerShell(
      running,
      `from pod.import_video.models import ExternalRecording
from pod.import_video.views import start_bbb_encode_presentation_and_upload_to_pod
from django.contrib.auth.models import User
owner = User.objects.get(username=${pythonString(ADMIN.user)})
record = ExternalRecording.objects.create(name="presentation", owner=owner)
start_bbb_encode_presentation_and_upload_to_pod(record.id, "https://bbb.example.org/1", "mp4")`,
    );
    await until(() => Promise.resolve(manager.tasks.length > 0));
    await until(async () => (await tasksLeft(running)).unacked === 0);
    const id = onlyTask(each);
    await manager.encode(id);
    expect((await manager.notify(id)).status).toBe(200);
    const video = JSON.parse(
      await inRunnerShell(
        running,
        'print(json.dumps(list(Video.objects.filter(title="presentation").values("id", "slug"))))',
      ),
    ) as Video[];
    expect(video).toHaveLength(1);
    await allEncoded(each, video[0] as Video);
    await noQueue(each);
    expect(unexplained(running.logs())).toEqual([]);
  });

  for (const health of ['old', 'new'] as const)
    test(`tests the connection to a manager with the ${health} health address`, async ({
      onTestFinished,
    }) => {
      const { running, manager } = await startRunnerCase(onTestFinished, { health });
      const visitor = await logIn(running);
      const page = '/admin/video_encode_transcript/runnermanager/1/test-connection/';
      expect((await visitor.ask(page)).status).toBe(302);
      // Pod 4.2 knows the old one alone.
      expect(manager.requests).toEqual([
        { method: 'GET', path: HEALTH.old, status: health === 'old' ? 200 : 404 },
      ]);
    });
});
