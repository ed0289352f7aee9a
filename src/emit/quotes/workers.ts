import { queuesOf, type Deployment } from '../../model/deployment.ts';
import type { WorkerRole } from '../../pod/roles.ts';
import { INIT_SCRIPTS, QUEUES, UNITS } from '../../pod/workers.ts';
import { withoutTerminal } from '../account.ts';
import { ask } from '../cli.ts';
import { plain, type Line, type Token } from '../code.ts';
import { filesOf, WORKER_KINDS, type ConfigFileKind } from '../files.ts';
import { shell } from '../shell.ts';
import { ENVIRONMENTS } from './environments.ts';
import { LEFT_OVER } from './leftOver.ts';
import type { Procedure, Quote } from './procedure.ts';
import { onAny, queueLengths, toWorkers } from './servers.ts';

/** The workers of a deployment that a service of the system starts, with their servers. */
function servicesOf(deployment: Deployment): { server: Quote['server']; role: WorkerRole }[] {
  if (deployment.redis.container) return [];
  return deployment.servers.flatMap(({ id, roles }) =>
    (Object.keys(QUEUES) as WorkerRole[])
      .filter((role) => roles.includes(role))
      .map((role) => ({ server: id, role })),
  );
}

/** Commands for each worker's server, for its service under systemd or under an init script. */
function toServices(
  deployment: Deployment,
  systemd: (service: Token) => readonly Line[],
  init: (service: Token) => readonly Line[],
): Quote[] {
  const [names, lines] =
    deployment.service === 'init' ? ([INIT_SCRIPTS, init] as const) : ([UNITS, systemd] as const);
  return servicesOf(deployment).map(({ server, role }) => ({
    server,
    lines: lines(plain(names[role], { field: 'service' })),
  }));
}

/** The generated files of some kinds. */
function files(...kinds: readonly ConfigFileKind[]): Procedure['emit'] {
  return (deployment, writing) =>
    filesOf(deployment, writing)
      .filter(({ kind }) => kinds.includes(kind))
      .map(({ server, name, path, lines }) => ({ server, path: path || name, lines }));
}

/** The deployment, inspection and replacement of workers. */
export const WORKERS = {
  ...ENVIRONMENTS,
  ...LEFT_OVER,
  'workers.module': { emit: files('celery-module') },
  'workers.unit': { emit: files(...WORKER_KINDS) },
  'workers.start': {
    emit: (deployment) =>
      toServices(
        deployment,
        (service) => [shell`systemctl daemon-reload`, shell`systemctl enable --now ${service}`],
        (service) => [
          shell`update-rc.d ${service} defaults`,
          withoutTerminal(shell`service ${service} start`),
        ],
      ),
  },
  'workers.state': {
    emit: (deployment) =>
      toServices(
        deployment,
        (service) => [
          shell`systemctl is-active ${service}`,
          shell`journalctl --unit ${service} --lines 20 --no-pager`,
        ],
        (service) => [withoutTerminal(shell`service ${service} status`)],
      ),
  },
  'workers.ping': { emit: (deployment) => toWorkers(deployment, shell`inspect ping`) },
  'workers.active': { emit: (deployment) => toWorkers(deployment, shell`inspect active`) },
  'workers.queues': {
    emit: (deployment) => {
      const databases = new Set(queuesOf(deployment).map(({ database }) => database));
      return onAny(
        ...queueLengths(deployment),
        ...[...databases].map((database) => ask(deployment, shell`HLEN unacked`, database)),
      );
    },
  },
  'workers.stop': {
    emit: (deployment) =>
      toServices(
        deployment,
        (service) => [shell`systemctl stop ${service}`],
        (service) => [withoutTerminal(shell`service ${service} stop`)],
      ),
  },
  'workers.again': {
    emit: (deployment) =>
      toServices(
        deployment,
        (service) => [shell`systemctl start ${service}`],
        (service) => [withoutTerminal(shell`service ${service} start`)],
      ),
  },
} as const satisfies Record<string, Procedure>;
