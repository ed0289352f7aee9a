import { addressKind } from '../model/address.ts';
import type { Deployment } from '../model/deployment.ts';
import { PASSWORD_PLACEHOLDER } from '../model/password.ts';
import { aclHash, aclPassword, aclUsers, asUser, sentinelAclUsers, type AclUser } from './acl.ts';
import {
  CodeWriter,
  name,
  plain,
  type Source,
  type Statement,
  type Token,
  type Writing,
} from './code.ts';
import { endpointToken, hostToken, passwordToken } from './connection.ts';
import { redisString } from './escape.ts';

/** The folder of the Redis server's certificate and key. */
export const TLS_FOLDER = '/etc/redis/tls';

/** Adds one directive to a file. */
type SetDirective = (directive: string, ...value: Token[]) => void;

const directiveWriter =
  (code: CodeWriter): SetDirective =>
  (directive, ...value) => {
    code.statement(directive, [[name(directive), plain(' '), ...value]]);
  };

/** The placeholder for the password in redis.conf: Redis refuses so many arguments. */
const CONF_PLACEHOLDER = `< ${PASSWORD_PLACEHOLDER} >`;

/** The password as an argument of a directive. */
function passwordArgument(writing: Writing): Token {
  return { ...passwordToken(writing, redisString, CONF_PLACEHOLDER), kind: 'plain' };
}

/** The port, with TLS instead of without where Redis speaks it; for Redis and sentinels alike. */
function emitPort({ deployment, code, set }: RedisFile, port: Token): void {
  const { redis } = deployment;
  if (redis.ca === undefined) {
    set('port', port);
    return;
  }
  const source: Source = { field: 'tls' };
  code.gap().note('file.redis.tls', source);
  set('port', plain('0'));
  set('tls-port', port);
  set('tls-cert-file', plain(`${TLS_FOLDER}/redis.crt`));
  set('tls-key-file', plain(`${TLS_FOLDER}/redis.key`));
  set('tls-ca-cert-file', plain(redis.ca, { field: 'ca' }));
  code.note('file.redis.tlsClients', source);
  set('tls-auth-clients', plain('no'));
  if (redis.sentinel === undefined) return;
  code.note('file.redis.tlsReplication', source);
  set('tls-replication', plain('yes'));
}

/** The addresses and ports, or the socket, that one of the servers listens on. */
function emitListening(file: RedisFile, own: { readonly host: string } | undefined): void {
  const { deployment, code, set } = file;
  const { redis } = deployment;
  const port = plain(String(redis.port), { field: 'port' });
  code.gap();
  if (own !== undefined) {
    const address = endpointToken(own.host);
    code.note('file.redis.bindOne', { field: 'sentinels' });
    set('bind', address);
    emitPort(file, port);
    code.note('file.redis.announce', { field: 'sentinels' });
    set('replica-announce-ip', address);
    return;
  }
  if (redis.socket !== undefined) {
    code.note('file.redis.socket', { field: 'socket' });
    set('unixsocket', plain(redis.socket, { field: 'socket' }));
    set('unixsocketperm', plain('770'));
    set('port', plain('0'));
    return;
  }
  // 127.0.0.1 does not cover the rest of 127.0.0.0/8, such as Debian's 127.0.1.1.
  const listed = redis.local && !/^127\.(?!0\.0\.1$)/.test(redis.host);
  const others = listed ? [] : [plain(' '), hostToken(deployment, redis.host, plain)];
  code.note(redis.local ? 'file.redis.bindLocal' : 'file.redis.bind', { field: 'host' });
  set('bind', plain('127.0.0.1 -::1'), ...others);
  emitPort(file, port);
}

/** The comment on the placeholder for the password, where it stands in the file. */
export function notePlaceholder(
  code: CodeWriter,
  { redis }: Deployment,
  { password }: Writing,
): void {
  if (redis.password && password === '')
    code.note('file.password', { field: 'auth' }, { placeholder: PASSWORD_PLACEHOLDER });
}

/** The `user` lines: the default user is kept out, and each password is a hash. */
function emitUserLines(
  { deployment, writing, set }: RedisFile,
  users: readonly AclUser[],
  comment: (user: AclUser) => void = () => undefined,
): void {
  set('user', plain('default off'));
  for (const user of users) {
    comment(user);
    const password = aclPassword(deployment, writing, user.id);
    set(
      'user',
      plain(user.name, { field: 'user' }),
      plain(' on '),
      { ...passwordToken({ ...writing, password }, aclHash, CONF_PLACEHOLDER), kind: 'plain' },
      plain(` ${user.rights}`),
    );
  }
}

/** The authentication of clients. */
function emitAccess(file: RedisFile): void {
  const { deployment, writing, code, set } = file;
  const { redis } = deployment;
  code.gap().note('file.redis.protected', { field: 'auth' });
  set('protected-mode', plain('yes'));
  notePlaceholder(code, deployment, writing);
  if (redis.user !== undefined) {
    code.note('file.redis.acl', { field: 'user' });
    emitUserLines(file, aclUsers(deployment), ({ id }) =>
      code.note(`file.redis.acl.${id}`, { field: 'user' }),
    );
  } else if (redis.password) set('requirepass', passwordArgument(writing));
}

