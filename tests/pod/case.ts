import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { queuesOf as queuesOfDeployment } from '../../src/model/deployment.ts';
import {
  deployRedis,
  podGroups,
  sentinelDoors,
  type Choices,
  type Options,
  type RedisDeployed,
} from '../software-run/deployed.ts';
import { freePort, temporaryFolder, type Finally } from '../software-run/processes.ts';
import { ask, type Door } from '../software-run/redis.ts';
import { stack } from '../stacks/environment.ts';
import { prepared } from './database.ts';
import { startNeighbours, type Neighbours } from './records.ts';
import { Server, type Logs, type Stage, type WebSize } from './server.ts';
import { output } from './source.ts';
import { Visitor, type Scheme } from './visitor.ts';

/** Pod that runs from generated files: Redis, web server, workers, and what they talk to. */
export interface PodCase {
  readonly redis: RedisDeployed;
  /** The servers that run Pod, the web server first. */
  readonly servers: readonly Server[];
  readonly web: Server;
  readonly neighbours: Neighbours;
  /** The folder of videos and what is made of them, which all servers share. */
  readonly media: string;
  /** A new browser. */
  readonly visitor: () => Visitor;
  /** The logs of all servers. */
  readonly logs: () => Logs;
}

/** Settings that a case adds. */
export interface CaseOptions extends Options {
  /** Python statements at the end of each settings_local.py. */
  readonly settings?: string;
  /** Whether all servers can transcribe. */
  readonly vosk?: boolean;
  /** By default two processes with four threads each. */
  readonly web?: WebSize;
  /** The scheme of the site's addresses; by default `http`. */
  readonly scheme?: Scheme;
}

/** Starts Redis, Pod's web server and all workers of an architecture, until the test ends. */
export async function startCase(
  choices: Choices,
  atEnd: Finally,
  {
    settings = '',
    vosk = false,
    web: size = { processes: 2, threads: 4 },
    scheme = 'http',
    ...options
  }: CaseOptions = {},
): Promise<PodCase> {
  const folder = temporaryFolder(atEnd);
  const media = join(folder, 'media');
  const uploads = join(folder, 'uploads');
  const database = join(folder, 'db.sqlite3');
  const [redis, neighbours, made] = await Promise.all([
    deployRedis(choices, atEnd, options),
    startNeighbours(atEnd),
    prepared(),
  ]);
  await Promise.all([mkdir(media), mkdir(uploads), output('cp', [made.database, database])]);
  const base = { database, media, uploads, port: await freePort(), ...neighbours.ports };
  const { deployment } = redis;
  const stage: Stage = {
    folder,
    base,
    prepared: made,
    settings,
    whole: vosk ? 'pod-vosk' : stack.web,
    encode: vosk ? 'pod-encode-vosk' : stack.encode,
    container: deployment.redis.container,
    web: size,
  };
  const servers = await Promise.all(
    podGroups(deployment).map((group) => Server.create(group, redis.files, stage, atEnd)),
  );
  const [web] = servers;
  if (!web) throw new Error('No server runs Pod.');
  await Promise.all([web.startWeb(), ...servers.map((server) => server.startWorkers())]);
  return {
    redis,
    servers,
    web,
    neighbours,
    media,
    visitor: () => new Visitor(web.socket, scheme),
    logs: () => Object.assign({}, ...servers.map((server) => server.logs())) as Logs,
  };
}

/** The way to the master now, which is another one after a failover. */
export async function currentDoor({ redis }: PodCase): Promise<Door> {
  const { door, deployment } = redis;
  const { sentinel } = deployment.redis;
  if (!sentinel) return door;
  for (const each of sentinelDoors(deployment.redis, door).toReversed()) {
    const said = await ask(each, 'SENTINEL', 'GET-MASTER-ADDR-BY-NAME', sentinel.master);
    const [host = '', port = ''] = said;
    if (/^\d+$/.test(port)) return { ...door, host, port: Number(port) };
  }
  throw new Error('No sentinel answers.');
}

/** How many tasks of each queue wait, and how many were taken and not acknowledged. */
export async function tasksLeft(
  running: PodCase,
): Promise<{ readonly waiting: number; readonly unacked: number }> {
  const door = await currentDoor(running);
  const queues = queuesOf(running);
  let waiting = 0;
  let unacked = 0;
  for (const { number, queue } of queues)
    waiting += Number(await ask(door, '-n', String(number), 'LLEN', queue));
  // Queues may share a database.
  for (const number of new Set(queues.map((each) => String(each.number))))
    unacked += Number(await ask(door, '-n', number, 'HLEN', 'unacked'));
  return { waiting, unacked };
}

/** The queues, and the numbers of the databases that they are in. */
export function queuesOf({ redis: { deployment } }: PodCase): { number: number; queue: string }[] {
  return queuesOfDeployment(deployment).map(({ database, queue }) => ({
    number: deployment.databaseNumbers[database],
    queue,
  }));
}

/** The names of the files that Pod made of its videos, without their folders. */
export async function mediaFiles({ media }: PodCase): Promise<string[]> {
  const entries = await readdir(media, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
}
