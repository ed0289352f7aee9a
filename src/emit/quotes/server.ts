import { planVariant } from '../../model/deployment.ts';
import { ask } from '../cli.ts';
import { plain } from '../code.ts';
import { shell } from '../shell.ts';
import { program } from '../worker.ts';
import type { Procedure } from './procedure.ts';
import { onAny } from './servers.ts';

/** The path of the daily removal of expired sessions. */
const SESSIONS_CRON = '/etc/cron.d/pod-sessions';

/** The upkeep that the choices about Redis ask of Pod's servers. */
export const SERVER = {
  /** Sessions in SQL stay after they have expired, until this command removes them. */
  'server.clearsessions': {
    emit: (reader) => {
      const elsewhere = reader.sessions !== 'cached_db';
      const deployment = elsewhere ? planVariant(reader, { sessions: 'cached_db' }) : reader;
      if (deployment.redis.container) return [];
      const project = plain(deployment.paths.project, { field: 'project' });
      const account = plain(deployment.account, { field: 'account' });
      const line = shell`17 4 * * * ${account} cd ${project} && ${program(deployment, 'web', 'python')} manage.py clearsessions`;
      return [
        { server: 'web', path: SESSIONS_CRON, lines: [line], ...(elsewhere && { elsewhere }) },
      ];
    },
  },
  /**
   * Redis's copies of sessions; those in SQL stay. A session that was ended while Redis was away is still
   * in its copy, and would go on (run on Pod 4.2.0).
   */
  'server.forget': {
    emit: (reader) => {
      const elsewhere = reader.sessions !== 'cached_db';
      const deployment = elsewhere ? planVariant(reader, { sessions: 'cached_db' }) : reader;
      return onAny(ask(deployment, shell`FLUSHDB`, 'sessions')).map((quote) => ({
        ...quote,
        ...(elsewhere && { elsewhere }),
      }));
    },
  },
} as const satisfies Record<string, Procedure>;
