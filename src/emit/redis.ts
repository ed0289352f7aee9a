import { addressKind } from '../model/address.ts';
import { Code, name, plain, type Line, type Token, type Writing } from './code.ts';
import type { Deployment } from '../model/deployment.ts';
import { redisString } from './quote.ts';
import { hostToken, passwordToken, placeholderOf } from './connection.ts';

/** Where the certificate of the Redis server and its key are expected. */
export const TLS_FOLDER = '/etc/redis/tls';

/** Writes one directive. */
type Set = (directive: string, ...value: Token[]) => void;

/** Where Redis listens, on one of the servers that have it. */
function listening(deployment: Deployment, code: Code, set: Set, at: number): void {
  const { redis } = deployment;
  code.gap();
  const own = redis.sentinel?.endpoints[at];
  if (own !== undefined) {
    const address = endpointToken(own.host);
    code.note('file.redis.bindOne', { field: 'sentinels' });
    set('bind', address);
    set('port', plain(String(redis.port), { field: 'port' }));
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
  // 127.0.0.1 does not stand for the rest of 127.0.0.0/8, such as Debian's 127.0.1.1.
  const listed = redis.local && !/^127\.(?!0\.0\.1$)/.test(redis.host);
  const others = listed ? [] : [plain(' '), hostToken(deployment, redis.host, plain)];
  code.note(redis.local ? 'file.redis.bindLocal' : 'file.redis.bind', { field: 'host' });
  set('bind', plain('127.0.0.1 -::1'), ...others);
  const port = plain(String(redis.port), { field: 'port' });
  if (redis.ca === undefined) {
    set('port', port);
    return;
  }
  code.gap().note('file.redis.tls', { field: 'tls' });
  set('port', plain('0'));
  set('tls-port', port);
  set('tls-cert-file', plain(`${TLS_FOLDER}/redis.crt`));
  set('tls-key-file', plain(`${TLS_FOLDER}/redis.key`));
  set('tls-ca-cert-file', plain(redis.ca, { field: 'ca' }));
  code.note('file.redis.tlsClients', { field: 'tls' });
  set('tls-auth-clients', plain('no'));
}

/** Who may come in. */
function access({ redis }: Deployment, writing: Writing, code: Code, set: Set): void {
  const password = (quote: (text: string) => string): Token => ({
    ...passwordToken(writing, quote),
    kind: 'plain',
  });
  code.gap().note('file.redis.protected', { field: 'auth' });
  set('protected-mode', plain('yes'));
  if (redis.user !== undefined) {
    code.note('file.redis.acl', { field: 'user' });
    set('user', plain('default off'));
    set(
      'user',
      plain(redis.user, { field: 'user' }),
      plain(' on '),
      password((text) => redisString(`>${text}`)),
      plain(' ~* &* +@all -@dangerous +info +flushdb'),
    );
  } else if (redis.password) set('requirepass', password(redisString));
}

/** The host of a sentinel, and of the Redis server beside it. */
function endpointToken(host: string): Token {
  return { ...plain(host, { field: 'sentinels' }), ...placeholderOf(host) };
}

/** What makes a server one of several: any of them may become the master, or follow it. */
function replication(
  { redis }: Deployment,
  writing: Writing,
  code: Code,
  set: Set,
  at: number,
): void {
  const [first] = redis.sentinel?.endpoints ?? [];
  if (first === undefined) return;
  if (redis.password) {
    code.note('file.redis.masterauth', { field: 'auth' });
    set('masterauth', { ...passwordToken(writing, redisString), kind: 'plain' });
  }
  if (at === 0) return;
  code.gap().note('file.redis.replica', { field: 'sentinels' });
  set(
    'replicaof',
    endpointToken(first.host),
    plain(' '),
    plain(String(redis.port), { field: 'port' }),
  );
}

/**
 * The lines of redis.conf that Pod needs other than Redis's defaults. As measured on Redis 7.0.15,
 * append-only persistence survives a SIGKILL, but a restart that turns it on starts empty, for it
 * reads no snapshot; `volatile-ttl` never evicts a queue, which has no expiry. An ACL user needs
 * the channels (`&*`), without which workers die, and FLUSHDB, which is what clearing a cache is.
 *
 * @param at which of the servers it is for when sentinels watch over several
 */
export function redisConf(deployment: Deployment, writing: Writing, at = 0): Line[] {
  const { redis, architecture } = deployment;
  const code = new Code(writing.say, architecture.comments);
  const set: Set = (directive, ...value) => {
    code.line(name(directive), plain(' '), ...value);
  };
  code.note('file.redis.what', { server: redis.on });
  if (redis.placeholder) code.note('file.placeholder', { field: 'host' });
  listening(deployment, code, set, at);
  access(deployment, writing, code, set);
  replication(deployment, writing, code, set, at);
  code.gap().note('file.redis.persistence').note('file.redis.persistenceFirst');
  set('appendonly', plain('yes'));
  code.gap().note('file.redis.memory', { field: 'memory' });
  set('maxmemory', plain(`${architecture.memory}mb`, { field: 'memory' }));
  set('maxmemory-policy', plain('volatile-ttl'));
  return code.done();
}

/** After how many milliseconds without an answer a master is taken for gone. */
const DOWN_AFTER = 5000;

/** How long a failover may take before another is tried, in milliseconds. */
const FAILOVER = 60_000;

/**
 * The lines of sentinel.conf for one of the servers. As measured on Redis 7.0.15 the master is
 * replaced about 6 s after it is gone. Sentinel writes what it learns into this file, and is
 * itself without a password, which django-redis-sessions 0.6.2 could not give it. Names are
 * followed only when told so.
 *
 * @param at which of the sentinels it is for
 */
export function sentinelConf(deployment: Deployment, writing: Writing, at: number): Line[] {
  const { redis, architecture } = deployment;
  const { sentinel } = redis;
  const own = sentinel?.endpoints[at];
  const [first] = sentinel?.endpoints ?? [];
  if (sentinel === undefined || own === undefined || first === undefined) return [];
  const code = new Code(writing.say, architecture.comments);
  const source = { field: 'sentinels' } as const;
  const set: Set = (directive, ...value) => {
    code.line(name(directive), plain(' '), ...value);
  };
  const about = (option: string, ...value: Token[]) => {
    set(
      'sentinel',
      plain(`${option} `),
      plain(sentinel.master, { field: 'master' }),
      plain(' '),
      ...value,
    );
  };
  const text = (value: string | number) => plain(String(value), source);
  code.note('file.sentinel.what', { server: 'redis' });
  set('bind', endpointToken(own.host));
  set('port', text(own.port));
  code.note('file.sentinel.open', source);
  set('protected-mode', plain('no'));
  code.gap().note('file.redis.announce', source);
  if (sentinel.endpoints.some(({ host }) => addressKind(host) === 'name')) {
    set('sentinel', plain('resolve-hostnames yes'));
    set('sentinel', plain('announce-hostnames yes'));
  }
  set('sentinel', plain('announce-ip '), endpointToken(own.host));
  code.gap().note('file.sentinel.monitor', source, { quorum: sentinel.quorum });
  about(
    'monitor',
    endpointToken(first.host),
    plain(' '),
    plain(String(redis.port), { field: 'port' }),
    plain(` ${sentinel.quorum}`, source),
  );
  if (redis.password) about('auth-pass', { ...passwordToken(writing, redisString), kind: 'plain' });
  code.note('file.sentinel.times', source, { seconds: DOWN_AFTER / 1000 });
  about('down-after-milliseconds', plain(String(DOWN_AFTER)));
  about('failover-timeout', plain(String(FAILOVER)));
  about('parallel-syncs', plain('1'));
  return code.done();
}
