import { number, plain, string, type Line } from '../code.ts';
import { shell } from '../shell.ts';
import { CONFIG_MODULE } from '../../pod/workers.ts';
import { project, workerLine } from '../worker.ts';
import { plan, type Deployment } from '../../model/deployment.ts';
import type { WorkerRole } from '../../pod/roles.ts';
import type { Procedure, Quote } from './procedure.ts';

/** Lines to type where a worker runs, in the project's folder. */
function inProject(deployment: Deployment, server: WorkerRole, line: Line): Quote[] {
  const folder = plain(project(deployment), { field: 'project' });
  const enter = deployment.redis.container ? [] : [shell`cd ${folder}`];
  return [{ server, lines: [...enter, line] }];
}

/** The commands that explain what the generator's files do otherwise. */
export const UNDERSTAND = {
  /** The options of `podceleryconf.py`, as arguments instead (run on Celery 5.2.6). */
  'understand.arguments': {
    emit: ({ architecture }) => {
      const deployment = plan({ ...architecture, arch: 'microservices' });
      const timeout = number(String(deployment.visibilityTimeout), { field: 'hours' });
      return inProject(
        deployment,
        'encoding',
        shell`${workerLine(deployment, 'encoding')} --prefetch-multiplier=1 -- ${string(`'broker_transport_options=(dict){"visibility_timeout":`)}${timeout}${string("}'")} 'task_acks_late=1'`,
      );
    },
  },
  /** The xAPI worker, by hand. */
  'understand.xapi': {
    emit: ({ architecture }) => {
      const deployment = plan({ ...architecture, xapi: true });
      return inProject(
        deployment,
        'xapi',
        shell`CELERY_CONFIG_MODULE=${plain(CONFIG_MODULE)} ${workerLine(deployment, 'xapi')}`,
      );
    },
  },
} as const satisfies Record<string, Procedure>;
