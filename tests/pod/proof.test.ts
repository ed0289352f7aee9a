import { afterAll, describe, expect, test } from 'vitest';
import { ARCHITECTURES } from '../../src/model/architecture.ts';
import { check } from '../../src/model/check.ts';
import { offerName, offerOf, OFFERS, type Offer } from '../../src/model/offers.ts';
import {
  POD_PROOF,
  type PodCase,
  type PodFailover,
  type PodProof,
  type PodTranscription,
} from '../../src/site/podProof.ts';
import { covering, pairwise } from '../sets.ts';
import type { Choices } from '../software-run/deployed.ts';
import { impossible, inItsNetwork, OF_ONE_MACHINE, TRANSPORTS } from '../software-run/offered.ts';
import { until, type Finally } from '../software-run/processes.ts';
import { refusedByAcl } from '../software-run/redis.ts';
import { hasEnvironment, NO_PYPI } from '../stacks/environment.ts';
import { currentDoor, startCase } from './case.ts';
import { OUTAGE, unexplained } from './logs.ts';
import { killRedis, secondBySecond, watch } from './outage.ts';
import { note, publish, WRITES } from './proven.ts';
import { spokenVideo, testVideo } from './samples.ts';
import {
  acknowledged,
  chooseInForm,
  encoded,
  encodings,
  keysInPlace,
  logIn,
  logOut,
  play,
  upload,
  verify,
  videoNow,
} from './scenario.ts';
import { addRunnerManager } from './runnerManager.ts';
import { podVersion } from './source.ts';
import { TRANSCRIBES, transcribe, transcribing } from './transcription.ts';
import { versions } from './versions.ts';

/** An offer on one server, or with each kind of worker on a separate server. */
interface Case extends Offer {
  readonly several: boolean;
}

const nameOf = ({ several, ...offer }: Case) => `${offerName(offer)}${several ? '-several' : ''}`;

/** Whether an offer can have several servers. Without a password Redis lets in nobody from another one. */
const canHaveSeveral = ({ arch, transport, auth }: Offer) =>
  arch !== 'standalone' && auth !== 'none' && transport !== 'socket' && transport !== 'docker';

const ONE: Case[] = OFFERS.map((offer) => ({ ...offer, several: false }));
const SEVERAL: Case[] = covering(OFFERS.filter(canHaveSeveral)).map((offer) => ({
  ...offer,
  several: true,
}));

/** The cases of a failover: each architecture, and sessions that outlive Redis. */
const FAILOVERS: Case[] = [
  // Esup-Runner has no queue in Redis: its web servers are those of Pod that encodes by itself.
  ...ARCHITECTURES.filter((arch) => arch !== 'runner').map((arch) => ({
    arch,
    sessions: 'redis' as const,
  })),
  { arch: 'celery' as const, sessions: 'cached_db' as const },
].map((each) => ({
  ...each,
  transport: 'sentinel',
  auth: 'password',
  shared: false,
  several: false,
}));

function choicesOf({ arch, transport, auth, shared, sessions, several }: Case): Choices {
  return {
    arch,
    auth,
    shared,
    sessions,
    xapi: true,
    workers: Number(several),
    web: several && arch === 'runner' ? 2 : 1,
    // One of the two ways of starting workers each: both with every way of connecting. A crontab is run as it is.
    service: shared || arch === 'standalone' || arch === 'runner' ? 'init' : 'systemd',
    ...TRANSPORTS[transport],
  };
}

/** Visits Pod, has a video encoded and played, and compares what is in Redis. */
async function prove(each: Case, atEnd: Finally): Promise<PodCase> {
  const choices = choicesOf(each);
  const https = each.arch === 'runner' && choices.redis !== 'docker';
  const running = await startCase(choices, atEnd, https ? { scheme: 'https' } : {});
  const manager = each.arch === 'runner' ? await addRunnerManager(running, atEnd) : undefined;
  const { deployment, password } = running.redis;
  const { several, ...offer } = each;
  expect(offerOf(deployment.architecture)).toEqual(offer);
  expect(running.servers.length > 1).toBe(several);
  const errors = check(deployment.architecture, password).filter(
    ({ severity, code }) => severity === 'error' && !OF_ONE_MACHINE.includes(code),
  );
  expect(errors).toEqual([]);

  const visitor = await logIn(running);
  const fields = await chooseInForm(visitor);
  const video = await upload(running, await testVideo(3));
  for (const { id } of manager?.tasks ?? []) {
    await manager?.encode(id);
    expect((await manager?.notify(id))?.status).toBe(200);
  }
  const seconds = await encoded(running, video);
  const cron = deployment.redis.container
    ? []
    : running.servers.filter(({ files }) => files.some(({ kind }) => kind === 'crontab'));
  expect(cron).toHaveLength(https ? 1 : 0);
  for (const server of cron) expect(await server.runCron()).toContain('No pending tasks found');
  await play(running, visitor);
  const databases = await keysInPlace(running);
  await verify(running);
  await logOut(running, visitor);
  expect(unexplained(running.logs())).toEqual([]);
  expect(await refusedByAcl(await currentDoor(running))).toEqual([]);
  return { name: nameOf(each), databases, fields, encoded: seconds };
}

