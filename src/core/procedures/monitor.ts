import { plain } from '../code.ts';
import { alertRules, EXPORTER_PATH, exporterDefaults, RULES_PATH } from '../emit/alerts.ts';
import { shell } from '../emit/shell.ts';
import type { Procedure } from './procedure.ts';

/** How a Redis is watched, as run with Prometheus 2.42 and redis_exporter 1.45 of Debian 12. */
export const MONITOR = {
  'monitor.exporter': {
    emit: (deployment, writing) =>
      deployment.redis.container || deployment.redis.sentinel
        ? []
        : [{ server: 'redis', path: EXPORTER_PATH, lines: exporterDefaults(deployment, writing) }],
  },
  'monitor.exporter.start': {
    emit: ({ redis }) =>
      redis.container || redis.sentinel
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
      deployment.redis.container || deployment.redis.sentinel
        ? []
        : [{ server: 'prometheus', path: RULES_PATH, lines: alertRules(deployment, writing) }],
  },
  'monitor.rules.check': {
    emit: ({ redis }) =>
      redis.container || redis.sentinel
        ? []
        : [{ server: 'prometheus', lines: [shell`promtool check rules ${plain(RULES_PATH)}`] }],
  },
} as const satisfies Record<string, Procedure>;
