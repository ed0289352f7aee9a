import { userInfo } from 'node:os';
import { join } from 'node:path';
import { urlHost } from '../../src/model/address.ts';
import { DEFAULTS, type Architecture } from '../../src/model/architecture.ts';
import { aclUserName } from '../../src/emit/acl.ts';
import { TLS_FOLDER } from '../../src/emit/redis.ts';
import type { ConfigFile } from '../../src/emit/files.ts';
import { plan, type Deployment } from '../../src/model/deployment.ts';
import type { Role } from '../../src/pod/roles.ts';
import { emitted, textAt } from '../emit/emitted.ts';
import { makeCertificates } from './certificates.ts';
import type { PackagesName } from '../stacks/stacks.ts';
import { PodServer } from './pod.ts';
import { freePort, until, type Finally, type Service } from './processes.ts';
import { ask, startRedis, startSentinel, type Door, type RedisService } from './redis.ts';

/** A password of every character that URLs, Python, shells and redis.conf quote. */
const SIGNS = ` p@:/?#[]%+&;,=!'()*"\\$\`~é😀 `;

/** Generated files, and Redis that runs on this machine from them. */
export interface RedisDeployed {
  readonly deployment: Deployment;
  readonly files: readonly ConfigFile[];
  /** The way to Redis, or to the first of several. */
  readonly door: Door;
  readonly password: string;
  /** The Redis servers, and the sentinels beside them. */
  readonly redis: readonly RedisService[];
  readonly sentinels: readonly Service[];
}

/** A deployment that runs on this machine from generated files. */
export interface Deployed extends RedisDeployed {
  /** The servers that run Pod, web servers first. */
  readonly pods: readonly PodServer[];
}

/** Choices of an architecture; names of files in a temporary folder stand for their paths. */
export interface Choices extends Partial<Architecture> {
  /** The hosts of the sentinels, whose ports are found; they stand for `sentinels`. */
  readonly sentinelHosts?: readonly string[];
}

/** An architecture with free ports, and its socket and certificates in a folder. */
async function architectureOf(choices: Choices, folder: string): Promise<Architecture> {
  const { sentinelHosts = [], socket = '', ...rest } = choices;
  const port = await freePort();
  const sentinelPort = await freePort();
  return {
    ...DEFAULTS,
    ...rest,
    port,
    socket: socket && join(folder, socket),
    ca: join(folder, 'ca.crt'),
    // verify.sh runs Pod's programs under its account, which this machine need not have.
    account: userInfo().username,
    ...(sentinelHosts.length > 0 && {
      redis: 'dedicated',
      sentinels: sentinelHosts.map((host) => `${urlHost(host)}:${sentinelPort}`).join(),
    }),
  };
}

/** Waits until a master has so many replicas that follow it. */
export async function replicated(master: Door, replicas: number): Promise<void> {
  await until(async () => {
    const said = await ask(master, 'INFO', 'replication');
    return said.filter((line) => /^slave\d+:.*state=online/.test(line)).length === replicas;
  });
}

/** The ways to the sentinels, which may speak TLS and ask for the user and the password of Redis. */
export function sentinelDoors(
  { sentinel }: Deployment['redis'],
  { ca, user, password }: Door,
): readonly Door[] {
  return (sentinel?.endpoints ?? []).map((endpoint) => ({
    ...endpoint,
    ...(ca !== undefined && { ca }),
    ...(sentinel?.password && {
      ...(user !== undefined && { user }),
      ...(password !== undefined && { password }),
    }),
  }));
}

