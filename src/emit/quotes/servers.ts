import { queuesOf, type Deployment } from '../../model/deployment.ts';
import type { WorkerRole } from '../../pod/roles.ts';
import { APPS } from '../../pod/workers.ts';
import { asPodInProject } from '../account.ts';
import { ask } from '../cli.ts';
import { plain, type Line } from '../code.ts';
import { shell } from '../shell.ts';
import { program, workerVariables } from '../worker.ts';
import type { Quote } from './procedure.ts';

/** Quotes for the servers that Redis runs on; none for a container. */
export function onRedis({ redis }: Deployment, ...lines: readonly Line[]): Quote[] {
  return redis.container ? [] : [{ server: 'redis', lines }];
}

/** Quotes for any server that reaches Redis; none without lines. */
export function onAny(...lines: readonly Line[]): Quote[] {
  return lines.length === 0 ? [] : [{ server: 'any', lines }];
}

/**
 * A `celery` command for the running workers of each kind, one quote a kind.
 *
 * @param filter the command that reads its output, if there is one
 */
export function toWorkers(deployment: Deployment, command: Line, filter?: Line): Quote[] {
  return (Object.keys(APPS) as WorkerRole[])
    .filter((role) => deployment.servers.some(({ roles }) => roles.includes(role)))
    .map((role) => {
      return {
        server: role,
        lines: [
          [
            ...workerVariables(deployment, role),
            ...asPodInProject(
              deployment,
              shell`${program(deployment, role, 'celery')} -A ${plain(APPS[role], { server: role })} ${command}`,
              filter,
            ),
          ],
        ],
      };
    });
}

/** The lines that ask for the length of each queue. */
export function queueLengths(deployment: Deployment): Line[] {
  return queuesOf(deployment).map(({ queue, database }) =>
    ask(deployment, shell`LLEN ${plain(queue, { database })}`, database),
  );
}

/**
 * The loop that waits until Redis has written its append-only files: a start with `appendonly yes`
 * reads nothing else (run on 7.0.15).
 *
 * @param redis the beginning of a redis-cli command
 */
export function untilRewritten(redis: Line): Line {
  return shell`while ${redis} INFO persistence | grep -E 'aof_rewrite_(in_progress|scheduled):1'; do sleep 1; done`;
}
