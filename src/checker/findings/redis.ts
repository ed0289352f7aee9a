import { isLoopback, addressKind } from '../../model/address.ts';
import type { Edit } from '../findings.ts';
import { directive, isAclFile, type Directive } from '../read/redisFile.ts';
import type { FileOf, Report } from '../report.ts';
import { aclUsers } from './acl.ts';
import { directives } from './directives.ts';
import { linesAtEnd } from '../repair/edits.ts';

const START = { from: 0, to: 0 };

/** Writes a directive's value, or the directive where there is none. */
function set(source: string, found: Directive | undefined, name: string, value: string): Edit[] {
  const [first] = found?.arguments ?? [];
  const last = found?.arguments.at(-1);
  return first && last
    ? [{ from: first.from, to: last.to, insert: value }]
    : found
      ? []
      : linesAtEnd(source, `${name} ${value}`);
}

/** A size as Redis writes it; 0 for one without a limit. */
const unlimited = (text: string | undefined) => text === undefined || /^0+[kmg]?b?$/i.test(text);

/** What redis.conf does to Pod. */
export function redisConf(file: FileOf<'redis'>, report: Report): void {
  const { redis, given } = file;
  const source = given.text;
  for (const span of redis.faults.slice(0, 20)) report.add('syntax', file, span);
  const one = (name: string) => directive(redis, name)?.arguments[0]?.text;
  directives(file, report);
  aclUsers(file, report);
  if (isAclFile(redis)) return;

  const cluster = directive(redis, 'cluster-enabled');
  if (one('cluster-enabled')?.toLowerCase() === 'yes')
    report.add(
      'redis-cluster',
      file,
      cluster ?? START,
      {},
      set(source, cluster, 'cluster-enabled', 'no'),
    );

  const bind = directive(redis, 'bind');
  const addresses = bind?.arguments.map(({ text }) => text.replace(/^-/, '')) ?? [];
  const listens = one('port') !== '0' || directive(redis, 'tls-port') !== undefined;
  const outside =
    listens && (bind === undefined || addresses.some((address) => !isLoopback(address)));
  const users = redis.directives.filter(
    ({ name, arguments: [user] }) => name === 'user' && user?.text === 'default',
  );
  const guarded = users.some(({ arguments: all }) =>
    all.some(({ text }) => text === 'off' || text.startsWith('>') || text.startsWith('#')),
  );
  const password =
    (one('requirepass') ?? '') !== '' || guarded || directive(redis, 'aclfile') !== undefined;
  const open = one('protected-mode')?.toLowerCase() === 'no';
  const included = directive(redis, 'include') !== undefined;
  if (!password && outside && !included) {
    if (open) report.add('redis-open', file, directive(redis, 'protected-mode') ?? START);
    else if (bind) report.add('redis-protected', file, bind);
  }

  const remote = report
    .of('settings')
    .flatMap(({ connections }) => connections)
    .filter(
      ({ host, transport }) =>
        host !== undefined &&
        (transport === 'tcp' || transport === 'tls') &&
        !isLoopback(host) &&
        host.toLowerCase() !== 'redis.localhost',
    );
  const [called] = remote;
  if (bind && listens && addresses.every(isLoopback) && (called || report.several)) {
    const host = called?.host ?? '';
    const literal = addressKind(host) === 'ipv4' || addressKind(host) === 'ipv6';
    report.add(
      'redis-bind',
      file,
      bind,
      { host },
      literal ? [{ from: bind.to, to: bind.to, insert: ` ${host}` }] : [],
    );
  }

  const policy = directive(redis, 'maxmemory-policy');
  const said = policy?.arguments[0]?.text.toLowerCase() ?? 'noeviction';
  if (!unlimited(one('maxmemory'))) {
    if (said.startsWith('allkeys-'))
      report.add(
        'redis-policy',
        file,
        policy ?? START,
        { policy: said },
        set(source, policy, 'maxmemory-policy', 'volatile-ttl'),
      );
    else if (said === 'noeviction')
      report.add(
        'redis-memory-full',
        file,
        policy ?? directive(redis, 'maxmemory') ?? START,
        {},
        set(source, policy, 'maxmemory-policy', 'volatile-ttl'),
      );
  }

  const append = directive(redis, 'appendonly');
  if (append?.arguments[0]?.text.toLowerCase() === 'yes' || included) return;
  const saves = redis.directives.filter(({ name }) => name === 'save');
  const none = saves.at(-1)?.arguments[0]?.text === '';
  report.add(
    none ? 'redis-persistence' : 'redis-snapshots',
    file,
    (none ? saves.at(-1) : append) ?? START,
    {},
    set(source, append, 'appendonly', 'yes'),
  );
}

/** What Redis would refuse in sentinel.conf. */
export function sentinelConf(file: FileOf<'sentinel'>, report: Report): void {
  for (const span of file.redis.faults.slice(0, 20)) report.add('syntax', file, span);
}
