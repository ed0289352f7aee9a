import { DOCKER_HOST } from '../pod/limits.ts';
import { isLoopback, isPlaceholder, isUnspecified } from './address.ts';
import {
  asksPassword,
  databasesOf,
  FIELDS,
  type Architecture,
  type FieldName,
} from './architecture.ts';
import type { Issue, IssueCode } from './issues.ts';
import { plan } from './deployment.ts';
import type { Params } from './say.ts';

/** What makes an address one that the servers cannot all reach Redis by. */
function hostFault({ host, redis }: Architecture, servers: number): IssueCode | undefined {
  const docker = redis === 'docker';
  if (host === '') return undefined;
  if (isUnspecified(host)) return 'host.unspecified';
  if (isLoopback(host))
    return docker ? 'host.container' : servers > 1 ? 'host.loopback' : undefined;
  return host.toLowerCase() === DOCKER_HOST && !docker ? 'host.docker-only' : undefined;
}

/**
 * Finds what is wrong with, or missing from, an architecture whose every value is valid by itself.
 *
 * @param password the password typed; empty when none is given yet
 */
export function check(architecture: Architecture, password = ''): Issue[] {
  const issues: Issue[] = [];
  const say = (
    severity: Issue['severity'],
    code: IssueCode,
    field: FieldName | 'password',
    params: Params = {},
  ) => issues.push({ code, field, severity, params });

  const { arch, web, workers, redis, socket, auth } = architecture;
  const deployment = plan(architecture);
  const servers = deployment.servers.reduce((sum, group) => sum + group.count, 0);

  if (redis === 'worker' && (arch === 'standalone' || workers === 0))
    say('error', 'redis.no-worker', 'redis');
  if (redis === 'docker' && arch !== 'standalone' && web > 1)
    say('error', 'redis.docker-webs', 'redis', { web });

  const container = redis === 'docker';
  if (socket !== '' && container) say('error', 'socket.docker', 'socket');
  else if (socket !== '' && servers > 1) say('error', 'socket.servers', 'socket', { servers });
  if (deployment.redis.ca !== undefined && container) say('error', 'tls.docker', 'tls');

  const { sentinel } = deployment.redis;
  if (sentinel !== undefined) {
    const looped = sentinel.endpoints.find(
      (each) => isLoopback(each.host) || isUnspecified(each.host),
    );
    if (redis !== 'dedicated') say('error', 'sentinels.place', 'sentinels');
    else if (looped) say('error', 'sentinels.loopback', 'sentinels', { host: looped.host });
    const missing = sentinel.endpoints.filter((each) => isPlaceholder(each.host)).length;
    if (missing > 0) say('todo', 'sentinels.missing', 'sentinels', { count: missing });
    if (deployment.redis.ca !== undefined) say('error', 'sentinels.tls', 'tls');
    if (deployment.redis.user !== undefined) say('error', 'sentinels.acl', 'auth');
  }

  const fault =
    socket === '' && sentinel === undefined ? hostFault(architecture, servers) : undefined;
  if (fault) say('error', fault, 'host', { host: architecture.host, servers });
  if (deployment.redis.placeholder && sentinel === undefined)
    say('todo', 'host.missing', 'host', { servers });

  const seen = new Map<number, FieldName>();
  for (const role of databasesOf(architecture)) {
    const field = `db.${role}` as const;
    const number = architecture[field];
    const other = seen.get(number);
    if (other) say('error', 'db.same', field, { number, other });
    else seen.set(number, field);
  }

  const asks = asksPassword(architecture);
  if (asks && password === '') say('todo', 'auth.password', 'password');
  // Clusters of UTF-16 that are no text have no percent-encoding, and a line break ends a line of
  // redis.conf and of every prompt.
  if (asks && (/[\r\n\0]/.test(password) || !password.isWellFormed()))
    say('error', 'password.malformed', 'password');
  if (auth === 'none' && !container) {
    if (deployment.redis.local) say('warning', 'auth.local', 'auth');
    else if (sentinel !== undefined) say('error', 'auth.sentinels', 'auth');
    else say('error', 'auth.missing', 'auth', { host: deployment.redis.host });
  }

  if (architecture.service === 'init' && FIELDS.service.applies(architecture))
    say('warning', 'service.init', 'service');

  for (const { field, server, count, addresses } of deployment.clients) {
    const single = addresses.every((address) => !address.includes('/'));
    if (addresses.length === 0) say('todo', 'from.missing', field, { count, server });
    else if (single && addresses.length !== count)
      say('warning', 'from.count', field, { count, given: addresses.length });
  }
  return issues;
}
