import { afterAll, describe, expect, test } from 'vitest';
import type { PodLoss } from '../../src/site/podProof.ts';
import { pairwise, sample } from '../sets.ts';
import { altered } from '../software-run/altered.ts';
import type { Change, Choices } from '../software-run/deployed.ts';
import { TRANSPORTS } from '../software-run/offered.ts';
import { until, type Finally } from '../software-run/processes.ts';
import { needStack } from '../stacks/need.ts';
import { startCase, tasksLeft, type CaseOptions, type PodCase } from './case.ts';
import { OUTAGE, unexplained } from './logs.ts';
import { givenBack, listens, LOSSES, makeOld, outage, RESTART, type Loss } from './losses.ts';
import { publish, WRITES } from './proven.ts';
import { spokenVideo, testVideo } from './samples.ts';
import {
  acknowledged,
  encoded,
  encodings,
  upload,
  verify,
  videoNow,
  type Video,
} from './scenario.ts';
import { askForTranscription, captionsOf, hasTrack, transcribing } from './transcription.ts';
import type { Worker } from './worker.ts';

needStack();

/** An architecture with workers, and what keeps these running. */
type Setup = Pick<PodLoss, 'arch' | 'service'>;

const SETUPS: readonly Setup[] = (['celery', 'microservices'] as const).flatMap((arch) =>
  (['systemd', 'init'] as const).map((service) => ({ arch, service })),
);

/** A setup, and what its worker loses. */
type Case = Setup & Pick<PodLoss, 'loss'>;

const ALL: readonly Case[] = SETUPS.flatMap((setup) =>
  [...LOSSES.map(({ name }) => name), 'outage' as const, 'worker' as const].map((loss) => ({
    ...setup,
    loss,
  })),
);

const nameOf = ({ arch, service, loss }: Case) => `${arch}-${service}-${loss}`;

/** After how many seconds an unacknowledged task is given back, where a test waits for that: not 25 hours. */
const TIMEOUT = 20;

const soon: Change = (files) => altered(files, /(?<=visibility_timeout\W+)\d+/g, String(TIMEOUT));

/** Waits until a task that was taken before now is overdue. */
function overdueFrom(start: number): () => Promise<void> {
  return () => until(() => Date.now() > start + TIMEOUT * 1000);
}

function choicesOf({ arch, service }: Setup, sentinel = false): Choices {
  return {
    arch,
    service,
    // The worker's server is another one than the web server, and has no Django, or they are the same.
    workers: service === 'systemd' ? 1 : 0,
    ...TRANSPORTS[sentinel ? 'sentinel' : 'tcp'],
  };
}

const workersOf = ({ servers }: PodCase) => servers.flatMap(({ workers }) => workers);

/** How many tasks have ended with success: a little after Pod shows what they made. */
const resultsOf = ({ servers }: PodCase) => servers.flatMap((server) => server.results()).length;

/** Pod, its worker, and a video whose encoding is suspended. */
interface Encoding {
  readonly running: PodCase;
  readonly worker: Worker;
  readonly video: Video;
  /** Lets the encoding go on. */
  readonly proceed: () => void;
  /** Waits until its task is overdue. */
  readonly overdue: () => Promise<void>;
}

async function startEncoding(
  choices: Choices,
  atEnd: Finally,
  options: CaseOptions = {},
): Promise<Encoding> {
  const running = await startCase(choices, atEnd, options);
  const [worker] = workersOf(running);
  if (!worker) throw new Error('There is no worker.');
  const video = await upload(running, await testVideo(30));
  await until(() => worker.runs('ffmpeg'));
  const proceed = worker.suspend();
  await until(() => encodings(running, video) === 1);
  expect(await tasksLeft(running)).toEqual({ waiting: 0, unacked: 1 });
  return { running, worker, video, proceed, overdue: overdueFrom(Date.now()) };
}

/** Waits until a video is encoded, whether or not its task is acknowledged. */
const seen = (running: PodCase, video: Video) =>
  until(async () => {
    const { encoded: isEncoded, encoding_in_progress: inProgress } = await videoNow(running, video);
    return isEncoded && !inProgress;
  });

