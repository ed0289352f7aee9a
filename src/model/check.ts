import { DOCKER_HOST } from '../pod/limits.ts';
import { isLoopback, isPlaceholder, isPublic, isUnspecified, isWide } from './address.ts';
import { asksPassword, databasesOf, managesRedis, needsFirewall, usesInit } from './applies.ts';
import type { Architecture, FieldName } from './architecture.ts';
import { plan, type Deployment } from './deployment.ts';
import { FIELDS } from './fields.ts';
import type { Issue, IssueCode } from './issues.ts';
import { isWeakPassword, PUBLISHED_PASSWORDS, STRONG } from './password.ts';
import type { Params } from './say.ts';
import { usesBroker } from './servers.ts';
import {
  foreignAccount,
  isForeignHome,
  isIn,
  isOpenPath,
  isResultsFolder,
  isSystemPath,
  type PathUse,
} from './system.ts';

/** How each path is used. */
const PATHS = {
  socket: 'socket',
  ca: 'certificate',
  project: 'owned',
  venv: 'owned',
  'venv.encode': 'owned',
  logs: 'owned',
  pids: 'owned',
  results: 'owned',
} as const satisfies Partial<Record<FieldName, PathUse>>;

/** Keys of queues and brokers: an ACL user of a worker may use all that begin so, caches and sessions too. */
const QUEUE_KEY =
  /^(celery|encoding|transcripting|xapi|unacked|_kombu|redis-pod-check)|\.celery\.pidbox/;

/** The fields that are {@link PATHS}. */
const PATH_FIELDS = Object.keys(PATHS) as (keyof typeof PATHS)[];

/** The fields with folders that Pod's account owns. */
const OWNED_FIELDS = PATH_FIELDS.filter((field) => PATHS[field] === 'owned');

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
 * The address by which programs that are all on one machine leave it, if there is one. In Docker, a name
 * or a private address is that of a container.
 */
function addressElsewhere({ redis }: Deployment, servers: number): string | undefined {
  const { host, local, placeholder, container, sentinel } = redis;
  if (local || placeholder || sentinel !== undefined) return undefined;
  return (container ? isPublic(host) : servers === 1) ? host : undefined;
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

  const { web, workers, redis, socket, auth } = architecture;
  const deployment = plan(architecture);
  const servers = deployment.servers.reduce((sum, group) => sum + group.count, 0);

  if (redis === 'worker' && (!usesBroker(architecture) || workers === 0))
    report('error', 'redis.no-worker', 'redis');
  if (redis === 'docker' && web > 1) report('error', 'redis.docker-webs', 'redis', { web });

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
  const elsewhere = hostIssue ? undefined : addressElsewhere(deployment, servers);
  if (elsewhere !== undefined) report('warning', 'host.elsewhere', 'host', { host: elsewhere });

  const hosts = sentinel?.endpoints.map((each) => each.host) ?? [deployment.redis.host];
  const exposed = socket === '' && !architecture.tls ? hosts.find(isPublic) : undefined;
  if (exposed !== undefined && !container)
    report('warning', 'tls.public', 'tls', { host: exposed });

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
  if (!asks && password !== '') report('warning', 'password.unused', 'password');
  if (asks && password === '') report('todo', 'auth.password', 'password');
  if (asks && PUBLISHED_PASSWORDS.includes(password))
    report('error', 'password.published', 'password');
  else if (asks && password !== '' && isWeakPassword(password)) {
    if (deployment.redis.user === undefined) report('warning', 'password.weak', 'password', STRONG);
    // The other users' passwords are made from this one: each of their servers can try guesses without asking Redis.
    else report('error', 'password.derived', 'password', STRONG);
  }
  // Clusters of UTF-16 that are no text have no percent-encoding, and a line break ends a line of
  // redis.conf and of every prompt.
  if (asks && (/[\r\n\0]/.test(password) || !password.isWellFormed()))
    report('error', 'password.malformed', 'password');
  if (auth === 'none' && !container) {
    if (deployment.redis.local) report('warning', 'auth.local', 'auth');
    else if (sentinel !== undefined) report('error', 'auth.sentinels', 'auth');
    else report('error', 'auth.missing', 'auth', { host: deployment.redis.host });
  }

  if (deployment.redis.user !== undefined && QUEUE_KEY.test(architecture.prefix))
    report('error', 'prefix.queue', 'prefix');
  const kinds = deployment.servers.filter(({ id }) => id !== 'redis').length;
  if (deployment.redis.user !== undefined && deployment.sharedSettings && kinds > 1)
    report('warning', 'acl.shared', 'shared');

  if (needsFirewall(architecture) && architecture.firewall === 'none') {
    const open = sentinel !== undefined && !sentinel.password;
    if (open) report('error', 'firewall.sentinels', 'firewall');
    else report('warning', 'firewall.none', 'firewall');
  }

  // cron starts the cron job of Esup-Runner anew each time.
  if (usesInit(architecture)) report('warning', 'service.init', 'service');
  const { account } = architecture;
  const foreign = managesRedis(architecture) ? foreignAccount(account) : undefined;
  if (foreign === 'root') report('error', 'account.root', 'account');
  else if (foreign) report('warning', 'account.system', 'account', { account });
  /** Pod's folders, but for that of a field. */
  const foldersBeside = (field: FieldName) => [
    `/home/${account}`,
    ...OWNED_FIELDS.filter((each) => each !== field).map((each) => architecture[each]),
  ];
  for (const field of PATH_FIELDS) {
    const path = architecture[field];
    if (!FIELDS[field].applies(architecture)) continue;
    if (isOpenPath(path)) report('error', 'path.open', field, { path });
    else if (
      isSystemPath(path, PATHS[field]) ||
      (PATHS[field] === 'owned' && isForeignHome(path, account))
    )
      report('error', 'path.system', field, { path });
    else if (field === 'results' && !isResultsFolder(path, foldersBeside(field)))
      report('error', 'path.results', field, { path });
    else if ((field === 'logs' || field === 'pids') && isIn(path, foldersBeside(field)))
      report('error', 'path.service', field, { path });
  }

  for (const { field, server, count, addresses } of deployment.clients) {
    const single = addresses.every((address) => !address.includes('/'));
    const wide = addresses.find(isWide);
    if (wide !== undefined) report('error', 'from.wide', field, { network: wide });
    else if (addresses.length === 0) report('todo', 'from.missing', field, { count, server });
    else if (single && addresses.length !== count)
      report('warning', 'from.count', field, { count, given: addresses.length });
  }
  return issues;
}
