import { planVariant, type Deployment } from '../../model/deployment.ts';
import type { WorkerRole } from '../../pod/roles.ts';
import { byHand } from '../account.ts';
import { number, string, type Line } from '../code.ts';
import { shell } from '../shell.ts';
import { workerLine, workerVariables } from '../worker.ts';
import type { Procedure, Quote } from './procedure.ts';
import { enterProject } from './servers.ts';

/** A command to type on the server of a worker, in the project's folder. */
function inProject(deployment: Deployment, server: WorkerRole, line: Line): Quote[] {
  return [{ server, lines: [...enterProject(deployment), line] }];
}

/** The commands that are equivalents of the generator's files. */
export const UNDERSTAND = {
  /** The settings of `podceleryconf.py` as arguments (run on Celery 5.4.0). */
  'understand.arguments': {
    emit: (reader) => {
      const deployment = planVariant(reader, { arch: 'microservices' });
      const timeout = number(String(deployment.visibilityTimeout), { field: 'hours' });
      return inProject(
        deployment,
        'encoding',
        shell`${byHand(deployment)}${workerLine(deployment, 'encoding')} --prefetch-multiplier=1 -- ${string(`'broker_transport_options=(dict){"visibility_timeout":`)}${timeout}${string("}'")} 'task_acks_late=1'`,
      );
    },
  },
  /** The xAPI worker, started by hand. */
  'understand.xapi': {
    emit: (reader) => {
      const deployment = planVariant(reader, { xapi: true });
      return inProject(
        deployment,
        'xapi',
        shell`${workerVariables(deployment, 'xapi')}${byHand(deployment)}${workerLine(deployment, 'xapi')}`,
      );
    },
  },
} as const satisfies Record<string, Procedure>;