/** Starts workers again, as an administrator does. */
async function startAgain(workers: readonly Worker[]): Promise<void> {
  await Promise.all(workers.map((worker) => worker.stop()));
  await Promise.all(workers.map((worker) => worker.start()));
}

/** Gives back what a worker has not acknowledged: it must not run meanwhile. */
async function giveBack(running: PodCase, worker: Worker): Promise<void> {
  await worker.stop();
  await makeOld(running);
  await worker.start();
}

const losses: PodLoss[] = [];

/**
 * Pod is as before the loss: the worker encodes the next video, nothing is left over, and nobody logged what is
 * not explained.
 *
 * @param runs how many times the encoding was to begin
 */
async function allWell(each: Case, { running, video }: Encoding, runs = 1): Promise<void> {
  await encoded(running, await upload(running, await testVideo(3)));
  const { arch, service, loss } = each;
  const { unacked } = await tasksLeft(running);
  losses.push({ arch, service, loss, runs: encodings(running, video), unacked });
  expect({ unacked, runs: encodings(running, video) }).toEqual({ unacked: 0, runs });
  await seen(running, video);
  // A worker that started without Redis may lose its connection once more, and is started again.
  await until(
    () =>
      verify(running).then(
        () => true,
        () => false,
      ),
    60,
  );
  await verify(running);
  expect(unexplained(running.logs(), OUTAGE)).toEqual([]);
}

/**
 * Whether a worker that goes on listens again. It ends instead, sometimes, by a fault of kombu that the page
 * on workers tells of: https://github.com/celery/kombu/issues/2582. The case is then run again.
 */
