import { planVariant } from '../../model/deployment.ts';
import { ANSWER_TIMEOUT } from '../../pod/limits.ts';
import { asPodWithScript } from '../account.ts';
import { aclUsers } from '../acl.ts';
import { ask, askSentinel, redisCli, redisCliWithoutUser } from '../cli.ts';
import { number, plain, string } from '../code.ts';
import { shell } from '../shell.ts';
import { program } from '../worker.ts';
import type { Procedure } from './procedure.ts';
import { onAny, queueLengths, toWorkers } from './servers.ts';

/** The timeout of a command; a Redis that waits for TLS never answers. */
const TIMEOUT = number(String(ANSWER_TIMEOUT));

/** The settings with Pod's connections to Redis. */
const CONNECTION_SETTINGS = [
  'CACHES',
  'DJANGO_REDIS_CONNECTION_FACTORY',
  'SESSION_ENGINE',
  'SESSION_CACHE_ALIAS',
  'SESSION_REDIS',
  'SESSION_REDIS_SENTINEL_LIST',
  'SESSION_REDIS_SENTINEL_MASTER_ALIAS',
  'CELERY_BROKER_URL',
  'CELERY_BROKER_TRANSPORT_OPTIONS',
  'ENCODING_TRANSCODING_CELERY_BROKER_URL',
  'XAPI_CELERY_BROKER_URL',
];

/** A Python script that prints {@link CONNECTION_SETTINGS} as Django has them, `***` for each password. */
const SCRIPT = [
  'import os, re',
  'from django.conf import settings',
  'def shown(value, name=""):',
  '    if isinstance(value, dict):',
  '        return {key: shown(each, key) for key, each in value.items()}',
  '    if isinstance(value, (list, tuple)):',
  '        return [shown(each) for each in value]',
  '    if "pass" in str(name).lower() and value:',
  '        return "***"',
  String.raw`    return re.sub(r"(?<=://)((?!;\w+://).)*@", "***@", value) if isinstance(value, str) else value`,
  'for name in """',
  ...CONNECTION_SETTINGS,
  '""".split():',
  '    print(name, "=", shown(getattr(settings, name, None)))',
  'print("CELERY_CONFIG_MODULE =", os.environ.get("CELERY_CONFIG_MODULE"))',
];

/** The commands whose output tells one cause of a problem from another. */
export const TROUBLESHOOT = {
  'troubleshoot.settings': {
    emit: (deployment) => [
      {
        server: 'web',
        lines: [
          ...asPodWithScript(
            deployment,
            shell`env DJANGO_SETTINGS_MODULE=pod.settings ${program(deployment, 'web', 'python')} -`,
            SCRIPT,
          ),
        ],
      },
    ],
  },
  'troubleshoot.ping': {
    emit: (deployment) => {
      const password = deployment.redis.password ? shell`REDISCLI_AUTH=$REDISCLI_AUTH ` : [];
      return onAny(shell`${password}timeout ${TIMEOUT} ${redisCli(deployment)} PING`);
    },
  },
  /** Without the password: it would cross the network in clear. */
  'troubleshoot.plain': {
    emit: (deployment) =>
      onAny(
        shell`timeout ${TIMEOUT} env -u REDISCLI_AUTH ${redisCliWithoutUser(planVariant(deployment, { tls: false }))} PING`,
      ),
  },
  'troubleshoot.listening': {
    emit: ({ redis }) =>
      redis.container
        ? []
        : [
            {
              server: redis.on,
              lines: [
                redis.socket === undefined
                  ? shell`ss -ltn 'sport = ${string(`:${redis.port}'`, { field: 'port' })}`
                  : shell`ss -lxn`,
              ],
            },
          ],
  },
  'troubleshoot.state': {
    emit: (deployment) =>
      onAny(
        ask(
          deployment,
          shell`INFO | grep -E '^(role|cluster_enabled|uptime_in_seconds|used_memory_human|maxmemory_human|maxmemory_policy|evicted_keys|aof_enabled):'`,
        ),
      ),
  },
  'troubleshoot.channel': {
    emit: (deployment) =>
      onAny(
        ...aclUsers(deployment).flatMap(({ id, name }) => {
          const use = deployment.uses.find(({ server, as }) => server === id && as !== 'store');
          if (!use) return [];
          const number = plain(String(deployment.databaseNumbers[use.database]), {
            field: `db.${use.database}`,
            database: use.database,
          });
          const user = plain(name, { field: 'user' });
          return [ask(deployment, shell`ACL DRYRUN ${user} PUBLISH /${number}.celery.pidbox 1`)];
        }),
      ),
  },
  'troubleshoot.sessions': {
    emit: (deployment) => onAny(ask(deployment, shell`DBSIZE`, 'sessions')),
  },
  'troubleshoot.sentinels': {
    emit: (deployment) => {
      const { sentinel } = deployment.redis;
      if (sentinel === undefined) return [];
      const { endpoints, password } = sentinel;
      return onAny(...endpoints.map((endpoint) => askSentinel(deployment, password, endpoint)));
    },
  },
  'troubleshoot.listens': {
    emit: (deployment) =>
      toWorkers(
        deployment,
        shell`inspect active_queues`,
        shell`grep -oE '^->.*|^ +[*] ..name.: [^,]*|^Error.*'`,
      ),
  },
  // Only these lines: the whole output has the passwords of the caches (run on Celery 5.4.0).
  'troubleshoot.visibility': {
    emit: (deployment) =>
      toWorkers(
        deployment,
        shell`inspect conf`,
        shell`grep -E '^->|visibility_timeout|acks_late|^Error'`,
      ),
  },
  'troubleshoot.queues': {
    emit: (deployment) => onAny(...queueLengths(deployment)),
  },
} as const satisfies Record<string, Procedure>;
