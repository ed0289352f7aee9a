import { Code, name, plain, type Line, type Token, type Writing } from '../code.ts';
import type { Deployment } from '../plan.ts';
import { redisString } from '../quote.ts';
import { hostToken, passwordToken } from './connection.ts';

/**
 * The lines of redis.conf that Pod needs other than Redis's defaults. As measured on Redis 7.0.15,
 * append-only persistence survives a SIGKILL, but a restart that turns it on starts empty, for it
 * reads no snapshot; `volatile-ttl` never evicts a queue, which has no expiry.
 */
export function redisConf(deployment: Deployment, writing: Writing): Line[] {
  const { redis, architecture } = deployment;
  const code = new Code(writing.say, architecture.comments);
  const set = (directive: string, ...value: Token[]) =>
    code.line(name(directive), plain(' '), ...value);

  code.note('file.redis.what', { server: redis.on });
  if (redis.placeholder) code.note('file.placeholder', { field: 'host' });
  // 127.0.0.1 does not stand for the rest of 127.0.0.0/8, such as Debian's 127.0.1.1.
  const listed = redis.local && !/^127\.(?!0\.0\.1$)/.test(redis.host);
  const own = listed ? [] : [plain(' '), hostToken(deployment, redis.host, plain)];
  code.gap().note(redis.local ? 'file.redis.bindLocal' : 'file.redis.bind', { field: 'host' });
  set('bind', plain('127.0.0.1 -::1'), ...own);
  set('port', plain(String(redis.port), { field: 'port' }));

  const exposed = !redis.local && !redis.password;
  code.gap().note(exposed ? 'file.redis.unprotected' : 'file.redis.protected', { field: 'auth' });
  set('protected-mode', plain('yes'));
  if (redis.password) {
    const { text, ...rest } = passwordToken(writing, redisString);
    set('requirepass', { ...rest, text, kind: 'plain' });
  }

  code.gap().note('file.redis.persistence').note('file.redis.persistenceFirst');
  set('appendonly', plain('yes'));
  code.gap().note('file.redis.memory');
  set('maxmemory-policy', plain('volatile-ttl'));
  return code.done();
}
