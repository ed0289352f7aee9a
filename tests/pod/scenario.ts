import { openAsBlob } from 'node:fs';
import { expect } from 'vitest';
import { until } from '../software-run/processes.ts';
import { ask, keysOf } from '../software-run/redis.ts';
import { currentDoor, mediaFiles, queuesOf, tasksLeft, type PodCase } from './case.ts';
import { DOMAIN } from './settings.ts';
import { isOfLoggedIn, type Visitor } from './visitor.ts';

/** A video as Pod's REST API tells of it. */
export interface Video {
  readonly id: number;
  readonly slug: string;
  readonly encoded: boolean;
  readonly encoding_in_progress: boolean;
  /** The number and the name of the step. */
  readonly get_encoding_step: string;
}

/** The seconds since a moment, with one decimal. */
const since = (start: number) => Math.round((performance.now() - start) / 100) / 10;

/** Logs in through the form and opens a page; the session is in its database, with its expiry. */
export async function logIn(running: PodCase): Promise<Visitor> {
  const visitor = running.visitor();
  expect((await visitor.logIn()).status).toBe(302);
  expect(await visitor.isLoggedIn()).toBe(true);
  expect(isOfLoggedIn(await visitor.ask('/'))).toBe(true);
  const { session = 'no session' } = visitor;
  const [key] = await sessionKeys(running, session);
  const seconds = await askSessions(running, 'TTL', key ?? '');
  // SESSION_COOKIE_AGE
  expect(Number(seconds)).toBeGreaterThan(14000);
  expect(Number(seconds)).toBeLessThanOrEqual(14400);
  return visitor;
}

/** Logs out; the session is gone. */
export async function logOut(running: PodCase, visitor: Visitor): Promise<void> {
  const { session = 'no session' } = visitor;
  expect((await visitor.logOut()).status).toBeLessThan(400);
  expect(await sessionKeys(running, session)).toEqual([]);
  expect(await visitor.isLoggedIn()).toBe(false);
  expect(isOfLoggedIn(await visitor.ask('/'))).toBe(false);
}

async function askSessions(running: PodCase, ...command: string[]): Promise<string[]> {
  const number = String(running.redis.deployment.databaseNumbers.sessions);
  return ask(await currentDoor(running), '-n', number, ...command);
}

/** The keys of a session in the database of sessions. */
const sessionKeys = (running: PodCase, session: string) =>
  askSessions(running, '--scan', '--pattern', `*${session}`);

/** The fields of the video's form that are filled in while one types each give an answer. */
export async function chooseInForm(visitor: Visitor): Promise<number> {
  const statuses = await visitor.chooseInVideoForm();
  expect(statuses.length).toBeGreaterThan(0);
  expect(new Set(statuses)).toEqual(new Set([200]));
  return statuses.length;
}

/** Uploads a video by the REST API, and asks for its encoding. */
export async function upload(running: PodCase, file: string): Promise<Video> {
  const api = running.visitor();
  const form = new FormData();
  form.set('title', 'Test');
  form.set('owner', `http://${DOMAIN}/rest/users/1/`);
  form.set('type', `http://${DOMAIN}/rest/types/1/`);
  form.set('sites', `http://${DOMAIN}/rest/sites/1/`);
  form.set('video', await openAsBlob(file), 'test.mp4');
  const video = await api.api<Video>('videos/', form);
  return api.api<Video>(`launch_encode_view/?slug=${video.slug}`);
}

/** The state of a video. */
export const videoNow = (running: PodCase, { id }: Pick<Video, 'id'>): Promise<Video> =>
  running.visitor().api<Video>(`videos/${id}/`);

/** The files that Pod makes of a video of 360 lines. */
const RENDITIONS = ['360p.mp4', '360p.ts', '360p.m3u8', 'livestream.m3u8', 'audio_192k.mp3'];

/** The files that Esup-Runner makes of it: their names end with that of the video. */
const RUNNER_RENDITIONS = [
  /^360p_.*\.mp4$/,
  /^360p_.*\.ts$/,
  /^360p_.*\.m3u8$/,
  /^playlist\.m3u8$/,
];

