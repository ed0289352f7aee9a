import { queuesOf, type Deployment } from '../model/deployment.ts';
import { PASSWORD_PLACEHOLDER } from '../model/password.ts';
import type { TextKey } from '../model/say.ts';
import type { DatabaseRole } from '../pod/databases.ts';
import { asUser } from './acl.ts';
import { commentLines, name, plain, string, type Line, type Token, type Writing } from './code.ts';
import { endpointToken, hostToken, passwordToken } from './connection.ts';
import { shellString } from './escape.ts';

/** The path of the settings of Debian's redis_exporter. */
export const EXPORTER_PATH = '/etc/default/prometheus-redis-exporter';

/** The path of the alert rules; Prometheus's own configuration names the file. */
export const RULES_PATH = '/etc/prometheus/redis-pod.rules.yml';

/** A queue, or the unacknowledged tasks of one, as the exporter counts it. */
interface CountedKey {
  readonly db: string;
  readonly key: string;
}

/** The queues of a deployment as the exporter counts them. */
function countedQueues(deployment: Deployment): CountedKey[] {
  return queuesOf(deployment).map(({ queue, database }) => ({
    db: `db${deployment.databaseNumbers[database]}`,
    key: queue,
  }));
}

/**
 * The settings of redis_exporter (1.45, Debian 12) that let it count the waiting tasks of each queue,
 * and the tasks that workers have taken. The password is in a variable, which no list of processes
 * shows.
 *
 * @param at the number, from 0, of the server that it is for when sentinels watch over several
 */
export function emitExporterDefaults(reader: Deployment, asked: Writing, at = 0): Line[] {
  const { deployment, writing } = asUser(reader, asked, 'monitoring');
  const { redis } = deployment;
  const counted = countedQueues(deployment);
  const keys = [
    ...counted,
    ...[...new Map(counted.map((each) => [each.db, { ...each, key: 'unacked' }])).values()],
  ].map(({ db, key }) => `${db}=${key}`);
  const scheme = redis.ca === undefined ? 'redis' : 'rediss';
  const own = redis.sentinel?.endpoints[at];
  const host =
    own === undefined
      ? hostToken(deployment, redis.host)
      : endpointToken(own.host, own.host, string);
  const address: Token[] =
    redis.socket === undefined
      ? [string(`${scheme}://`), host, string(`:${redis.port}`)]
      : [string(`unix://${redis.socket}`)];
  return [
    ...(redis.password
      ? [
          ...(redis.user === undefined
            ? []
            : [[name('REDIS_USER'), plain('='), string(redis.user, { field: 'user' })]]),
          [
            name('REDIS_PASSWORD'),
            plain('='),
            passwordToken(writing, shellString, PASSWORD_PLACEHOLDER),
          ],
        ]
      : []),
    [
      name('ARGS'),
      plain('='),
      string('"--redis.addr '),
      ...address,
      ...(redis.ca === undefined ? [] : [string(` --tls-ca-cert-file ${redis.ca}`)]),
      ...(keys.length === 0 ? [] : [string(` --check-single-keys ${keys.join(',')}`)]),
      string('"'),
    ],
  ];
}

/** An alert: its name, its condition, the time that the condition must hold, its text. */
interface Alert {
  readonly alert: string;
  readonly expr: string;
  readonly wait: string;
  readonly text: TextKey;
}

const SERVER_ALERTS: readonly Alert[] = [
  { alert: 'PodRedisDown', expr: 'redis_up == 0', wait: '1m', text: 'alert.down' },
  {
    alert: 'PodRedisMemoryNearlyFull',
    expr: 'redis_memory_used_bytes / (redis_memory_max_bytes > 0) > 0.9',
    wait: '10m',
    text: 'alert.memory',
  },
  {
    alert: 'PodRedisEvicts',
    expr: 'increase(redis_evicted_keys_total[10m]) > 0',
    wait: '0m',
    text: 'alert.evicts',
  },
  {
    alert: 'PodRedisNotSaved',
    expr: 'redis_rdb_last_bgsave_status == 0 or redis_aof_last_write_status == 0',
    wait: '5m',
    text: 'alert.saved',
  },
  {
    alert: 'PodRedisRestarted',
    expr: 'redis_uptime_in_seconds < 300',
    wait: '0m',
    text: 'alert.restarted',
  },
];

