import { plain, type Line } from '../code.ts';
import { ask } from '../cli.ts';
import { shell } from '../shell.ts';
import { filesOf } from '../files.ts';
import { QUEUES } from '../../pod/workers.ts';
import type { Deployment } from '../../model/deployment.ts';
import type { WorkerRole } from '../../pod/roles.ts';
import type { Procedure, Quote } from './procedure.ts';
import { toWorkers } from './troubleshoot.ts';

/** The workers of a deployment that a service of the system starts, with their servers. */
function services(deployment: Deployment): { server: Quote['server']; role: WorkerRole }[] {
  if (deployment.redis.container) return [];
  return deployment.servers.flatMap(({ id, roles }) =>
    (Object.keys(QUEUES) as WorkerRole[])
      .filter((role) => roles.includes(role))
      .map((role) => ({ server: id, role })),
  );
}

/** The name of a worker's service; see `celeryDefaults` and `systemdUnit`. */
function serviceOf({ architecture }: Deployment, role: WorkerRole): string {
  return architecture.service === 'init' && role === 'worker' ? 'celeryd' : `pod-${role}`;
}

/** Commands for each worker's server, which name its service. */
function toServices(
  deployment: Deployment,
  systemd: (service: string) => readonly Line[],
  init: (service: string) => readonly Line[],
): Quote[] {
  const lines = deployment.architecture.service === 'init' ? init : systemd;
  return services(deployment).map(({ server, role }) => ({
    server,
    lines: lines(serviceOf(deployment, role)),
  }));
}

/** Files of the generator that start workers, or that they read. */
function files(isIt: (name: string, path: string) => boolean): Procedure['emit'] {
  return (deployment, writing) =>
    filesOf(deployment, writing)
      .filter(({ name, path }) => isIt(name, path))
      .map(({ server, name, path, lines }) => ({ server, path: path || name, lines }));
}

/** How workers are deployed, looked at and replaced. */
export const WORKERS = {
  'workers.module': { emit: files((name) => name === 'podceleryconf.py') },
  'workers.unit': {
    emit: files(
      (name, path) =>
        name.endsWith('.service') || name.startsWith('start-') || path.startsWith('/etc/default/'),
    ),
  },
  'workers.start': {
    emit: (deployment) =>
      toServices(
        deployment,
        (service) => [
          shell`systemctl daemon-reload`,
          shell`systemctl enable --now ${plain(service, { field: 'service' })}`,
        ],
        (service) => [
          shell`update-rc.d ${plain(service, { field: 'service' })} defaults`,
          shell`service ${plain(service, { field: 'service' })} start`,
        ],
      ),
  },
  'workers.state': {
    emit: (deployment) =>
      toServices(
        deployment,
        (service) => [
          shell`systemctl is-active ${plain(service, { field: 'service' })}`,
          shell`journalctl --unit ${plain(service, { field: 'service' })} --lines 20 --no-pager`,
        ],
        (service) => [shell`service ${plain(service, { field: 'service' })} status`],
      ),
  },
  'workers.ping': { emit: (deployment) => toWorkers(deployment, shell`inspect ping`) },
  'workers.active': { emit: (deployment) => toWorkers(deployment, shell`inspect active`) },
  'workers.queues': {
    emit: (deployment) => {
      const lines = deployment.uses.flatMap(({ as, queue, database }) =>
        as === 'producer' && queue !== undefined
          ? [ask(deployment, shell`LLEN ${plain(queue, { database })}`, database)]
          : [],
      );
      const databases = new Set(
        deployment.uses.flatMap(({ as, database }) => (as === 'producer' ? [database] : [])),
      );
      for (const database of databases) lines.push(ask(deployment, shell`HLEN unacked`, database));
      return lines.length === 0 ? [] : [{ server: 'any', lines }];
    },
  },
  'workers.stop': {
    emit: (deployment) =>
      toServices(
        deployment,
        (service) => [shell`systemctl stop ${plain(service, { field: 'service' })}`],
        (service) => [shell`service ${plain(service, { field: 'service' })} stop`],
      ),
  },
  'workers.again': {
    emit: (deployment) =>
      toServices(
        deployment,
        (service) => [shell`systemctl start ${plain(service, { field: 'service' })}`],
        (service) => [shell`service ${plain(service, { field: 'service' })} start`],
      ),
  },
} as const satisfies Record<string, Procedure>;
