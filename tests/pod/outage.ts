import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { VisitSecond } from '../../src/site/podProof.ts';
import type { Finally } from '../software-run/processes.ts';
import { startRedis, type RedisService } from '../software-run/redis.ts';
import { isOfLoggedIn, type Visitor } from './visitor.ts';

/** Stops a Redis server cleanly, as its service does. */
export async function stopRedis({ pid, ended }: RedisService): Promise<void> {
  process.kill(pid, 'SIGTERM');
  await ended;
}

/** Kills a Redis server. */
export const killRedis = (redis: RedisService): Promise<void> => redis.stop();

/** Starts a Redis server again that was stopped or killed, with its data, until the test ends. */
export async function startRedisAgain(
  { folder }: RedisService,
  atEnd: Finally,
): Promise<RedisService> {
  return startRedis(await readFile(join(folder, 'redis.conf'), 'utf8'), atEnd, folder);
}

/** A page that a visitor loaded. */
export interface Page {
  /** When it was asked for, in seconds since the beginning. */
  readonly at: number;
  /** The HTTP status; 0 where the connection was closed without an answer. */
  readonly status: number;
  /** How long it took. */
  readonly seconds: number;
  /** Whether it was that of somebody who is logged in. */
  readonly loggedIn: boolean;
}

/** The visit of somebody who loads a page again and again. */
export interface Watch {
  /** The pages so far. */
  readonly pages: readonly Page[];
  /** The seconds since the beginning. */
  readonly now: () => number;
  /** Loads no more; fulfilled when the last page has come. */
  readonly stop: () => Promise<void>;
}

const rounded = (seconds: number) => Math.round(seconds * 10) / 10;

/**
 * Loads Pod's first page again and again, whether or not the page before has come.
 *
 * @param interval the time from one page to the next, in milliseconds
 */
export function watch(visitor: Visitor, interval = 500): Watch {
  const start = performance.now();
  const now = () => rounded((performance.now() - start) / 1000);
  const pages: Page[] = [];
  const load = async () => {
    const at = now();
    const { status, body } = await visitor.ask('/').catch(() => ({ status: 0, body: '' }));
    pages.push({ at, status, seconds: rounded(now() - at), loggedIn: isOfLoggedIn({ body }) });
  };
  const stopping = new AbortController();
  const loads: Promise<void>[] = [];
  const loop = async () => {
    while (!stopping.signal.aborted) {
      loads.push(load());
      await wait(interval);
    }
  };
  const looping = loop();
  return {
    pages,
    now,
    stop: async () => {
      stopping.abort();
      await looping;
      await Promise.all(loads);
    },
  };
}

/** A visit from a moment on, second by second. */
export function secondBySecond(pages: readonly Page[], from: number): VisitSecond[] {
  const grouped = Map.groupBy(
    pages.filter(({ at }) => at >= from).toSorted((a, b) => a.at - b.at),
    ({ at }) => Math.floor(at - from),
  );
  return [...grouped].map(([second, own]) => ({
    second,
    statuses: own.map(({ status }) => status),
    slowest: Math.max(...own.map(({ seconds }) => seconds)),
    loggedIn: own.every(({ loggedIn }) => loggedIn),
  }));
}
