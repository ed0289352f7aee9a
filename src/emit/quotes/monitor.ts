import { plain } from '../code.ts';
import { alertRules, EXPORTER_PATH, exporterDefaults, RULES_PATH } from '../alerts.ts';
import { ask } from '../cli.ts';
import { shell } from '../shell.ts';
import type { Procedure } from './procedure.ts';

/** How a Redis is watched, as run with Prometheus 2.42 and redis_exporter 1.45 of Debian 12. */
export const MONITOR = {
  /** It takes a user that may administer: among the commands are the values of others. */
  'monitor.slow': {
    emit: (deployment) => [
      { server: 'any', lines: [ask(deployment, shell`SLOWLOG GET 10`, undefined, 'admin')] },
    ],
  },
  'monitor.exporter': {
    emit: (deployment, writing) => {
      const { container, sentinel } = deployment.redis;
      if (container) return [];
      const file = { server: 'redis', path: EXPORTER_PATH } as const;
      return sentinel === undefined
        ? [{ ...file, lines: exporterDefaults(deployment, writing) }]
        : sentinel.endpoints.map(({ host }, at) => ({
            ...file,
            host,
            lines: exporterDefaults(deployment, writing, at),
          }));
    },
  },
  'monitor.exporter.start': {
    emit: ({ redis }) =>
      redis.container
        ? []
        : [
            {
              server: 'redis',
              lines: [
                shell`apt-get install --yes prometheus-redis-exporter`,
                shell`chmod 600 ${plain(EXPORTER_PATH)}`,
                shell`systemctl enable prometheus-redis-exporter`,
                shell`systemctl restart prometheus-redis-exporter`,
              ],
            },
          ],
  },
  'monitor.rules': {
    emit: (deployment, writing) =>
      deployment.redis.container
        ? []
        : [{ server: 'prometheus', path: RULES_PATH, lines: alertRules(deployment, writing) }],
  },
  'monitor.rules.check': {
    emit: ({ redis }) =>
      redis.container
        ? []
        : [{ server: 'prometheus', lines: [shell`promtool check rules ${plain(RULES_PATH)}`] }],
  },
} as const satisfies Record<string, Procedure>;
