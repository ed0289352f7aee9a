import { DATABASE_ROLES, type DatabaseRole } from '../pod/databases.ts';
import type { Architecture } from './architecture.ts';
import { remoteClients, runsDjango, serverCount, serversOf, usesBroker } from './servers.ts';

/** Whether the administrator configures Redis; in Pod's Docker set-up it is a ready-made container. */
export const managesRedis = ({ redis }: Architecture): boolean => redis !== 'docker';

/** Whether Redis is reached over the network, the loopback interface included. */
export const usesNetwork = ({ socket }: Architecture): boolean => socket === '';

/** Whether Redis asks for a password; the one of Pod's Docker set-up has none. */
export const asksPassword = (architecture: Architecture): boolean =>
  managesRedis(architecture) && architecture.auth !== 'none';

/** Whether Redis runs on the web server and nothing runs elsewhere. */
export const runsOnWebServer = (architecture: Architecture): boolean =>
  architecture.redis === 'web' && serverCount(architecture) === 1;

/** Whether there are workers that a service of the system starts. */
const hasWorkers = (architecture: Architecture): boolean =>
  managesRedis(architecture) && (usesBroker(architecture) || architecture.xapi);

/** Whether there are workers or a cron job, which a service of the system starts. */
export const hasServices = (architecture: Architecture): boolean =>
  hasWorkers(architecture) || (managesRedis(architecture) && architecture.arch === 'runner');

/** Whether Celery's init script starts the workers. */
export const usesInit = (architecture: Architecture): boolean =>
  hasWorkers(architecture) && architecture.service === 'init';

/** Whether there are servers with workers and without Django. */
export const hasLightServers = (architecture: Architecture): boolean =>
  managesRedis(architecture) &&
  serversOf(architecture).some(({ id, roles }) => id !== 'redis' && !runsDjango(roles));

/** Whether a firewall has anything to keep out: Redis is called from other servers. */
export const needsFirewall = (architecture: Architecture): boolean =>
  managesRedis(architecture) && remoteClients(architecture).length > 0;

/** Whether a firewall is chosen, and has anything to keep out. */
export const hasFirewall = (architecture: Architecture): boolean =>
  needsFirewall(architecture) && architecture.firewall !== 'none';

/** The databases that an architecture uses: caches and sessions always, queues where it has any. */
export function databasesOf(architecture: Architecture): DatabaseRole[] {
  return DATABASE_ROLES.filter((role) =>
    role === 'encoding' ? usesBroker(architecture) : role !== 'xapi' || architecture.xapi,
  );
}
