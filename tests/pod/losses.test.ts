import { afterAll, describe, expect, test } from 'vitest';
import type { PodLoss } from '../../src/site/podProof.ts';
import { fileText } from '../../src/emit/files.ts';
import { full, pairwise } from '../sets.ts';
import { altered } from '../software-run/altered.ts';
import type { Change, Choices } from '../software-run/deployed.ts';
import { TRANSPORTS } from '../software-run/offered.ts';
import { until, type Finally } from '../software-run/processes.ts';
import { hasEnvironment, NO_PYPI } from '../stacks/environment.ts';
import { startCase, tasksLeft, type CaseOptions, type PodCase } from './case.ts';
import { unexplained } from './logs.ts';
import { givenBack, LOSSES, makeOld, OF_LOSSES, outage, RESTART, type Loss } from './losses.ts';
import { publish, WRITES } from './proven.ts';
import { spokenVideo, testVideo } from './samples.ts';
import { acknowledged, encoded, encodings, upload, verify, videoNow, type Video } from './scenario.ts';
import { transcribing } from './transcription.ts';
import type { Worker } from './worker.ts';

/** An architecture with workers, and what keeps these running. */
interface Stack {
  readonly arch: 'celery' | 'microservices';
  readonly service: 'systemd' | 'init';
}

const STACKS: readonly Stack[] = (['celery', 'microservices'] as const).flatMap((arch) =>
  (['systemd', 'init'] as const).map((service) => ({ arch, service })),
);

/** After how many seconds a task that nobody has acknowledged is given back, where a test waits for that. */
const TIMEOUT = 20;

const soon: Change = (files) => altered(files, /(?<="visibility_timeout": )\d+/g, String(TIMEOUT));

function choicesOf({ arch, service }: Stack, sentinel = false): Choices {
  return {
    arch,
    service,
    // With systemd, the worker's server is another one than the web server.
    workers: service === 'systemd' ? 1 : 0,
    ...TRANSPORTS[sentinel ? 'sentinel' : 'tcp'],
  };
}

/** Pod, its worker, and a video whose encoding is suspended. */
interface Encoding {
  readonly running: PodCase;
  readonly worker: Worker;
  readonly video: Video;
  /** Lets the encoding go on. */
  readonly proceed: () => void;
  /** Fulfilled when the visibility timeout of the task is over. */
  readonly overdue: () => Promise<void>;
}

async function startEncoding(
  choices: Choices,
  atEnd: Finally,
  options: CaseOptions = {},
): Promise<Encoding> {
  const running = await startCase(choices, atEnd, options);
  const [worker] = running.servers.flatMap(({ workers }) => workers);
  if (!worker) throw new Error('There is no worker.');
  const video = await upload(running, await testVideo(30));
  await until(() => worker.runs('ffmpeg'));
  const proceed = worker.suspend();
  expect(encodings(running, video)).toBe(1);
  expect(await tasksLeft(running)).toEqual({ waiting: 0, unacked: 1 });
  // Later than the worker took the task.
  const start = Date.now();
  const overdue = () => until(() => Date.now() > start + TIMEOUT * 1000);
  return { running, worker, video, proceed, overdue };
}

/** Waits until the video is encoded, whether or not its task is acknowledged. */
const seen = (running: PodCase, video: Video) =>
  until(async () => {
    const { encoded: is, encoding_in_progress: busy } = await videoNow(running, video);
    return is && !busy;
  });

const losses: PodLoss[] = [];

/** The worker is as before: it encodes, nothing is left over, and nobody logged what is not explained. */
async function inOrder(
  { arch, service }: Stack,
  loss: PodLoss['loss'],
  { running, video }: Encoding,
  runs: number,
): Promise<void> {
  await encoded(running, await upload(running, await testVideo(3)));
  await acknowledged(running);
  const { unacked } = await tasksLeft(running);
  losses.push({ arch, service, loss, runs: encodings(running, video), unacked });
  expect(encodings(running, video)).toBe(runs);
  expect((await videoNow(running, video)).encoded).toBe(true);
  await verify(running);
  expect(unexplained(running.logs(), OF_LOSSES)).toEqual([]);
}

/** Starts a worker again that is idle, as an administrator does. */
async function startAgain(worker: Worker): Promise<void> {
  await worker.stop();
  await worker.start();
}

/** A loss that is over before the task ends. */
async function lose(stack: Stack, loss: Loss, atEnd: Finally): Promise<void> {
  // Without a supervisor the task stays unacknowledged unless Redis was reached all the time.
  const late = stack.service === 'init' && !loss.reachable;
  const encoding = await startEncoding(choicesOf(stack, loss.sentinel), atEnd, {
    ...(late && { change: soon }),
  });
  const { running, worker, video, proceed, overdue } = encoding;
  await loss.happen(running, atEnd);
  // It has noticed.
  await until(() => /connection (?:to broker )?lost|Retrying to re-establish/i.test(logs(running)));
  proceed();
  await seen(running, video);
  if (stack.service === 'systemd') await until(() => worker.starts === 2);
  if (late) {
    await overdue();
    await startAgain(worker);
  }
  await inOrder(stack, loss.name, encoding, 1);
}

const logs = (running: PodCase) => Object.values(running.logs()).join('\n');

/** Redis goes during the task, and comes back after its end. */
async function loseOverTheEnd(stack: Stack, atEnd: Finally): Promise<void> {
  const encoding = await startEncoding(choicesOf(stack), atEnd, { change: soon });
  const { running, proceed, overdue } = encoding;
  const results = () => running.servers.flatMap((server) => server.results());
  expect(results()).toEqual([]);
  const comeBack = await outage(running, atEnd);
  proceed();
  await until(() => results().length === 1);
  await overdue();
  await comeBack();
  // Not acknowledged, the task comes again.
  await until(async () => (await givenBack(running)) > 0);
  await inOrder(stack, 'outage', encoding, 1);
}

/** The worker is killed with its task, which is then given back. */
async function killWorker(stack: Stack, atEnd: Finally): Promise<void> {
  const encoding = await startEncoding(choicesOf(stack), atEnd);
  const { running, worker, video } = encoding;
  await worker.kill();
  if (stack.service === 'init') await worker.start();
  await seen(running, await upload(running, await testVideo(3)));
  expect(worker.starts).toBe(2);
  expect(encodings(running, video)).toBe(1);
  await until(async () => (await tasksLeft(running)).unacked === 1);
  await worker.stop();
  await makeOld(running);
  await worker.start();
  await seen(running, video);
  // Once to the end.
  await inOrder(stack, 'worker', encoding, 2);
}

const missing = hasEnvironment('pod') ? undefined : NO_PYPI;

interface Case extends Stack {
  readonly loss: PodLoss['loss'];
}

const ALL: readonly Case[] = STACKS.flatMap((stack) =>
  [...LOSSES.map(({ name }) => name), 'outage' as const, 'worker' as const].map((loss) => ({
    ...stack,
    loss,
  })),
);

const nameOf = ({ arch, service, loss }: Case) => `${arch}-${service}-${loss}`;

describe.concurrent('a worker that loses Redis while it encodes has encoded once', () => {
  for (const each of pairwise(ALL))
    test(nameOf(each), async ({ onTestFinished, skip }) => {
      skip(missing !== undefined, missing);
      const loss = LOSSES.find(({ name }) => name === each.loss);
      if (loss) await lose(each, loss, onTestFinished);
      else if (each.loss === 'outage') await loseOverTheEnd(each, onTestFinished);
      else await killWorker(each, onTestFinished);
    });
});
