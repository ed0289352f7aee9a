import { afterAll, describe, expect, test } from 'vitest';
import { setTimeout as wait } from 'node:timers/promises';
import type { AbsenceName, PodAbsence } from '../../src/site/podProof.ts';
import { inOwnNetwork, run, until, type Finally } from '../software-run/processes.ts';
import { TRANSPORTS } from '../software-run/offered.ts';
import { nft } from '../software.ts';
import { needStack } from '../stacks/need.ts';
import { currentDoor, startCase, type PodCase } from './case.ts';
import { killRedis, startRedisAgain, stopRedis, watch } from './outage.ts';
import { note, publish, WRITES } from './proven.ts';
import { testVideo } from './samples.ts';
import { encoded, logIn, play, upload } from './scenario.ts';
import { TOKEN } from './settings.ts';

needStack();

/** How long Redis is away, in seconds; longer only where the results are published. */
const SHORT = 10;
const LONG = 600;

const redisOf = ({ redis: { redis } }: PodCase) => {
  const [first] = redis;
  if (!first) throw new Error('There is no Redis.');
  return first;
};

/** Takes Redis away; the result brings it back. */
type Absence = (running: PodCase, atEnd: Finally) => Promise<() => Promise<unknown>>;

const ABSENCES: Readonly<Record<AbsenceName, Absence>> = {
  stopped: async (running, atEnd) => {
    await stopRedis(redisOf(running));
    return () => startRedisAgain(redisOf(running), atEnd);
  },
  killed: async (running, atEnd) => {
    await killRedis(redisOf(running));
    return () => startRedisAgain(redisOf(running), atEnd);
  },
  // The sentinels bring another master.
  failover: async (running) => {
    const before = await currentDoor(running);
    await killRedis(redisOf(running));
    return () => until(async () => (await currentDoor(running)).host !== before.host);
  },
  frozen: (running) => {
    const { pid } = redisOf(running);
    process.kill(pid, 'SIGSTOP');
    return Promise.resolve(() => Promise.resolve(process.kill(pid, 'SIGCONT')));
  },
  dropped: async ({ redis: { deployment } }) => {
    const { port } = deployment.redis;
    const input = `table inet away {
  chain output {
    type filter hook output priority 0
    tcp dport ${port} drop
    tcp sport ${port} drop
  }
}
`;
    expect((await run(nft(), ['-f', '-'], { input })).status).toBe(0);
    return () => run(nft(), ['delete', 'table', 'inet', 'away']);
  },
};

/** An absence of Redis, and where sessions are kept. */
type Case = Pick<PodAbsence, 'sessions' | 'absence' | 'seconds'>;

const SESSIONS_AWAY: readonly Case[] = [
  ...(Object.keys(ABSENCES) as AbsenceName[]).map((absence): Case => ({
    sessions: 'cached_db',
    absence,
    seconds: SHORT,
  })),
  ...(['redis', 'cache'] as const).map((sessions): Case => ({
    sessions,
    absence: 'killed',
    seconds: SHORT,
  })),
];

/** The long absences, which run beside each other. */
const LONG_AWAY: readonly Case[] = (['stopped', 'frozen', 'dropped'] as const).map((absence) => ({
  sessions: 'cached_db',
  absence,
  seconds: LONG,
}));

const nameOf = ({ sessions, absence, seconds }: Case) => `${sessions}-${absence}-${seconds}`;

