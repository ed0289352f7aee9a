import { plain, string, type Line } from '../code.ts';
import { ask, redisCli } from '../cli.ts';
import { shell } from '../shell.ts';
import { program, project } from '../worker.ts';
import type { Deployment } from '../../model/deployment.ts';
import { shellString } from '../quote.ts';
import { POD_CONF, untilRewritten } from './install.ts';
import type { Procedure, Quote } from './procedure.ts';
import { toWorkers } from './troubleshoot.ts';

/** Where Debian's Redis has its data. */
const DATA = '/var/lib/redis';

/** Has Pod empty one of its caches, which runs FLUSHDB on its whole database. */
function clearCache(deployment: Deployment, alias: 'default' | 'select2'): Quote[] {
  const script = `from django.core.cache import caches; caches["${alias}"].clear()`;
  const enter = deployment.redis.container
    ? []
    : [shell`cd ${plain(project(deployment), { field: 'project' })}`];
  return [
    {
      server: 'web',
      lines: [
        ...enter,
        shell`${program(deployment, 'python')} manage.py shell -c ${string(shellString(script), { database: alias })}`,
      ],
    },
  ];
}

/**
 * Commands for a Redis of one's own that is one server: several are changed one after the other, in
 * an order that depends on which is the master.
 */
function onOne({ redis }: Deployment, ...lines: readonly Line[]): Quote[] {
  return redis.container || redis.sentinel ? [] : [{ server: 'redis', lines }];
}

/** Whose password it is: Pod's own user's, or everybody's. */
const holder = ({ redis }: Deployment) =>
  redis.user === undefined ? plain('default') : plain(redis.user, { field: 'user' });

/** What is done to a Redis that Pod uses, as run with redis-server 7.0.15. */
export const OPERATE = {
  'operate.clear.default': { emit: (deployment) => clearCache(deployment, 'default') },
  'operate.clear.select2': { emit: (deployment) => clearCache(deployment, 'select2') },
  'operate.logout': {
    emit: (deployment) => [{ server: 'any', lines: [ask(deployment, shell`FLUSHDB`, 'sessions')] }],
  },
  'operate.purge': { emit: (deployment) => toWorkers(deployment, shell`purge -f`) },
  /** A snapshot that Redis sends as to a replica, whatever its persistence and wherever it is. */
  'operate.backup': {
    emit: (deployment) =>
      deployment.redis.container
        ? []
        : [
            {
              server: 'any',
              lines: [
                shell`umask 077`,
                shell`${redisCli(deployment, undefined, 'admin')} --rdb "redis-$(date +%F).rdb"`,
              ],
            },
          ],
  },
  /**
   * With `appendonly yes` Redis reads its append-only files and no snapshot: it starts from the
   * snapshot without them, and they are made anew while it runs.
   */
  'operate.restore': {
    emit: (deployment) =>
      onOne(
        deployment,
        shell`systemctl stop redis-server`,
        shell`mv ${plain(DATA)}/appendonlydir ${plain(DATA)}/appendonlydir.before`,
        shell`install -o redis -g redis -m 660 redis-*.rdb ${plain(DATA)}/dump.rdb`,
        shell`sed -i 's/^appendonly yes/appendonly no/' ${plain(POD_CONF)}`,
        shell`systemctl start redis-server`,
      ),
  },
  'operate.restore.append': {
    emit: (deployment) =>
      onOne(
        deployment,
        ask(deployment, shell`CONFIG SET appendonly yes`, undefined, 'admin'),
        ...untilRewritten(redisCli(deployment, undefined, 'admin')),
        shell`sed -i 's/^appendonly no/appendonly yes/' ${plain(POD_CONF)}`,
      ),
  },
  'operate.upgrade': {
    emit: (deployment) =>
      onOne(
        deployment,
        shell`apt-get install --yes --only-upgrade redis-server`,
        shell`systemctl is-active redis-server`,
      ),
  },
  'operate.password.ask': {
    emit: (deployment, { say }) =>
      deployment.redis.password
        ? onOne(
            deployment,
            shell`IFS= read -rsp ${string(shellString(say('operate.password.new')))} NEW_PASSWORD`,
          )
        : [],
  },
  /** From its input, so that it is in no command that others of the server could see. */
  'operate.password.add': {
    emit: (deployment) =>
      deployment.redis.password
        ? onOne(
            deployment,
            shell`printf '>%s' "$NEW_PASSWORD" | ${redisCli(deployment, undefined, 'admin')} -x ACL SETUSER ${holder(deployment)}`,
          )
        : [],
  },
  'operate.password.remove': {
    emit: (deployment) =>
      deployment.redis.password && deployment.redis.user === undefined
        ? onOne(
            deployment,
            shell`printf '<%s' "$REDISCLI_AUTH" | ${redisCli(deployment)} -x ACL SETUSER default`,
            shell`export REDISCLI_AUTH="$NEW_PASSWORD"`,
          )
        : [],
  },
} as const satisfies Record<string, Procedure>;