/** The alerts for servers that sentinels watch over: one master, which all the others follow. */
const replicationAlerts = (servers: number): readonly Alert[] => [
  {
    alert: 'PodRedisMasters',
    expr: 'absent(redis_instance_info{role="master"}) or count(redis_instance_info{role="master"}) > 1',
    wait: '2m',
    text: 'alert.masters',
  },
  {
    alert: 'PodRedisReplicaMissing',
    expr: `sum(redis_connected_slaves and on (instance) redis_instance_info{role="master"}) < ${servers - 1}`,
    wait: '5m',
    text: 'alert.replicas',
  },
];

/** The time that tasks may wait while no worker has any, or be more than workers run, before the alert. */
const UNSERVED = '15m';

/**
 * The alert on tasks that are taken and that nobody runs: with late acknowledgement and a prefetch
 * multiplier of 1, a worker has one task in `unacked` and no other.
 */
function leftOverAlert({ servers, uses, databaseNumbers }: Deployment): Alert[] {
  const workers = new Map<DatabaseRole, number>();
  for (const { as, server, database } of uses)
    if (as === 'consumer') {
      const count = servers.find(({ id }) => id === server)?.count ?? 1;
      workers.set(database, (workers.get(database) ?? 0) + count);
    }
  const conditions = [...workers].map(
    ([database, count]) =>
      `redis_key_size{db="db${databaseNumbers[database]}", key="unacked"} > ${count}`,
  );
  if (conditions.length === 0) return [];
  const expr = conditions.length === 1 ? conditions.join('') : `(${conditions.join(' or ')})`;
  return [{ alert: 'PodTaskLeftOver', expr, wait: UNSERVED, text: 'alert.leftover' }];
}

/**
 * Alert rules of Prometheus for the metrics of redis_exporter; `promtool check rules` accepts them. A
 * queue is unserved when tasks wait in it and none of its database is taken: with late
 * acknowledgement, running tasks are in `unacked`. Replicas have the same keys as their master, so
 * only the master is counted.
 */
export function emitAlertRules(deployment: Deployment, { say }: Writing): Line[] {
  const { sentinel } = deployment.redis;
  const replication = sentinel === undefined ? [] : replicationAlerts(sentinel.endpoints.length);
  const master = sentinel && ' and on (instance) redis_instance_info{role="master"}';
  const queues = countedQueues(deployment).map(({ db, key }): Alert & { queue: string } => ({
    alert: `PodQueueUnserved_${key}`,
    expr: `redis_key_size{db="${db}", key="${key}"} > 0 and on (instance) redis_key_size{db="${db}", key="unacked"} == 0${master ?? ''}`,
    wait: UNSERVED,
    text: 'alert.unserved',
    queue: key,
  }));
  const leftOver = leftOverAlert(deployment).map((each) => ({
    ...each,
    expr: `${each.expr}${master ?? ''}`,
  }));
  const pair = (indent: string, key: string, value: Token): Line => [
    plain(indent),
    name(key),
    plain(': '),
    value,
  ];
  const quoted = (text: string) => string(`'${text.replaceAll("'", "''")}'`);
  return [
    ...commentLines(say('alert.what')),
    [name('groups'), plain(':')],
    pair('  - ', 'name', plain('redis-pod')),
    [plain('    '), name('rules'), plain(':')],
    ...[
      ...[...SERVER_ALERTS, ...replication, ...leftOver].map((each) => ({ ...each, queue: '' })),
      ...queues,
    ].flatMap(({ alert, expr, wait, text, queue }) => [
      pair('      - ', 'alert', plain(alert)),
      pair('        ', 'expr', quoted(expr)),
      pair('        ', 'for', plain(wait)),
      [plain('        '), name('annotations'), plain(':')],
      pair('          ', 'summary', quoted(say(text, { queue }))),
    ]),
  ];
}
