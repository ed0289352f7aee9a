import type { Deployment } from '../../model/deployment.ts';
import { asPodInProject } from '../account.ts';
import { ask, redisCli } from '../cli.ts';
import { plain, string, type Line, type Source } from '../code.ts';
import { shellString } from '../escape.ts';
import { POD_CONF } from '../secrets.ts';
import { shell } from '../shell.ts';
import { program } from '../worker.ts';
import type { Procedure, Quote } from './procedure.ts';
import { onAny, onRedis, toWorkers, untilRewritten } from './servers.ts';

/** The data folder of Debian's Redis. */
const DATA = '/var/lib/redis';

/** The command that has Pod run a statement. */
function inPod(deployment: Deployment, statement: string, source: Source): Quote[] {
  return [
    {
      server: 'web',
      lines: [
        asPodInProject(
          deployment,
          shell`${program(deployment, 'web', 'python')} manage.py shell -c ${string(shellString(statement), source)}`,
        ),
      ],
    },
  ];
}

/** The command that has Pod clear one of its caches; it runs FLUSHDB on the whole database. */
function clearCache(deployment: Deployment, alias: 'default' | 'select2'): Quote[] {
  const script = `from django.core.cache import caches; caches["${alias}"].clear()`;
  return inPod(deployment, script, { database: alias });
}

/** The statement that removes every session from the SQL database. */
const REMOVE_SESSIONS =
  'from django.contrib.sessions.models import Session; Session.objects.all().delete()';

/**
 * Commands for a single Redis server. Several are changed one after the other, in an order that
 * depends on which is the master.
 */
function onSingleRedis(deployment: Deployment, ...lines: readonly Line[]): Quote[] {
  return deployment.redis.sentinel ? [] : onRedis(deployment, ...lines);
}

/**
 * The loop that gives each user the password of its line in the new redis.conf, of which the hash is enough.
 *
 * @param reset whether the passwords that the user has are taken away first
 */
function giveHashes(deployment: Deployment, reset: boolean): Line[] {
  const own = string(shellString(`^user ${deployment.architecture.user}-`), { field: 'user' });
  return [
    shell`grep ${own} ${plain(POD_CONF)} | while read -r _ name _ hash _; do`,
    shell`  ${redisCli(deployment)} ACL SETUSER "$name" ${reset ? shell`resetpass ` : []}"$hash" </dev/null`,
    shell`done`,
  ];
}

/** The operation of a Redis that Pod uses, as run with redis-server 7.0.15. */
export const OPERATE = {
  'operate.clear.default': { emit: (deployment) => clearCache(deployment, 'default') },
  'operate.clear.select2': { emit: (deployment) => clearCache(deployment, 'select2') },
  /** The SQL database first: a session that is there comes back into an empty cache. */
  'operate.logout': {
    emit: (deployment) => [
      ...(deployment.sessions === 'cached_db'
        ? inPod(deployment, REMOVE_SESSIONS, { field: 'sessions' })
        : []),
      ...onAny(ask(deployment, shell`FLUSHDB`, 'sessions')),
    ],
  },
  'operate.purge': { emit: (deployment) => toWorkers(deployment, shell`purge -f`) },
  /** A snapshot over the network, which Redis sends as to a replica; it needs no persistence. */
  'operate.backup': {
    emit: (deployment) =>
      deployment.redis.container
        ? []
        : onAny(shell`umask 077`, shell`${redisCli(deployment)} --rdb ~/"redis-$(date +%F).rdb"`),
  },
  /**
   * With `appendonly yes` Redis reads its append-only files and no snapshot: it is started without
   * them, from the snapshot, and `operate.restore.append` makes them anew while it runs.
   */
  'operate.restore': {
    emit: (deployment) =>
      onSingleRedis(
        deployment,
        shell`systemctl stop redis-server`,
        shell`mv ${plain(DATA)}/appendonlydir ${plain(DATA)}/appendonlydir.before`,
        shell`install -o redis -g redis -m 660 ~/redis-*.rdb ${plain(DATA)}/dump.rdb`,
        shell`sed -i 's/^appendonly yes/appendonly no/' ${plain(POD_CONF)}`,
        shell`systemctl start redis-server`,
      ),
  },
  'operate.restore.append': {
    emit: (deployment) =>
      onSingleRedis(
        deployment,
        ask(deployment, shell`CONFIG SET appendonly yes`),
        untilRewritten(redisCli(deployment)),
        shell`sed -i 's/^appendonly no/appendonly yes/' ${plain(POD_CONF)}`,
      ),
  },
  'operate.upgrade': {
    emit: (deployment) =>
      onSingleRedis(
        deployment,
        shell`apt-get install --yes --only-upgrade redis-server`,
        shell`systemctl is-active redis-server`,
      ),
  },
  'operate.password.ask': {
    emit: (deployment, { say }) =>
      deployment.redis.password && deployment.redis.user === undefined
        ? onSingleRedis(
            deployment,
            shell`IFS= read -rsp ${string(shellString(say('operate.password.new')))} NEW_PASSWORD`,
          )
        : [],
  },
  /** On standard input, so that the password is in no command line that other users could see. */
  'operate.password.add': {
    emit: (deployment) =>
      !deployment.redis.password
        ? []
        : onSingleRedis(
            deployment,
            ...(deployment.redis.user === undefined
              ? [
                  shell`printf '>%s' "$NEW_PASSWORD" | ${redisCli(deployment)} -x ACL SETUSER default`,
                ]
              : giveHashes(deployment, false)),
          ),
  },
  'operate.password.remove': {
    emit: (deployment) =>
      !deployment.redis.password
        ? []
        : onSingleRedis(
            deployment,
            ...(deployment.redis.user === undefined
              ? [
                  shell`printf '<%s' "$REDISCLI_AUTH" | ${redisCli(deployment)} -x ACL SETUSER default`,
                  shell`REDISCLI_AUTH=$NEW_PASSWORD`,
                ]
              : giveHashes(deployment, true)),
          ),
  },
} as const satisfies Record<string, Procedure>;