function goesOn(running: PodCase, worker: Worker): Promise<boolean> {
  if (/Unrecoverable error: KeyError\(/.test(worker.said()))
    throw new Error('The worker ended while it reconnected (kombu issue 2582).');
  return listens(running);
}

/** How often a case is run again: only where a worker has to reconnect, see {@link goesOn}. */
const RECONNECTS = { retry: 2 };
const again = ({ service }: Setup) => (service === 'init' ? RECONNECTS : {});

/** A loss that is over before the task ends. */
async function lose(each: Case, loss: Loss, atEnd: Finally): Promise<void> {
  // The worker that goes on cannot acknowledge its task. It puts it back at once where it reaches Redis.
  const late = each.service === 'init' && !loss.reachable;
  const encoding = await startEncoding(choicesOf(each, loss.sentinel), atEnd, {
    ...(late && { change: soon }),
  });
  const { running, worker, video, proceed, overdue } = encoding;
  await loss.happen(running, atEnd);
  await until(() =>
    each.service === 'systemd'
      ? worker.said().includes('Retrying to re-establish a connection')
      : goesOn(running, worker),
  );
  expect(worker.starts).toBe(1);
  proceed();
  await seen(running, video);
  if (each.service === 'systemd') await until(() => worker.starts === 2);
  if (late) {
    await until(() => resultsOf(running) === 1);
    expect(await tasksLeft(running)).toEqual({ waiting: 0, unacked: 1 });
    await overdue();
    await startAgain([worker]);
  }
  await allWell(each, encoding);
}

/** Redis goes during the task, and comes back after its end. */
async function loseOverTheEnd(each: Case, atEnd: Finally): Promise<void> {
  const encoding = await startEncoding(choicesOf(each), atEnd, { change: soon });
  const { running, proceed, overdue } = encoding;
  expect(resultsOf(running)).toBe(0);
  const comeBack = await outage(running, atEnd);
  proceed();
  await until(() => resultsOf(running) === 1);
  await overdue();
  await comeBack();
  // A worker that ends may still acknowledge the task; one that goes on gets it again.
  if (each.service === 'init') await until(async () => (await givenBack(running)) > 0);
  await allWell(each, encoding);
}

/** The worker is killed with its task, which is given back, and then runs to its end. */
async function killWorker(each: Case, atEnd: Finally): Promise<void> {
  const encoding = await startEncoding(choicesOf(each), atEnd);
  const { running, worker, video } = encoding;
  await worker.kill();
  if (each.service === 'init') await worker.start();
  await seen(running, await upload(running, await testVideo(3)));
  expect(worker.starts).toBe(2);
  expect(encodings(running, video)).toBe(1);
  await until(async () => (await tasksLeft(running)).unacked === 1);
  await giveBack(running, worker);
  await seen(running, video);
  await allWell(each, encoding, 2);
}

/** Redis is restarted while a worker transcribes. */
async function loseTranscribing(setup: Setup, atEnd: Finally): Promise<void> {
  const late = setup.service === 'init';
  const running = await startCase({ ...choicesOf(setup), transcription: true }, atEnd, {
    ...transcribing(),
    ...(late && { change: soon }),
  });
  const workers = workersOf(running);
  const worker = workers.find(({ name }) => name.includes('transcription')) ?? workers[0];
  if (!worker) throw new Error('There is no worker.');
  const asked = await askForTranscription(running, await spokenVideo());
  await until(async () => (await tasksLeft(running)).unacked === 1);
  const proceed = worker.suspend();
  expect(await tasksLeft(running)).toEqual({ waiting: 0, unacked: 1 });
  const overdue = overdueFrom(Date.now());
  await RESTART.happen(running, atEnd);
  await until(() =>
    late ? goesOn(running, worker) : worker.said().includes('Retrying to re-establish'),
  );
  proceed();
  await until(() => hasTrack(asked));
  if (late) {
    // That of the encoding, and that of the transcription.
    await until(() => resultsOf(running) === 2);
    await overdue();
    await startAgain(workers);
  }
  await encoded(running, await upload(running, await testVideo(3)));
  expect(await captionsOf(running)).toEqual([expect.any(Number)]);
  await verify(running);
  expect(unexplained(running.logs(), OUTAGE)).toEqual([]);
}

describe.concurrent('a worker that loses Redis while it encodes', () => {
  for (const each of pairwise(ALL))
    test(nameOf(each), again(each), async ({ onTestFinished }) => {
      const loss = LOSSES.find(({ name }) => name === each.loss);
      if (loss) await lose(each, loss, onTestFinished);
      else if (each.loss === 'outage') await loseOverTheEnd(each, onTestFinished);
      else await killWorker(each, onTestFinished);
    });

  test(
    'without the remedies: the task is left, and runs a second time',
    RECONNECTS,
    async ({ onTestFinished }) => {
      const choices = choicesOf({ arch: 'celery', service: 'systemd' });
      const change: Change = (files) => altered(files, / -- broker_connection_retry=0.*$/gm, '');
      const encoding = await startEncoding(choices, onTestFinished, { change });
      const { running, worker, video, proceed } = encoding;
      await RESTART.happen(running, onTestFinished);
      await until(() => goesOn(running, worker));
      proceed();
      await seen(running, video);
      await seen(running, await upload(running, await testVideo(3)));
      await until(async () => (await tasksLeft(running)).unacked === 1);
      expect({ starts: worker.starts, runs: encodings(running, video) }).toEqual({
        starts: 1,
        runs: 1,
      });
      await giveBack(running, worker);
      await until(() => encodings(running, video) === 2);
      await acknowledged(running);
    },
  );
});

describe.concurrent('a worker that loses Redis while it transcribes', () => {
  for (const setup of sample(SETUPS, 1))
    test(`${setup.arch}-${setup.service}`, again(setup), async ({ onTestFinished }) => {
      await loseTranscribing(setup, onTestFinished);
    });
});

afterAll(async () => {
  if (!WRITES) return;
  const inOrder = ALL.flatMap(
    (each) => losses.findLast((loss) => nameOf(loss) === nameOf(each)) ?? [],
  );
  if (inOrder.length < ALL.length)
    throw new Error('Nothing is published unless everything was run.');
  await publish({ losses: inOrder });
});