/** Visits Pod, in a browser and as a program, while Redis is away. */
async function visitWithout({ sessions, absence, seconds }: Case, atEnd: Finally) {
  const choices = absence === 'failover' ? TRANSPORTS.sentinel : TRANSPORTS.tcp;
  const running = await startCase({ arch: 'celery', xapi: true, sessions, ...choices }, atEnd);
  const visitor = await logIn(running);
  const leaving = await logIn(running);
  const cookie = `sessionid=${leaving.session ?? ''}`;
  const video = await upload(running, await testVideo(3));
  await encoded(running, video);

  // A page of an absence of minutes need not come every half second.
  const visit = watch(visitor, seconds > SHORT ? 5000 : 500);
  await until(() => visit.pages.length >= 2);
  const bringBack = await ABSENCES[absence](running, atEnd);
  const from = visit.now();
  const program = running.visitor();
  const newcomer = running.visitor();
  const [logInStatus, encode, statement] = await Promise.all([
    newcomer.logIn().then(
      ({ status }) => status,
      () => 500,
    ),
    program
      .ask(`/rest/launch_encode_view/?slug=${video.slug}`, {
        headers: { authorization: `Token ${TOKEN}` },
      })
      .then(({ status }) => status),
    visitor.sendStatement().then(({ status }) => status),
    leaving.logOut().catch(() => undefined),
    wait(seconds * 1000),
  ]);
  await bringBack();
  const to = visit.now();
  await until(() => visit.pages.some(({ at, status }) => at > to && status === 200));
  await visit.stop();

  const away = visit.pages.filter(({ at }) => at >= from && at < to);
  const loggedOut = !(await visitor.isLoggedIn());
  const outlives = (await running.visitor().ask('/admin/', { headers: { cookie } })).status === 200;
  // Nothing is lost: the video that could not be encoded meanwhile is encoded now.
  await encoded(running, await upload(running, await testVideo(3)), 150);
  await play(running, loggedOut ? await logIn(running) : visitor);
  const found: PodAbsence = {
    sessions,
    absence,
    seconds: Math.round(to - from),
    pages: away.length,
    errors: away.filter(({ status }) => status !== 200).length,
    slowest: Math.max(...away.map((page) => page.seconds)),
    loggedOut,
    logIn: logInStatus,
    encode,
    statement,
    outlives,
  };
  return found;
}

const found = new Map<string, PodAbsence>();

/** Runs a case; packets are dropped in a network of the test alone. */
async function visitIn(each: Case, atEnd: Finally): Promise<void> {
  const act = () => visitWithout(each, atEnd);
  const seen = each.absence === 'dropped' ? await inOwnNetwork([], atEnd, act) : await act();
  found.set(nameOf(each), seen);
  expect(seen.pages).toBeGreaterThan(3);
  if (each.sessions === 'cached_db') expect(seen).toMatchObject({ errors: 0, loggedOut: false });
  else expect(seen).toMatchObject({ errors: seen.pages, loggedOut: true });
  // A task cannot be handed over without Redis, and the answer says so; a failover may be over before Celery gives up.
  if (each.absence !== 'failover') expect(seen).toMatchObject({ encode: 500, statement: 500 });
}

describe.concurrent('Pod itself while Redis is away', () => {
  for (const each of SESSIONS_AWAY)
    test(nameOf(each), async ({ onTestFinished }) => {
      await visitIn(each, onTestFinished);
    });

  test.runIf(WRITES)('for ten minutes', async ({ onTestFinished }) => {
    await Promise.all(LONG_AWAY.map((each) => visitIn(each, onTestFinished)));
  });
});

describe.concurrent('sessions in the SQL database', () => {
  test('expire there too, and manage.py clearsessions removes them', async ({ onTestFinished }) => {
    const running = await startCase({ arch: 'standalone', sessions: 'cached_db' }, onTestFinished);
    const count = async () =>
      Number(await inShell(running, 'print(Session.objects.count())').then((said) => said.trim()));
    const visitors = [await logIn(running), await logIn(running)];
    expect(await count()).toBe(2);
    // As if the session had been made four hours ago, and Redis had lost its copy.
    await inShell(running, 'Session.objects.update(expire_date="2020-01-01T00:00:00Z")');
    await inShell(running, 'caches["sessions"].clear()');
    expect(await visitors[0]?.isLoggedIn()).toBe(false);
    await running.web.manage('clearsessions');
    expect(await count()).toBe(0);
  });
});

/** Runs a statement in Pod's own shell. */
const inShell = ({ web }: PodCase, statement: string) =>
  web.manage(
    'shell',
    '-c',
    `from django.contrib.sessions.models import Session\nfrom django.core.cache import caches\n${statement}`,
  );

afterAll(async () => {
  const names = [...SESSIONS_AWAY, ...(WRITES ? LONG_AWAY : [])].map(nameOf);
  const absences = names.flatMap((name) => found.get(name) ?? []);
  if (!WRITES) await note({ absences });
  else if (absences.length < names.length)
    throw new Error('Nothing is published unless everything was run.');
  else await publish({ absences });
});
