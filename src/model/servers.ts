import type { Role, WorkerRole } from '../pod/roles.ts';
import { readAddresses, type Endpoint } from './address.ts';
import type { Architecture, ClientField } from './architecture.ts';

/** Servers that are alike; the id is the first of their roles. */
export interface ServerGroup {
  readonly id: Role;
  readonly roles: readonly Role[];
  readonly count: number;
}

/**
 * The workers of an architecture. Transcription is a task of the Celery worker in that mode, and a
 * separate worker among the microservices.
 */
function workerRoles({ arch, bbb, transcription, xapi }: Architecture): WorkerRole[] {
  const roles: WorkerRole[] = [];
  if (arch === 'celery' || (arch === 'runner' && bbb)) roles.push('worker');
  if (arch === 'microservices') roles.push('encoding');
  if (arch === 'microservices' && transcription) roles.push('transcription');
  if (xapi) roles.push('xapi');
  return roles;
}

/** Whether tasks of encoding are handed to workers through a broker. */
export const usesBroker = ({ arch, bbb }: Architecture): boolean =>
  arch === 'celery' || arch === 'microservices' || (arch === 'runner' && bbb);

/** The sentinels of an architecture, each on a server that also runs Redis. */
export function sentinelsOf({ sentinels }: Architecture): Endpoint[] {
  return readAddresses(sentinels).flatMap((endpoint) => endpoint ?? []);
}

/**
 * The servers: web servers, one of which has the cron job of Esup-Runner; then each kind of worker on separate
 * servers, or on the web servers where there are no encoding servers; Redis on one of those or apart, with sentinels
 * on several. Two cron jobs would hand over each task twice; the other web servers have the workers that are on no
 * separate server.
 */
export function serversOf(architecture: Architecture): ServerGroup[] {
  const { arch, web, workers, redis } = architecture;
  const roles = workerRoles(architecture);
  const apart = usesBroker(architecture) && workers > 0;
  const beside = apart ? [] : roles;
  const groups: ServerGroup[] =
    arch !== 'runner'
      ? [{ id: 'web', roles: ['web', ...beside], count: web }]
      : web === 1
        ? [{ id: 'web', roles: ['web', 'cron', ...beside], count: 1 }]
        : [
            { id: 'web', roles: ['web', ...beside], count: web - 1 },
            { id: 'cron', roles: ['cron', 'web'], count: 1 },
          ];
  if (apart)
    for (const role of roles) {
      const encodes = role === 'worker' || role === 'encoding';
      groups.push({ id: role, roles: [role], count: encodes ? workers : 1 });
    }
  if (redis === 'dedicated' || redis === 'docker')
    groups.push({ id: 'redis', roles: ['redis'], count: sentinelsOf(architecture).length || 1 });
  return groups;
}

/**
 * Whether servers with these roles run Django: the web servers, the cron job, and Pod's Celery worker. The other
 * workers read settings_local.py as a plain file (pod/video_encode_transcript/encoding_tasks.py,
 * pod/xapi/xapi_tasks.py), and fail where Django is installed but not configured (run on Pod 4.2.0).
 */
export const runsDjango = (roles: readonly Role[]): boolean =>
  roles.some((role) => role === 'web' || role === 'cron' || role === 'worker');

/** The number of servers, or containers, of an architecture. */
export function serverCount(architecture: Architecture): number {
  return serversOf(architecture).reduce((sum, group) => sum + group.count, 0);
}

/** The id of the servers on the first of which Redis runs. */
export function redisOn({ redis }: Architecture, servers: readonly ServerGroup[]): Role {
  const encoders = servers.find(({ id }) => id === 'worker' || id === 'encoding');
  return redis === 'web' ? 'web' : redis === 'worker' ? (encoders?.id ?? 'web') : 'redis';
}

/** The field that has the addresses of a group of servers. */
const CLIENT_FIELDS: Readonly<Record<WorkerRole | 'web' | 'cron', ClientField>> = {
  web: 'from.web',
  cron: 'from.cron',
  worker: 'from.workers',
  encoding: 'from.workers',
  transcription: 'from.transcription',
  xapi: 'from.xapi',
};

/** Servers that reach Redis from elsewhere. */
export interface RemoteClients {
  readonly server: WorkerRole | 'web' | 'cron';
  readonly count: number;
  readonly field: ClientField;
}

/** The servers that reach Redis from elsewhere: all but the one that it runs on. */
export function remoteClients(architecture: Architecture): RemoteClients[] {
  const servers = serversOf(architecture);
  const on = redisOn(architecture, servers);
  return servers.flatMap(({ id, count }) => {
    const others = id === on ? count - 1 : count;
    return id === 'redis' || others === 0
      ? []
      : [{ server: id, count: others, field: CLIENT_FIELDS[id] }];
  });
}
