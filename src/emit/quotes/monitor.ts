import { emitAlertRules, emitExporterDefaults, EXPORTER_PATH, RULES_PATH } from '../alerts.ts';
import { ask } from '../cli.ts';
import { plain } from '../code.ts';
import { shell } from '../shell.ts';
import type { Procedure } from './procedure.ts';
import { onAny, onRedis } from './servers.ts';

/** The monitoring of Redis, as run with Prometheus 2.42 and redis_exporter 1.45 of Debian 12. */
export const MONITOR = {
  /** Only an administrator may see it: the commands contain other users' values. */
  'monitor.slow': {
    emit: (deployment) => onAny(ask(deployment, shell`SLOWLOG GET 10`)),
  },
  /** The file exists with its rights before it has a password. */
  'monitor.exporter.install': {
    emit: (deployment) =>
      onRedis(
        deployment,
        shell`apt-get install --yes prometheus-redis-exporter`,
        shell`install -m 600 /dev/null ${plain(EXPORTER_PATH)}`,
      ),
  },
  'monitor.exporter': {
    emit: (deployment, writing) => {
      const { container, sentinel } = deployment.redis;
      if (container) return [];
      const file = { server: 'redis', path: EXPORTER_PATH } as const;
      return sentinel === undefined
        ? [{ ...file, lines: emitExporterDefaults(deployment, writing) }]
        : sentinel.endpoints.map(({ host }, at) => ({
            ...file,
            host,
            lines: emitExporterDefaults(deployment, writing, at),
          }));
    },
  },
  'monitor.exporter.start': {
    emit: (deployment) =>
      onRedis(
        deployment,
        shell`systemctl enable prometheus-redis-exporter`,
        shell`systemctl restart prometheus-redis-exporter`,
      ),
  },
  'monitor.rules': {
    emit: (deployment, writing) =>
      deployment.redis.container
        ? []
        : [{ server: 'prometheus', path: RULES_PATH, lines: emitAlertRules(deployment, writing) }],
  },
  'monitor.rules.check': {
    emit: ({ redis }) =>
      redis.container
        ? []
        : [{ server: 'prometheus', lines: [shell`promtool check rules ${plain(RULES_PATH)}`] }],
  },
} as const satisfies Record<string, Procedure>;
