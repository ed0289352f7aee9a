import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import type { Deployment } from '../model/deployment.ts';
import type { ServerGroup } from '../model/servers.ts';
import { isWorker, type Role } from '../pod/roles.ts';
import { NODES } from '../pod/workers.ts';
import type { Writing } from './code.ts';

/**
 * The ACL users of Redis: one for each group of servers, by the group's id; one for monitoring, one for
 * administrators, and one for replication and sentinels.
 */
export type AclUserId = PodRole | 'monitoring' | 'admin' | 'sentinel';

/** The roles of servers that run Pod. */
type PodRole = Exclude<Role, 'redis'>;

/** A group of servers that run Pod. */
type PodGroup = ServerGroup & { readonly id: PodRole };

const isPodGroup = (group: ServerGroup): group is PodGroup => group.id !== 'redis';

/** An ACL user: its name and its rights, in the syntax of Redis's `user` directive. */
export interface AclUser {
  readonly id: AclUserId;
  readonly name: string;
  readonly rights: string;
}

/** The part of each user's name that says what it is for. */
const PURPOSE = /-(?:web|cron|worker|encoding|transcription|xapi|monitoring|admin|sentinel)$/;

/** The name that the reader chose, from the name of one of the users; any other name as it is. */
export const aclUserPrefix = (user: string): string => user.replace(PURPOSE, '');

/** The name of a user: the one that the reader chose, and what it is for. */
export const aclUserName = ({ architecture }: Deployment, id: AclUserId): string =>
  `${architecture.user}-${id}`;

/**
 * The password of a user, from the one that the reader types: that one is the administrator's, and gives all the
 * others, which give nothing (HMAC-SHA-256, RFC 2104; 64 hexadecimal digits).
 */
function derivedPassword(secret: string, name: string): string {
  return bytesToHex(hmac(sha256, utf8ToBytes(secret), utf8ToBytes(name)));
}

/** The password of one of the users; empty where the reader has typed none yet. */
export function aclPassword(deployment: Deployment, { password }: Writing, id: AclUserId): string {
  return password === '' || id === 'admin'
    ? password
    : derivedPassword(password, aclUserName(deployment, id));
}

/** A password as a `user` directive has it: `#` and its SHA-256, which tells it to nobody. */
export function aclHash(password: string): string {
  return `#${bytesToHex(sha256(utf8ToBytes(password)))}`;
}

/**
 * The deployment and the password as the files of one user have them. Where Redis has one password and no
 * users, nothing changes.
 */
export function asUser(
  deployment: Deployment,
  writing: Writing,
  id: AclUserId,
): { deployment: Deployment; writing: Writing } {
  const { redis } = deployment;
  if (redis.user === undefined) return { deployment, writing };
  return {
    deployment: { ...deployment, redis: { ...redis, user: aclUserName(deployment, id) } },
    writing: {
      ...writing,
      password: aclPassword(deployment, writing, id),
    },
  };
}

/** The commands of every connection: redis-py's, and those of verify.sh. */
const CONNECTION = '+select +ping +client|setname +info';

/** The commands of Django's caches and of django-redis-sessions. */
const STORE = '+get +set +setex +del +unlink +exists +expire +ttl +pttl';

/** The command that clears a cache, as the guide's procedure does on a web server. It empties a whole database. */
const CLEAR = '+flushdb';

/** The commands of whoever publishes tasks to a queue, and asks workers how they are (kombu 5.2 to 5.7). */
const PRODUCER =
  '+lpush +rpush +llen +hlen +brpop +sadd +srem +smembers +exists +del +multi +exec +discard +watch +unwatch' +
  ' +publish +subscribe +unsubscribe +psubscribe +punsubscribe' +
  // The scripts by which kombu 5.7 keeps its bindings.
  ' +evalsha +script|load +script|exists +time +zadd +zrem +zrangebyscore';

/** The further commands of a worker: for the tasks that it has taken, and the lock under which it gives them back. */
const CONSUMER = '+hset +hget +hdel +zrange +zrevrangebyscore +rpop +get +set';

/** The commands that redis_exporter sends (1.45). */
const MONITORING =
  '+info +client|setname +select +ping +llen +hlen +type +slowlog|len +slowlog|get +latency|latest';

/** The rights that replication and sentinels need (Redis's documentation on ACL; run on 7.0.15). */
const SENTINEL_RIGHTS =
  '&* +psync +replconf +ping +multi +exec +slaveof +subscribe +publish +config|rewrite +role +info' +
  ' +client|setname +client|kill +script|kill';

/**
 * The questions of clients to sentinels: redis-py's (4.3 to 8.1), and those of verify.sh. Any other command could have
 * the sentinels name another master.
 */
const ASKING_SENTINELS =
  '+ping +info +client|setname +sentinel|get-master-addr-by-name +sentinel|masters +sentinel|replicas' +
  ' +sentinel|slaves +sentinel|ckquorum';

/** The commands that sentinels send each other (sentinel.c of Redis 7.0.15). */
const SENTINEL_TO_SENTINEL =
  '&__sentinel__:hello +ping +publish +client|setname +sentinel|is-master-down-by-addr';

/**
 * The right to count the tasks that an architecture of before has left, which verify.sh does after a move to
 * Esup-Runner.
 */
const OLD_QUEUES = '%R~celery %R~encoding %R~transcripting %R~unacked +llen +hlen';

/** The keys of a broker, whatever its queues are. */
const BROKER = '~_kombu.binding* ~unacked* ~celeryev.*';

/**
 * The keys of the answers to questions about workers: a UUID and a fixed end (kombu.pidbox). Nothing shorter: whoever
 * logs in chooses the end of a session's key, and a pattern that began with `*` would open sessions.
 */
