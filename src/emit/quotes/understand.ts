import { planVariant } from '../../model/deployment.ts';
import { byHand } from '../account.ts';
import { number, string } from '../code.ts';
import { shell } from '../shell.ts';
import { workerLine, workerVariables } from '../worker.ts';
import type { Procedure } from './procedure.ts';

/** The commands that are equivalents of the generator's files. */
export const UNDERSTAND = {
  /** The settings of `podceleryconf.py` as arguments (run on Celery 5.4.0). */
  'understand.arguments': {
    emit: (reader) => {
      const deployment = planVariant(reader, { arch: 'microservices' });
      const timeout = number(String(deployment.visibilityTimeout), { field: 'hours' });
      return [
        {
          server: 'encoding',
          lines: [
            shell`${byHand(deployment)}${workerLine(deployment, 'encoding')} --prefetch-multiplier=1 -- ${string(`'broker_transport_options=(dict){"visibility_timeout":`)}${timeout}${string("}'")} 'task_acks_late=1'`,
          ],
        },
      ];
    },
  },
  /** The xAPI worker, started by hand. */
  'understand.xapi': {
    emit: (reader) => {
      const deployment = planVariant(reader, { xapi: true });
      return [
        {
          server: 'xapi',
          lines: [
            shell`${workerVariables(deployment, 'xapi')}${byHand(deployment)}${workerLine(deployment, 'xapi')}`,
          ],
        },
      ];
    },
  },
} as const satisfies Record<string, Procedure>;
