import { DOCKER_HOST } from '../pod/limits.ts';
import { isLoopback, isPlaceholder, isUnspecified } from './address.ts';
import { asksPassword, databasesOf } from './applies.ts';
import type { Architecture, FieldName } from './architecture.ts';
import { plan } from './deployment.ts';
import type { Issue, IssueCode } from './issues.ts';
import type { Params } from './say.ts';

/** The reason why not all servers can reach Redis at its address, if there is one. */
function hostError({ host, redis }: Architecture, servers: number): IssueCode | undefined {
  const docker = redis === 'docker';
  if (host === '') return undefined;
  if (isUnspecified(host)) return 'host.unspecified';
  if (isLoopback(host))
    return docker ? 'host.container' : servers > 1 ? 'host.loopback' : undefined;
  return host.toLowerCase() === DOCKER_HOST && !docker ? 'host.docker-only' : undefined;
}

/**
 * Finds the errors and gaps of an architecture, whose every value is valid by itself.
 *
 * @param password the password typed; empty where none is given yet
 */
export function check(architecture: Architecture, password = ''): Issue[] {
  const issues: Issue[] = [];
  const report = (
    severity: Issue['severity'],
    code: IssueCode,
    field: FieldName | 'password',
    params: Params = {},
  ) => issues.push({ code, field, severity, params });

  const { arch, web, workers, redis, socket, auth } = architecture;
  const deployment = plan(architecture);
  const servers = deployment.servers.reduce((sum, group) => sum + group.count, 0);

  if (redis === 'worker' && (arch === 'standalone' || workers === 0))
    report('error', 'redis.no-worker', 'redis');
  if (redis === 'docker' && arch !== 'standalone' && web > 1)
    report('error', 'redis.docker-webs', 'redis', { web });

  const container = redis === 'docker';
  if (socket !== '' && container) report('error', 'socket.docker', 'socket');
  else if (socket !== '' && servers > 1) report('error', 'socket.servers', 'socket', { servers });
  if (deployment.redis.ca !== undefined && container) report('error', 'tls.docker', 'tls');

  const { sentinel } = deployment.redis;
  if (sentinel !== undefined) {
    const looped = sentinel.endpoints.find(
      (each) => isLoopback(each.host) || isUnspecified(each.host),
    );
    if (redis !== 'dedicated') report('error', 'sentinels.place', 'sentinels');
    else if (looped) report('error', 'sentinels.loopback', 'sentinels', { host: looped.host });
    const missing = sentinel.endpoints.filter((each) => isPlaceholder(each.host)).length;
    if (missing > 0) report('todo', 'sentinels.missing', 'sentinels', { count: missing });
  }

  const hostIssue =
    socket === '' && sentinel === undefined ? hostError(architecture, servers) : undefined;
  if (hostIssue) report('error', hostIssue, 'host', { host: architecture.host, servers });
  if (deployment.redis.placeholder && sentinel === undefined)
    report('todo', 'host.missing', 'host', { servers });

  const seen = new Map<number, FieldName>();
  for (const role of databasesOf(architecture)) {
    const field = `db.${role}` as const;
    const number = architecture[field];
    const other = seen.get(number);
    if (other) report('error', 'db.same', field, { number, other });
    else seen.set(number, field);
  }

  if (deployment.sessions !== architecture.sessions)
    report('warning', 'sessions.sentinel', 'sessions');

  const asks = asksPassword(architecture);
  if (asks && password === '') report('todo', 'auth.password', 'password');
  // Clusters of UTF-16 that are no text have no percent-encoding, and a line break ends a line of
  // redis.conf and of every prompt.
  if (asks && (/[\r\n\0]/.test(password) || !password.isWellFormed()))
    report('error', 'password.malformed', 'password');
  if (auth === 'none' && !container) {
    if (deployment.redis.local) report('warning', 'auth.local', 'auth');
    else if (sentinel !== undefined) report('error', 'auth.sentinels', 'auth');
    else report('error', 'auth.missing', 'auth', { host: deployment.redis.host });
  }

  if (deployment.service === 'init') report('warning', 'service.init', 'service');

  for (const { field, server, count, addresses } of deployment.clients) {
    const single = addresses.every((address) => !address.includes('/'));
    if (addresses.length === 0) report('todo', 'from.missing', field, { count, server });
    else if (single && addresses.length !== count)
      report('warning', 'from.count', field, { count, given: addresses.length });
  }
  return issues;
}
