import type { DatabaseRole } from '../pod/databases.ts';
import type { WorkerRole } from '../pod/roles.ts';
import type { Architecture } from './architecture.ts';
import measured from './sizes.json' with { type: 'json' };

/** A number of things in Redis, and the bytes that they take together. */
export type Point = readonly [count: number, bytes: number];

/** A page of Pod whose commands were counted. */
export type CountedPage = 'home' | 'homeLoggedIn' | 'list' | 'video' | 'form' | 'dashboard';

/** The connections of a worker while it waits and while it runs a task; `busy` is absent where no task was run. */
export interface WorkerConnections {
  readonly idle: number;
  readonly busy?: number;
}

/** A load that was put on a Redis whose `maxmemory` was the proposal, see {@link SITES}. */
export interface TriedLoad {
  readonly site: SiteName;
  /** The proposed limit, in MB. */
  readonly memory: number;
  /** The memory that Redis used, in bytes, with all sessions, keys of videos, tasks, forms and connections. */
  readonly used: number;
  readonly connections: number;
  readonly maxclients: number;
  /** How many keys Redis evicted. */
  readonly evicted: number;
  /** The commands a second that Redis answered to that number of connections, on the machine of the measurement. */
  readonly answered: number;
}

/** The measurements with Pod itself that `tests/pod/sizes.test.ts` writes. Memory is in bytes. */
export interface Sizes {
  /** The day of the run, as YYYY-MM-DD. */
  readonly date: string;
  /** Pod's version. */
  readonly pod: string;
  readonly redis: string;
  /** Redis with the generated redis.conf, without keys and connections. */
  readonly empty: number;
  /** A connection of Pod, on average. */
  readonly connection: number;
  /** Sessions of people who are logged in, by where they are kept. */
  readonly sessions: Readonly<Record<Architecture['sessions'], readonly Point[]>>;
  /** Videos after each was shown in the list of videos. */
  readonly listed: readonly Point[];
  /** Videos after the page of each was opened, too. */
  readonly opened: readonly Point[];
  /** Fields of select2 in forms that were opened. */
  readonly fields: readonly Point[];
  /** The fields of select2 in the form of a video. */
  readonly fieldsInForm: number;
  /** Waiting tasks by the workers that they wait for. */
  readonly tasks: Readonly<Record<WorkerRole, readonly Point[]>>;
  /** The connections of a process of the web server with a single thread, by the use of their database. */
  readonly web: Readonly<Record<DatabaseRole, number>>;
  /** The most connections that a process with four threads had under 16 visitors. */
  readonly webOfFourThreads: number;
  readonly workers: Readonly<Record<WorkerRole, WorkerConnections>>;
  /** The commands of one view of each page, by name. */
  readonly commands: Readonly<Record<CountedPage, Readonly<Record<string, number>>>>;
  readonly loads: readonly TriedLoad[];
}

/** The measurements in the repository, see {@link Sizes}. */
export const SIZES = measured as unknown as Sizes;

/** The bytes of one more: the slope of the straight line that fits the points best. */
export function bytesOfOne(points: readonly Point[]): number {
  const mean = (at: 0 | 1) => points.reduce((sum, point) => sum + point[at], 0) / points.length;
  const [count, bytes] = [mean(0), mean(1)];
  const sum = (of: (point: Point) => number) => points.reduce((all, each) => all + of(each), 0);
  return sum(([x, y]) => (x - count) * (y - bytes)) / sum(([x]) => (x - count) ** 2);
}

/** The contents of Redis for a site. */
export interface Need {
  /** The people who log in within four hours, which is how long a session lasts (SESSION_COOKIE_AGE of Pod 4.2.0). */
  readonly people: number;
  readonly videos: number;
  /** The tasks that wait. */
  readonly tasks: number;
  readonly connections: number;
}

/** The tasks and the connections that are counted where nobody asked about them. */
export const ALLOWANCE = { tasks: 1000, connections: 250 } as const;