/**
 * Waits until a video is encoded: its files are there, and its task is acknowledged.
 *
 * @param seconds how long; stretched where the machine is slow
 * @returns the seconds that it took
 */
export async function encoded(running: PodCase, video: Video, seconds = 90): Promise<number> {
  const start = performance.now();
  let now = video;
  await until(async () => {
    now = await videoNow(running, video);
    return now.encoded && !now.encoding_in_progress;
  }, seconds).catch((error: unknown) => {
    throw new Error(`Video ${video.id} is not encoded: ${JSON.stringify(now)}`, { cause: error });
  });
  const took = since(start);
  const runner = running.redis.deployment.arch === 'runner';
  expect(await mediaFiles(running)).toEqual(
    expect.arrayContaining(
      runner ? RUNNER_RENDITIONS.map((name) => expect.stringMatching(name) as string) : RENDITIONS,
    ),
  );
  await acknowledged(running);
  return took;
}

/** How many times workers began to encode a video, from their logs. */
export function encodings(running: PodCase, { id }: Pick<Video, 'id'>): number {
  const logs = Object.values(running.logs()).join('\n');
  const begun = [...logs.matchAll(/start_encode \{id: (\d+),/g)];
  return begun.filter(([, video]) => Number(video) === id).length;
}

/** Waits until no task waits or is unacknowledged. */
export async function acknowledged(running: PodCase, seconds = 20): Promise<void> {
  let left = await tasksLeft(running);
  await until(async () => {
    left = await tasksLeft(running);
    return left.waiting + left.unacked === 0;
  }, seconds).catch((error: unknown) => {
    throw new Error(`Tasks are left: ${JSON.stringify(left)}`, { cause: error });
  });
}

/** Plays a video: the statement arrives with the credentials of the Learning Record Store. */
export async function play(running: PodCase, visitor: Visitor): Promise<void> {
  const answer = await visitor.sendStatement();
  expect(answer.status).toBe(200);
  const { id } = JSON.parse(answer.body) as { id: string };
  await until(() => running.neighbours.statements().some((statement) => statement.id === id), 60);
  expect(running.neighbours.refused()).toBe(0);
}

/**
 * Compares the names of the keys with those that belong into each database.
 *
 * @returns the numbers of the databases with keys
 */
export async function keysInPlace(running: PodCase): Promise<number[]> {
  const { databaseNumbers, prefixes } = running.redis.deployment;
  const queues = queuesOf(running);
  const ours = (number: number) =>
    queues
      .filter((each) => each.number === number)
      .map(({ queue }) => new RegExp(`^(?:_kombu\\.binding\\.)?${queue}$`));
  const allowed: Record<number, RegExp[]> = {
    [databaseNumbers.select2]: [/:1:select2_/],
    [databaseNumbers.default]: [new RegExp(`^${RegExp.escape(prefixes.default)}:1:`)],
    [databaseNumbers.sessions]: [/session/],
  };
  const control = [/^_kombu\.binding\.(?:celery\.pidbox|celeryev|reply\.celery\.pidbox)/];
  const tasks = [/^unacked(?:_index|_mutex)?$/, /\.reply\.celery\.pidbox$/];
  for (const { number } of queues) allowed[number] = [...ours(number), ...control, ...tasks];
  const found = await keysOf(await currentDoor(running));
  for (const [number, keys] of Object.entries(found))
    expect(
      keys.filter((key) => !allowed[Number(number)]?.some((pattern) => pattern.test(key))),
      `database ${number}`,
    ).toEqual([]);
  return Object.keys(found).map(Number);
}

/** Every server's verify.sh finds everything in order. */
export async function verify(running: PodCase): Promise<void> {
  for (const server of running.servers) {
    const { status, stdout, stderr } = await server.verify(running.redis.password);
    expect({ server: server.id, status, said: status === 0 ? '' : stdout + stderr }).toEqual({
      server: server.id,
      status: 0,
      said: '',
    });
  }
}
