import { planVariant, type Deployment } from '../../model/deployment.ts';
import { REDIS_PORT, SENTINEL_PORT } from '../../pod/limits.ts';
import { giveTo } from '../account.ts';
import { redisCli } from '../cli.ts';
import { name, plain, string, type Line, type Token } from '../code.ts';
import { endpointToken } from '../connection.ts';
import { secretMode } from '../secrets.ts';
import { shell } from '../shell.ts';
import type { Procedure, Quote } from './procedure.ts';

/** The placeholder for the address of the server that Redis moves away from. */
const OLD: Token = {
  ...plain('OLD-REDIS.invalid', { server: 'web' }),
  placeholder: true,
};

/** The time that writes wait while Redis moves, in milliseconds; after it they would be lost. */
const PAUSE = '60000';

/**
 * The deployment that Redis moves to: the reader's, or the same with a dedicated server for Redis.
 * It has no ACL user: Pod's may not run the commands of replication.
 */
function target(deployment: Deployment): Deployment {
  const dedicated = planVariant(deployment, { redis: 'dedicated', sentinels: '', socket: '' });
  return dedicated.redis.user === undefined
    ? dedicated
    : planVariant(dedicated, { auth: 'password' });
}

/** Commands on the server that Redis moves to, or on the one that it moves away from. */
function on(side: 'new' | 'old', ...lines: readonly Line[]): Quote[] {
  return [{ server: side === 'new' ? 'redis' : 'web', lines }];
}

/** The placeholder for sentinels, for readers whose architecture has none yet. */
const SENTINELS_PLACEHOLDER = ['redis-1', 'redis-2', 'redis-3']
  .map((name) => `${name}.invalid:${SENTINEL_PORT}`)
  .join();

/**
 * Commands on the servers that sentinels watch over, or on the first of them only, which is the
 * master at the start.
 */
function onSentinels(
  deployment: Deployment,
  which: 'each' | 'first',
  lines: (first: Line) => readonly Line[],
): Quote[] {
  const { redis: watched } = planVariant(deployment, {
    redis: 'dedicated',
    socket: '',
    tls: false,
    ...(deployment.redis.sentinel === undefined && { sentinels: SENTINELS_PLACEHOLDER }),
  });
  const [first] = watched.sentinel?.endpoints ?? [];
  if (first === undefined) return [];
  const port = watched.port === REDIS_PORT ? '' : ` -p ${watched.port}`;
  return [
    {
      server: 'redis',
      ...(which === 'first' && { host: first.host }),
      lines: lines([plain('redis-cli -h '), endpointToken(first.host), plain(port)]),
    },
  ];
}

/** The line that shows how far a replica has followed. */
const followed = (redis: Line): Line[] => [
  shell`${redis} INFO replication | grep -E '^(role|master_link_status|master_sync_in_progress|slave_repl_offset|slave[0-9]+):'`,
];

/** redis-cli on the server that Redis moves away from. */
const old: Line = [plain('redis-cli')];

/** The commands that undo the preparation of the old Redis. */
const reopened = (): Quote[] =>
  on('old', shell`${old} CLIENT UNPAUSE`, shell`${old} CONFIG SET bind "127.0.0.1 -::1"`);

/** redis-cli on the server that Redis moves to. */
const fresh = (deployment: Deployment): Line => redisCli(target(deployment));

/** The socket or port of a second Redis, of the same kind as the first's. */
function secondListening({ ca, socket }: Deployment['redis']): Line[] {
  if (socket !== undefined) return [[name('unixsocket'), plain(' /run/redis-test/redis.sock')]];
  return [[name(ca === undefined ? 'port' : 'tls-port'), plain(' 6380')]];
}

/** The configuration of a second Redis, under the name that Debian's unit template expects. */
const SECOND = '/etc/redis/redis-test.conf';

/**
 * The move of Redis to a dedicated server without losing sessions or tasks, as run with redis-server
 * 7.0.15: the new one follows the old one until both have the same data, and then takes its place.
 */
export const GROW = {
  'grow.open': {
    emit: () => on('old', shell`${old} CONFIG SET bind "127.0.0.1 -::1 ${OLD}"`),
  },
  'grow.follow': {
    emit: (deployment) =>
      on(
        'new',
        shell`printf '%s' "$REDISCLI_AUTH" | ${fresh(deployment)} -x CONFIG SET masterauth`,
        shell`${fresh(deployment)} REPLICAOF ${OLD} 6379`,
      ),
  },
  'grow.followed': {
    emit: (deployment) => on('new', ...followed(fresh(deployment))),
  },
  'grow.pause': {
    emit: () =>
      on(
        'old',
        shell`${old} CLIENT PAUSE ${plain(PAUSE)} WRITE`,
        shell`${old} INFO replication | grep master_repl_offset`,
      ),
  },
  'grow.promote': {
    emit: (deployment) => on('new', shell`${fresh(deployment)} REPLICAOF NO ONE`),
  },
  'grow.retire': {
    emit: () => on('old', shell`systemctl disable --now redis-server`),
  },
  'grow.back': {
    emit: (deployment) => [
      ...on('new', shell`${fresh(deployment)} REPLICAOF NO ONE`),
      ...reopened(),
    ],
  },
  /** The sentinels stop first: they take a master that follows another for one that is gone. */
  'grow.sentinels.stop': {
    emit: (deployment) =>
      onSentinels(deployment, 'each', () => [shell`systemctl stop redis-sentinel`]),
  },
  'grow.sentinels.follow': {
    emit: (deployment) =>
      onSentinels(deployment, 'first', (redis) => [shell`${redis} REPLICAOF ${OLD} 6379`]),
  },
  'grow.sentinels.followed': {
    emit: (deployment) => onSentinels(deployment, 'first', followed),
  },
  'grow.sentinels.promote': {
    emit: (deployment) =>
      onSentinels(deployment, 'first', (redis) => [shell`${redis} REPLICAOF NO ONE`]),
  },
  'grow.sentinels.start': {
    emit: (deployment) =>
      onSentinels(deployment, 'each', () => [shell`systemctl start redis-sentinel`]),
  },
  'grow.sentinels.back': { emit: reopened },
  /** The configuration of a second Redis on the same server: all that the two must not share. */
  'grow.second.conf': {
    emit: ({ redis }) => [
      {
        server: 'redis',
        path: SECOND,
        lines: [
          [name('include'), plain(' /etc/redis/redis.conf')],
          ...secondListening(redis),
          [name('pidfile'), plain(' /run/redis-test/redis-server.pid')],
          [name('logfile'), plain(' /var/log/redis/redis-test.log')],
          [name('dir'), plain(' /var/lib/redis/test')],
        ],
      },
    ],
  },
  'grow.second.start': {
    emit: ({ redis }) => [
      {
        server: 'redis',
        lines: [
          shell`runuser -u redis -- mkdir -m 750 /var/lib/redis/test`,
          ...giveTo('redis', SECOND, secretMode({ redis }, 'redis-conf')),
          shell`systemctl enable --now redis-server@test`,
          redis.socket === undefined
            ? shell`ss --listening --tcp --numeric ${string("'sport = :6380'")}`
            : shell`ls -l /run/redis-test`,
        ],
      },
    ],
  },
} as const satisfies Record<string, Procedure>;