const REPLIES = `~${[8, 4, 4, 4, 12].map((digits) => '[0-9a-f]'.repeat(digits)).join('-')}.reply.celery.pidbox*`;

/** The keys of the questions to workers, which begin with the worker's name. */
const questions = (roles: readonly Role[]): string[] =>
  roles.filter(isWorker).map((role) => `~${NODES[role]}@*.celery.pidbox*`);

/**
 * The channels of the brokers that servers of a group use, which have the number of the database. A pattern that
 * Celery subscribes to is allowed where the user has the very same one.
 */
function channels({ databaseNumbers, redis, uses }: Deployment, group: ServerGroup): string[] {
  const numbers = uses.flatMap(({ server, database, as }) =>
    server === group.id && as !== 'store' ? [databaseNumbers[database]] : [],
  );
  // Through sentinels, kombu 5.2 of Debian 12 puts no number into the names (kombu/transport/redis.py).
  const names = [...new Set<number | string>(numbers), ...(redis.sentinel ? ['{db}'] : [])];
  return names.flatMap((number) => [`&/${number}.celery.pidbox`, `&/${number}.celeryev/worker.*`]);
}

/** The keys of the queues of a deployment that servers of a group publish to or consume. */
function queueKeys({ uses }: Deployment, group: ServerGroup): string[] {
  const queues = uses.flatMap(({ server, queue }) =>
    server === group.id && queue !== undefined ? [queue] : [],
  );
  // Kombu has a list for each priority, whose name begins with the queue's.
  return [...new Set(queues)].map((queue) => `~${queue}*`);
}

/** The keys of the caches and sessions that servers of a group use: Django puts a prefix before each. */
function storeKeys({ prefixes, uses }: Deployment, group: ServerGroup): string[] {
  const own = uses.filter(({ server, as }) => server === group.id && as === 'store');
  const aliases = own.map(({ database }) => database as keyof typeof prefixes);
  return [...new Set(aliases.map((alias) => `~${prefixes[alias]}:*`))];
}

/** The roles of a group's user: those of all servers where they share one user. */
const rolesOf = (
  { servers, sharedSettings }: Deployment,
  { roles }: ServerGroup,
): readonly Role[] => (sharedSettings ? servers.flatMap((each) => each.roles) : roles);

/** The rights of the servers of a group, for all of their roles. */
function rightsOf(deployment: Deployment, group: ServerGroup): string {
  const own = deployment.uses.filter(({ server }) => server === group.id);
  const does = (as: (typeof own)[number]['as']) => own.some((use) => use.as === as);
  const broker = does('producer') || does('consumer');
  const rights = [
    '~redis-pod-check',
    ...storeKeys(deployment, group),
    ...queueKeys(deployment, group),
    ...(broker
      ? [BROKER, REPLIES, ...questions(rolesOf(deployment, group)), ...channels(deployment, group)]
      : []),
    CONNECTION,
    ...(does('store') ? [STORE] : []),
    ...(group.roles.includes('web') ? [CLEAR] : []),
    ...(deployment.arch === 'runner' && group.roles.includes('web') ? [OLD_QUEUES] : []),
    ...(broker ? [PRODUCER] : []),
    ...(does('consumer') ? [CONSUMER] : []),
    ...(does('store') ? [] : ['+set']),
  ];
  return [...new Set(rights.flatMap((each) => each.split(' ')))].join(' ');
}

/**
 * The groups of servers that have separate users. Servers that share one settings_local.py share one user, with the
 * rights of all: that of the web servers.
 */
function userGroups(deployment: Deployment): readonly PodGroup[] {
  const groups = deployment.servers.filter(isPodGroup);
  const [web] = groups;
  return deployment.sharedSettings && web ? [web] : groups;
}

/** The group whose user a server of another group is: its own, or that of the web servers. */
export function userIdOf(deployment: Deployment, id: PodRole): PodRole {
  return userGroups(deployment).some((group) => group.id === id) ? id : 'web';
}

/** The administrator, who may do everything. */
const ADMIN_RIGHTS = '~* &* +@all';

/** A maker of a deployment's users. */
const userMaker =
  (deployment: Deployment) =>
  (id: AclUserId, rights: string): AclUser => ({ id, name: aclUserName(deployment, id), rights });

/** All ACL users of a deployment; none where Redis has one password, or none. */
export function aclUsers(deployment: Deployment): AclUser[] {
  const { redis, servers, sharedSettings, uses } = deployment;
  if (redis.user === undefined) return [];
  const user = userMaker(deployment);
  // With shared settings every server is the web server's user.
  const merged: Deployment = sharedSettings
    ? { ...deployment, uses: uses.map((use) => ({ ...use, server: 'web' })) }
    : deployment;
  const queues = servers.flatMap((group) => queueKeys(deployment, group));
  return [
    ...userGroups(deployment).map((group) => user(group.id, rightsOf(merged, group))),
    user('monitoring', [...new Set(queues), '~unacked', MONITORING].join(' ')),
    user('admin', ADMIN_RIGHTS),
    ...(redis.sentinel === undefined ? [] : [user('sentinel', SENTINEL_RIGHTS)]),
  ];
}

/**
 * The ACL users of each sentinel: the same names and passwords, with the rights to ask for the master. None where the
 * sentinels have one password, or none.
 */
export function sentinelAclUsers(deployment: Deployment): AclUser[] {
  const { sentinel, user: named } = deployment.redis;
  if (!sentinel?.password || named === undefined) return [];
  const user = userMaker(deployment);
  return [
    ...userGroups(deployment).map(({ id }) => user(id, ASKING_SENTINELS)),
    user('admin', ADMIN_RIGHTS),
    user('sentinel', SENTINEL_TO_SENTINEL),
  ];
}
