import { name, plain, string, type Line, type Token } from '../code.ts';
import { redisCli } from '../cli.ts';
import { placeholderOf } from '../connection.ts';
import { shell } from '../shell.ts';
import { plan, type Deployment } from '../../model/deployment.ts';
import type { Procedure, Quote } from './procedure.ts';

/** Stands for the address of the server that Redis moves away from. */
const OLD: Token = {
  ...plain('OLD-REDIS.invalid', { server: 'web' }),
  placeholder: true,
};

/** How long writing waits while Redis moves, in milliseconds; then it would fail, as it does without. */
const PAUSE = '60000';

/**
 * The deployment that Redis moves to: the reader's, or the same with a server of its own. An ACL
 * user is not asked for: what following takes, Pod's own may not do.
 */
function target({ architecture }: Deployment): Deployment {
  return plan({
    ...architecture,
    ...(architecture.auth === 'acl' && { auth: 'password' }),
    redis: 'dedicated',
    sentinels: '',
    socket: '',
  });
}

/** Commands on the server that Redis moves to, or on the one that has it so far. */
function on(side: 'new' | 'old', ...lines: readonly Line[]): Quote[] {
  return [{ server: side === 'new' ? 'redis' : 'web', lines }];
}

/** Servers with sentinels, for readers whose architecture has none yet. */
const SENTINELS = ['redis-1', 'redis-2', 'redis-3'].map((name) => `${name}.invalid:26379`).join();

/**
 * Commands on the servers that sentinels watch over, or on the first of them alone: it is the master
 * to begin with, and has its own address only.
 */
function onSentinels(
  { architecture, redis }: Deployment,
  which: 'each' | 'first',
  lines: (first: Line) => readonly Line[],
): Quote[] {
  const { redis: watched } = plan({
    ...architecture,
    redis: 'dedicated',
    socket: '',
    tls: false,
    ...(redis.sentinel === undefined && { sentinels: SENTINELS }),
  });
  const [first] = watched.sentinel?.endpoints ?? [];
  if (first === undefined) return [];
  const port = watched.port === 6379 ? '' : ` -p ${watched.port}`;
  const host = { ...plain(first.host, { field: 'sentinels' }), ...placeholderOf(first.host) };
  return [
    {
      server: 'redis',
      ...(which === 'first' && { host: first.host }),
      lines: lines([plain('redis-cli -h '), host, plain(port)]),
    },
  ];
}

/** Asks a Redis how far it follows. */
const followed = (redis: Line): Line[] => [
  shell`${redis} INFO replication | grep -E '^(role|master_link_status|master_sync_in_progress|slave_repl_offset|slave[0-9]+):'`,
];

/** redis-cli on the server that has Redis so far, which answers it there. */
const old: Line = [plain('redis-cli')];

/** Lets the old Redis be what it was before anything followed it. */
const reopened = (): Quote[] =>
  on('old', shell`${old} CLIENT UNPAUSE`, shell`${old} CONFIG SET bind "127.0.0.1 -::1"`);

/** redis-cli on the server that Redis moves to. */
const fresh = (deployment: Deployment): Line => redisCli(target(deployment), undefined, 'admin');

/** Where a second Redis answers, by the same way as the first. */
function doors({ ca, socket }: Deployment['redis']): Line[] {
  if (socket !== undefined) return [[name('unixsocket'), plain(' /run/redis-test/redis.sock')]];
  return [[name(ca === undefined ? 'port' : 'tls-port'), plain(' 6380')]];
}

/** The file and folder of a second Redis, by Debian's template of a unit. */
const SECOND = '/etc/redis/redis-test.conf';

/**
 * How Redis moves to a server of its own without losing sessions or tasks, as run with redis-server
 * 7.0.15: the new one follows the old one until both have the same, and then takes its place.
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
  /** A sentinel takes a master that says it follows another for one that is gone. */
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
  /** What a second Redis on the same server needs: all that would be the first one's otherwise. */
  'grow.second.conf': {
    emit: ({ redis }) => [
      {
        server: 'redis',
        path: SECOND,
        lines: [
          [name('include'), plain(' /etc/redis/redis.conf')],
          ...doors(redis),
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
          shell`install -d -o redis -g redis -m 750 /var/lib/redis/test`,
          shell`chown redis:redis ${plain(SECOND)} && chmod 640 ${plain(SECOND)}`,
          shell`systemctl enable --now redis-server@test`,
          redis.socket === undefined
            ? shell`ss --listening --tcp --numeric ${string("'sport = :6380'")}`
            : shell`ls -l /run/redis-test`,
        ],
      },
    ],
  },
} as const satisfies Record<string, Procedure>;
