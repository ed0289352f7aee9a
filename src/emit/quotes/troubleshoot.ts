import { number, plain, string, type Line } from '../code.ts';
import { ask, redisCli } from '../cli.ts';
import { placeholderOf } from '../connection.ts';
import { shell } from '../shell.ts';
import { APPS, CONFIG_MODULE } from '../../pod/workers.ts';
import { needsConfigModule, program, project } from '../worker.ts';
import { plan, type Deployment } from '../../model/deployment.ts';
import type { WorkerRole } from '../../pod/roles.ts';
import type { Procedure, Quote } from './procedure.ts';

/** How long Redis may take to answer, in seconds; one that waits for TLS never does. */
const PATIENCE = '5';

/** The settings that say how Pod reaches Redis. */
const SETTINGS = [
  'CACHES',
  'DJANGO_REDIS_CONNECTION_FACTORY',
  'SESSION_REDIS',
  'SESSION_REDIS_SENTINEL_LIST',
  'SESSION_REDIS_SENTINEL_MASTER_ALIAS',
  'CELERY_BROKER_URL',
  'CELERY_BROKER_TRANSPORT_OPTIONS',
  'ENCODING_TRANSCODING_CELERY_BROKER_URL',
  'XAPI_CELERY_BROKER_URL',
];

/** Python that prints them as Django has them, `***` for each password. */
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
  ...SETTINGS,
  '""".split():',
  '    print(name, "=", shown(getattr(settings, name, None)))',
  'print("CELERY_CONFIG_MODULE =", os.environ.get("CELERY_CONFIG_MODULE"))',
];

/** Goes to the project's folder; containers are there. */
function enter(deployment: Deployment): Line[] {
  if (deployment.redis.container) return [];
  return [shell`cd ${plain(project(deployment), { field: 'project' })}`];
}

/** A question to the running workers of each kind, one piece for each. */
export function toWorkers(deployment: Deployment, question: Line): Quote[] {
  return (Object.keys(APPS) as WorkerRole[])
    .filter((role) => deployment.servers.some(({ roles }) => roles.includes(role)))
    .map((role) => {
      const module = needsConfigModule(deployment, role)
        ? shell`CELERY_CONFIG_MODULE=${plain(CONFIG_MODULE)} `
        : [];
      return {
        server: role,
        lines: [
          ...enter(deployment),
          shell`${module}${program(deployment, 'celery')} -A ${plain(APPS[role], { server: role })} ${question}`,
        ],
      };
    });
}

/** The questions whose answers tell one cause from another. */
export const TROUBLESHOOT = {
  'troubleshoot.settings': {
    emit: (deployment) => [
      {
        server: 'web',
        lines: [
          ...enter(deployment),
          shell`DJANGO_SETTINGS_MODULE=pod.settings ${program(deployment, 'python')} - <<${string("'PYTHON'")}`,
          ...SCRIPT.map((line) => [string(line)]),
          [string('PYTHON')],
        ],
      },
    ],
  },
  'troubleshoot.ping': {
    emit: (deployment) => [
      { server: 'any', lines: [shell`timeout ${number(PATIENCE)} ${redisCli(deployment)} PING`] },
    ],
  },
  'troubleshoot.plain': {
    emit: ({ architecture }) => {
      const deployment = plan({ ...architecture, tls: false });
      const question = shell`timeout ${number(PATIENCE)} ${redisCli(deployment)} PING`;
      return [{ server: 'any', lines: [question] }];
    },
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
    emit: (deployment) => [
      {
        server: 'any',
        lines: [
          ask(
            deployment,
            shell`INFO | grep -E '^(role|cluster_enabled|uptime_in_seconds|used_memory_human|maxmemory_human|maxmemory_policy|evicted_keys|aof_enabled):'`,
          ),
        ],
      },
    ],
  },
  'troubleshoot.channel': {
    emit: (deployment) => [
      { server: 'any', lines: [ask(deployment, shell`PUBLISH redis-pod-check 1`)] },
    ],
  },
  'troubleshoot.sessions': {
    emit: (deployment) => [{ server: 'any', lines: [ask(deployment, shell`DBSIZE`, 'sessions')] }],
  },
  'troubleshoot.sentinels': {
    emit: ({ redis: { sentinel } }) =>
      sentinel === undefined
        ? []
        : [
            {
              server: 'any',
              lines: sentinel.endpoints.map(({ host, port }) => [
                // The sentinels have no password, and say so where one is given.
                ...shell`env -u REDISCLI_AUTH redis-cli -h ${{ ...plain(host, { field: 'sentinels' }), ...placeholderOf(host) }} `,
                ...shell`-p ${plain(String(port), { field: 'sentinels' })} SENTINEL get-master-addr-by-name ${plain(sentinel.master, { field: 'master' })}`,
              ]),
            },
          ],
  },
  'troubleshoot.listens': {
    emit: (deployment) =>
      toWorkers(deployment, shell`inspect active_queues | grep -oE '^->.*|^ +[*] ..name.: [^,]*'`),
  },
  // Only these lines: the whole answer has the passwords of the caches (run on Celery 5.2.6).
  'troubleshoot.visibility': {
    emit: (deployment) =>
      toWorkers(deployment, shell`inspect conf | grep -E '^->|visibility_timeout|acks_late'`),
  },
  'troubleshoot.queues': {
    emit: (deployment) => {
      const lines = deployment.uses.flatMap(({ as, queue, database }) =>
        as === 'producer' && queue !== undefined
          ? [ask(deployment, shell`LLEN ${plain(queue, { database })}`, database)]
          : [],
      );
      return lines.length === 0 ? [] : [{ server: 'any', lines }];
    },
  },
} as const satisfies Record<string, Procedure>;
