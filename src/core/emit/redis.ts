import { Code, name, plain, type Line, type Token, type Writing } from '../code.ts';
import type { Deployment } from '../plan.ts';
import { redisString } from '../quote.ts';
import { hostToken, passwordToken } from './connection.ts';

/** Where the certificate of the Redis server and its key are expected. */
export const TLS_FOLDER = '/etc/redis/tls';

/** Writes one directive. */
type Set = (directive: string, ...value: Token[]) => void;

/** Where Redis listens. */
function listening(deployment: Deployment, code: Code, set: Set): void {
  const { redis } = deployment;
  code.gap();
  if (redis.socket !== undefined) {
    code.note('file.redis.socket', { field: 'socket' });
    set('unixsocket', plain(redis.socket, { field: 'socket' }));
    set('unixsocketperm', plain('770'));
    set('port', plain('0'));
    return;
  }
  // 127.0.0.1 does not stand for the rest of 127.0.0.0/8, such as Debian's 127.0.1.1.
  const listed = redis.local && !/^127\.(?!0\.0\.1$)/.test(redis.host);
  const own = listed ? [] : [plain(' '), hostToken(deployment, redis.host, plain)];
  code.note(redis.local ? 'file.redis.bindLocal' : 'file.redis.bind', { field: 'host' });
  set('bind', plain('127.0.0.1 -::1'), ...own);
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
  const exposed = !redis.local && !redis.password;
  code.gap().note(exposed ? 'file.redis.unprotected' : 'file.redis.protected', { field: 'auth' });
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

/**
 * The lines of redis.conf that Pod needs other than Redis's defaults. As measured on Redis 7.0.15,
 * append-only persistence survives a SIGKILL, but a restart that turns it on starts empty, for it
 * reads no snapshot; `volatile-ttl` never evicts a queue, which has no expiry. An ACL user needs
 * the channels (`&*`), without which workers die, and FLUSHDB, which is what clearing a cache is.
 */
export function redisConf(deployment: Deployment, writing: Writing): Line[] {
  const { redis, architecture } = deployment;
  const code = new Code(writing.say, architecture.comments);
  const set: Set = (directive, ...value) => {
    code.line(name(directive), plain(' '), ...value);
  };
  code.note('file.redis.what', { server: redis.on });
  if (redis.placeholder) code.note('file.placeholder', { field: 'host' });
  listening(deployment, code, set);
  access(deployment, writing, code, set);
  code.gap().note('file.redis.persistence').note('file.redis.persistenceFirst');
  set('appendonly', plain('yes'));
  code.gap().note('file.redis.memory');
  set('maxmemory-policy', plain('volatile-ttl'));
  return code.done();
}