/** Starts Redis with its files: one server, or several and their sentinels. */
async function startAll(
  { redis }: Deployment,
  files: readonly ConfigFile[],
  folder: string,
  door: Door,
  atEnd: Finally,
): Promise<{ redis: RedisService[]; sentinels: Service[] }> {
  if (redis.container)
    return {
      redis: [await startRedis(`bind 127.0.0.1\nport ${redis.port}\n`, atEnd)],
      sentinels: [],
    };
  const conf = (place: string) => textAt(files, place).replaceAll(TLS_FOLDER, folder);
  if (redis.sentinel === undefined)
    return { redis: [await startRedis(conf('redis/redis.conf'), atEnd)], sentinels: [] };
  const { endpoints, master, quorum } = redis.sentinel;
  const doors = sentinelDoors(redis, door);
  const services: RedisService[] = [];
  for (const at of endpoints.keys())
    services.push(await startRedis(conf(`redis-${at + 1}/redis.conf`), atEnd));
  // A sentinel counts the replicas that the master names, so that those come first.
  await replicated(door, endpoints.length - 1);
  const sentinels: Service[] = [];
  for (const at of endpoints.keys())
    sentinels.push(await startSentinel(conf(`redis-${at + 1}/sentinel.conf`), atEnd));
  for (const each of doors)
    await until(async () => {
      const said = await ask(each, 'INFO', 'sentinel');
      return said.some(
        (line) =>
          line.includes(`name=${master},status=ok`) &&
          line.includes(`slaves=${endpoints.length - 1},sentinels=${endpoints.length}`),
      );
    });
  const [first] = doors;
  const said = first && (await ask(first, 'SENTINEL', 'CKQUORUM', master));
  if (!said?.[0]?.startsWith('OK')) throw new Error(`${quorum}: ${said?.join()}`);
  return { redis: services, sentinels };
}

/** A change of emitted files. */
export type Change = (files: readonly ConfigFile[]) => readonly ConfigFile[];

/** Special choices for the files and certificates of a deployment. */
export interface Options {
  /** The password of Redis, as far as the architecture asks for one. */
  readonly password?: string;
  readonly change?: Change;
  /** The names of the server's certificate. */
  readonly names?: string;
}

/** Starts the Redis servers and sentinels of an architecture, from the files that the generator gives for it. */
export async function deployRedis(
  choices: Choices,
  atEnd: Finally,
  { password = SIGNS, change = (files) => files, names }: Options = {},
): Promise<RedisDeployed> {
  const folder = await makeCertificates(atEnd, names);
  const deployment = plan(await architectureOf(choices, folder));
  const { host, port, socket, ca, password: asked } = deployment.redis;
  const user = deployment.redis.user === undefined ? undefined : aclUserName(deployment, 'admin');
  const secret = asked ? password : '';
  const files = change(emitted(deployment.architecture, { password: secret }));
  const door: Door = {
    host,
    port,
    ...(socket !== undefined && { socket }),
    ...(user !== undefined && { user }),
    ...(ca !== undefined && { ca }),
    ...(asked && { password }),
  };
  return {
    deployment,
    files,
    password: secret,
    door,
    ...(await startAll(deployment, files, folder, door, atEnd)),
  };
}

/** The groups of servers on which Pod runs, web servers first. */
export const podGroups = ({ servers }: Deployment) => servers.filter(({ id }) => id !== 'redis');

/**
 * Starts Redis and makes the servers of an architecture on this machine, from the files that the
 * generator gives for it.
 */
export async function deploy(
  choices: Choices,
  atEnd: Finally,
  options: Options = {},
): Promise<Deployed> {
  const deployed = await deployRedis(choices, atEnd, options);
  const groups = podGroups(deployed.deployment);
  const servers = groups.map((group) => PodServer.create(group, deployed.files, atEnd));
  return { ...deployed, pods: await Promise.all(servers) };
}

/** Another server of the kind that has a role, from files that may be other ones. */
export async function anotherServer(
  { deployment, files }: Pick<Deployed, 'deployment' | 'files'>,
  atEnd: Finally,
  role: Role = 'web',
  packages?: PackagesName,
): Promise<PodServer> {
  const group = deployment.servers.find(({ roles }) => roles.includes(role));
  if (!group) throw new Error(`There is no server with the role ${role}.`);
  return PodServer.create(group, files, atEnd, packages);
}

/** The length of each queue. */
export async function waiting({ deployment, door }: Deployed): Promise<Record<string, number>> {
  const lengths = deployment.uses
    .filter(({ as }) => as === 'producer')
    .map(async ({ queue = '', database }) => {
      const number = String(deployment.architecture[`db.${database}`]);
      return [queue, Number(await ask(door, '-n', number, 'LLEN', queue))] as const;
    });
  return Object.fromEntries(await Promise.all(lengths));
}