/** Kills the master while a video is encoded and a visitor loads pages. */
async function failOver(each: Case, atEnd: Finally): Promise<PodFailover> {
  const running = await startCase(choicesOf(each), atEnd);
  const [master] = running.redis.redis;
  if (!master) throw new Error('There is no master.');
  const before = await currentDoor(running);
  const visitor = await logIn(running);
  const first = await upload(running, await testVideo(60));
  await until(async () => (await videoNow(running, first)).encoding_in_progress);
  const visit = watch(visitor);
  await until(() => visit.pages.length >= 2);

  await killRedis(master);
  const killed = visit.now();
  await until(async () => (await currentDoor(running)).host !== before.host);
  const elected = visit.now() - killed;
  await encoded(running, first, 120);
  await until(() => visit.pages.at(-1)?.status === 200);
  const after = (await visitor.isLoggedIn()) ? visitor : await logIn(running);
  await encoded(running, await upload(running, await testVideo(3)));
  await play(running, after);
  await visit.stop();
  await acknowledged(running);
  // A thread of the web server has no queue that could give it the video twice.
  if (each.arch !== 'standalone') expect(encodings(running, first)).toBe(1);
  await verify(running);
  expect(unexplained(running.logs(), OUTAGE)).toEqual([]);
  expect(await refusedByAcl(await currentDoor(running))).toEqual([]);
  const seconds = secondBySecond(visit.pages, killed);
  const quiet = seconds.findLastIndex(
    ({ statuses, slowest }) => slowest > 2 || statuses.some((status) => status !== 200),
  );
  return {
    name: nameOf(each),
    elected: Math.ceil(elected),
    loggedOut: visit.pages.some(({ status, loggedIn }) => status === 200 && !loggedIn),
    visit: seconds.slice(0, quiet + 2),
  };
}

const cases: PodCase[] = [];
const failovers: PodFailover[] = [];
const transcriptions: PodTranscription[] = [];

const missing = hasEnvironment('pod') ? undefined : NO_PYPI;

describe.concurrent('Pod itself', () => {
  for (const each of [...pairwise(ONE), ...pairwise(SEVERAL)])
    test(nameOf(each), async ({ onTestFinished, skip }) => {
      const why = missing ?? (await impossible(each));
      skip(why !== undefined, why);
      cases.push(await inItsNetwork(each, onTestFinished, () => prove(each, onTestFinished)));
    });
});

describe.concurrent('Pod itself, the master killed during an encoding', () => {
  for (const each of FAILOVERS)
    test(nameOf(each), async ({ onTestFinished, skip }) => {
      skip(missing !== undefined, missing);
      failovers.push(await failOver(each, onTestFinished));
    });
});

describe.concurrent('Pod itself, a transcription by Vosk', () => {
  for (const { name, choices } of TRANSCRIBES)
    test(name, async ({ onTestFinished, skip }) => {
      skip(missing !== undefined, missing);
      const running = await startCase(choices, onTestFinished, transcribing());
      const found = await transcribe(running, await spokenVideo());
      await verify(running);
      expect(unexplained(running.logs())).toEqual([]);
      transcriptions.push({ name, ...found });
    });
});

/** Results in the order of the names. */
const inOrder = <T extends { readonly name: string }>(
  names: readonly string[],
  all: readonly T[],
) => names.flatMap((name) => all.find((each) => each.name === name) ?? []);

afterAll(async () => {
  await note({ cases, failovers, transcriptions });
  if (!WRITES) return;
  const about = {
    date: new Date().toISOString().slice(0, 10),
    pod: await podVersion(),
    versions: await versions(),
  };
  /**
   * Publishes a part. Where only some of its cases were run, the others stay as they were published, and so does the
   * day: that of the last run of everything. Their versions must be those of this run.
   */
  const publishPart = async <K extends 'cases' | 'failovers' | 'transcriptions'>(
    part: K,
    names: readonly string[],
    all: PodProof[K],
  ) => {
    if (all.length === 0) return;
    const whole = all.length === names.length;
    const { pod, versions: before } = POD_PROOF;
    if (!whole && JSON.stringify([pod, before]) !== JSON.stringify([about.pod, about.versions]))
      throw new Error(`${part}: everything must be run with these versions.`);
    const found = inOrder<PodProof[K][number]>(names, [...all, ...POD_PROOF[part]]);
    if (found.length < names.length)
      throw new Error(`${part}: nothing is published unless everything was run.`);
    await publish({ ...(whole && about), [part]: found });
  };
  await publishPart('failovers', FAILOVERS.map(nameOf), failovers);
  await publishPart(
    'transcriptions',
    TRANSCRIBES.map(({ name }) => name),
    transcriptions,
  );
  await publishPart('cases', [...ONE, ...SEVERAL].map(nameOf), cases);
});