/** The replication between the servers that sentinels watch over: each may become the master. */
function emitReplication({ deployment, writing, code, set }: RedisFile, at: number): void {
  const { redis } = deployment;
  const [first] = redis.sentinel?.endpoints ?? [];
  if (first === undefined) return;
  if (redis.password) {
    code.note('file.redis.masterauth', { field: 'auth' });
    const own = asUser(deployment, writing, 'sentinel');
    set('masterauth', passwordArgument(own.writing));
    const { user } = own.deployment.redis;
    if (user !== undefined) set('masteruser', plain(user, { field: 'user' }));
  }
  if (at === 0) return;
  code.gap().note('file.redis.replica', { field: 'sentinels' });
  const port = plain(String(redis.port), { field: 'port' });
  set('replicaof', endpointToken(first.host), plain(' '), port);
}

/** A redis.conf that is being written. */
interface RedisFile {
  readonly deployment: Deployment;
  readonly writing: Writing;
  readonly code: CodeWriter;
  readonly set: SetDirective;
}

/**
 * The directives of redis.conf that Pod needs other than Redis's defaults; each statement has the
 * name of its directive. As measured on Redis 7.0.15, append-only persistence survives a SIGKILL,
 * but a restart that turns it on starts empty, for it reads no snapshot; `volatile-ttl` never evicts
 * a queue, which has no expiry.
 *
 * @param at the number, from 0, of the server that it is for when sentinels watch over several
 */
export function emitRedisConf(deployment: Deployment, writing: Writing, at = 0): Statement[] {
  const { redis } = deployment;
  const code = new CodeWriter(writing.say, deployment.comments);
  const set = directiveWriter(code);
  const file = { deployment, writing, code, set };
  code.note('file.redis.what', { server: redis.on });
  if (redis.placeholder) code.note('file.placeholder', { field: 'host' });
  emitListening(file, redis.sentinel?.endpoints[at]);
  emitAccess(file);
  emitReplication(file, at);
  code.gap().note('file.redis.persistence').note('file.redis.persistenceFirst');
  set('appendonly', plain('yes'));
  code.gap().note('file.redis.memory', { field: 'memory' });
  set('maxmemory', plain(`${redis.memory}mb`, { field: 'memory' }));
  set('maxmemory-policy', plain('volatile-ttl'));
  return code.done();
}

/** The time without an answer after which a master counts as gone, in milliseconds. */
const DOWN_AFTER = 5000;

/** The time that a failover may take before another is tried, in milliseconds. */
const FAILOVER = 60_000;

/**
 * The directives of sentinel.conf for one of the servers; each statement has the name of its
 * directive, without the word `sentinel`. As measured on Redis 7.0.15 the master is replaced about
 * 6 s after it is gone. Sentinel writes its own state into this file. It has the password of Redis,
 * which it also gives the other sentinels, unless django-redis-sessions is a client: that could not
 * give it one. It resolves host names only where that is turned on.
 *
 * @param at the number, from 0, of the sentinel that it is for
 */
export function emitSentinelConf(
  deployment: Deployment,
  writing: Writing,
  at: number,
): Statement[] {
  const { redis } = deployment;
  const { sentinel } = redis;
  const own = sentinel?.endpoints[at];
  const [first] = sentinel?.endpoints ?? [];
  if (sentinel === undefined || own === undefined || first === undefined) return [];
  const code = new CodeWriter(writing.say, deployment.comments);
  const source: Source = { field: 'sentinels' };
  const set = directiveWriter(code);
  const file = { deployment, writing, code, set };
  const setSentinel = (option: string, ...value: Token[]) =>
    code.statement(option, [[name('sentinel'), plain(' '), ...value]]);
  const setMaster = (option: string, ...value: Token[]) =>
    setSentinel(
      option,
      plain(`${option} `),
      plain(sentinel.master, { field: 'master' }),
      plain(' '),
      ...value,
    );
  code.note('file.sentinel.what', { server: 'redis' });
  set('bind', endpointToken(own.host));
  emitPort(file, plain(String(own.port), source));
  const replica = asUser(deployment, writing, 'sentinel');
  const { user } = replica.deployment.redis;
  if (sentinel.password && user !== undefined) {
    code.gap().note('file.sentinel.acl', { field: 'user' });
    emitUserLines(file, sentinelAclUsers(deployment));
    code.note('file.sentinel.aclOthers', { field: 'user' });
    setSentinel('sentinel-user', plain('sentinel-user '), plain(user, { field: 'user' }));
    setSentinel('sentinel-pass', plain('sentinel-pass '), passwordArgument(replica.writing));
  } else if (sentinel.password) {
    code.gap().note('file.sentinel.password', { field: 'auth' });
    set('requirepass', passwordArgument(writing));
  } else {
    code.note('file.sentinel.open', source);
    set('protected-mode', plain('no'));
  }
  code.gap().note('file.redis.announce', source);
  if (sentinel.endpoints.some(({ host }) => addressKind(host) === 'name')) {
    setSentinel('resolve-hostnames', plain('resolve-hostnames yes'));
    setSentinel('announce-hostnames', plain('announce-hostnames yes'));
  }
  setSentinel('announce-ip', plain('announce-ip '), endpointToken(own.host));
  code.gap().note('file.sentinel.monitor', source, { quorum: sentinel.quorum });
  setMaster(
    'monitor',
    endpointToken(first.host),
    plain(' '),
    plain(String(redis.port), { field: 'port' }),
    plain(` ${sentinel.quorum}`, source),
  );
  if (user !== undefined) setMaster('auth-user', plain(user, { field: 'user' }));
  if (redis.password) setMaster('auth-pass', passwordArgument(replica.writing));
  code.note('file.sentinel.times', source, { seconds: DOWN_AFTER / 1000 });
  setMaster('down-after-milliseconds', plain(String(DOWN_AFTER)));
  setMaster('failover-timeout', plain(String(FAILOVER)));
  setMaster('parallel-syncs', plain('1'));
  return code.done();
}