/**
 * The parts of the memory that a site needs, in bytes: each person is logged in and has the form of a video open,
 * each video was shown in a list and on its page, and each task is the largest.
 */
function memoryParts({ people, videos, tasks, connections }: Need) {
  const largest = (kinds: Readonly<Record<string, readonly Point[]>>) =>
    Math.max(...Object.values(kinds).map(bytesOfOne));
  return {
    empty: SIZES.empty,
    sessions: people * largest(SIZES.sessions),
    fields: people * SIZES.fieldsInForm * bytesOfOne(SIZES.fields),
    videos: videos * bytesOfOne(SIZES.opened),
    tasks: tasks * largest(SIZES.tasks),
    connections: connections * SIZES.connection,
  };
}

/** The memory that a site needs, in bytes. */
export const memoryNeeded = (need: Need): number =>
  Object.values(memoryParts(need)).reduce((sum, part) => sum + part, 0);

/** The bytes of a megabyte in redis.conf, as in `512mb`. */
export const MEGABYTE = 1024 ** 2;

/** The least `maxmemory` that is proposed, in MB. */
const LEAST = 64;

/**
 * The `maxmemory` that is proposed, in MB: the first of 64, 128, 256… that is twice the need. The other half is for
 * what was not measured, such as larger sessions of CAS, and keeps Redis below the 90 % at which the alarm goes.
 */
export function proposedMemory({
  people,
  videos,
  tasks = ALLOWANCE.tasks,
  connections = ALLOWANCE.connections,
}: Pick<Need, 'people' | 'videos'> & Partial<Need>): number {
  const least = (2 * memoryNeeded({ people, videos, tasks, connections })) / MEGABYTE;
  let proposed = LEAST;
  while (proposed < least) proposed *= 2;
  return proposed;
}

/** The connections of one process with one thread that has used everything. */
export const connectionsOfProcess = (): number =>
  Object.values(SIZES.web).reduce((sum, each) => sum + each, 0);

/** The name of a size. */
type SiteName = 'small' | 'middle' | 'large';

/** A site of a size, with which a reader compares theirs. */
export interface Site extends Omit<Need, 'connections'> {
  readonly name: SiteName;
  /** The processes of all web servers; threads count as processes. */
  readonly processes: number;
  /** The workers that encode, transcribe and send xAPI statements. */
  readonly workers: number;
  /** The views of pages a second at the busiest. */
  readonly views: number;
}

/** The sizes of the page, round numbers. Pod's own pod_uwsgi.ini has ten processes for each web server. */
export const SITES: readonly [Site, ...Site[]] = [
  { name: 'small', people: 200, videos: 2000, tasks: 100, processes: 10, workers: 2, views: 5 },
  {
    name: 'middle',
    people: 2000,
    videos: 20000,
    tasks: 1000,
    processes: 20,
    workers: 6,
    views: 30,
  },
  {
    name: 'large',
    people: 10000,
    videos: 60000,
    tasks: 5000,
    processes: 60,
    workers: 16,
    views: 100,
  },
];

/** The connections of a site: each process has used everything, and each worker has the most that any had. */
export function connectionsOf({ processes, workers }: Pick<Site, 'processes' | 'workers'>): number {
  const most = Math.max(
    ...Object.values(SIZES.workers).flatMap(({ idle, busy = 0 }) => [idle, busy]),
  );
  return processes * connectionsOfProcess() + workers * most;
}

/** The commands of a page view, all together. */
export const commandsOf = (page: CountedPage): number =>
  Object.values(SIZES.commands[page]).reduce((sum, calls) => sum + calls, 0);

/** The commands a second of so many page views a second, of the page that has the most. */
export const commandsPerSecond = (views: number): number =>
  views * Math.max(...(Object.keys(SIZES.commands) as CountedPage[]).map(commandsOf));

/** Redis's own limit of connections, see redis.conf of Redis 7.0. */
export const MAXCLIENTS = 10_000;
