import type { AddressError } from './address.ts';
import type { FieldName } from './architecture.ts';
import type { Params } from './say.ts';

/** The code of an {@link Issue}; the site has a text `issue.CODE` for each. */
export type IssueCode =
  | AddressError
  | 'choice.unknown'
  | 'flag.malformed'
  | 'number.malformed'
  | 'number.range'
  | 'prefix.malformed'
  | 'prefix.queue'
  | 'password.malformed'
  | 'password.published'
  | 'password.unused'
  | 'password.weak'
  | 'password.derived'
  | 'path.malformed'
  | 'path.open'
  | 'path.results'
  | 'path.service'
  | 'path.system'
  | 'user.malformed'
  | 'socket.servers'
  | 'socket.docker'
  | 'tls.docker'
  | 'tls.public'
  | 'db.same'
  | 'host.loopback'
  | 'host.container'
  | 'host.docker-only'
  | 'host.unspecified'
  | 'host.missing'
  | 'host.elsewhere'
  | 'redis.no-worker'
  | 'redis.docker-webs'
  | 'sentinels.malformed'
  | 'sentinels.count'
  | 'sentinels.twice'
  | 'sentinels.missing'
  | 'sentinels.place'
  | 'sentinels.loopback'
  | 'sessions.sentinel'
  | 'master.malformed'
  | 'account.malformed'
  | 'account.root'
  | 'account.system'
  | 'service.init'
  | 'from.malformed'
  | 'from.many'
  | 'from.missing'
  | 'from.count'
  | 'from.wide'
  | 'firewall.none'
  | 'firewall.sentinels'
  | 'acl.shared'
  | 'auth.missing'
  | 'auth.sentinels'
  | 'auth.local'
  | 'auth.password'
  | 'link.unknown'
  | 'link.repeated'
  | 'link.value';

/**
 * A problem of the choices that the reader must know of. An `error` gives no files; a `todo` gives
 * files with a placeholder in them; a `warning` gives files that have a drawback.
 */
export interface Issue {
  readonly code: IssueCode;
  /** The field that shows it; none when it concerns a whole link. */
  readonly field?: FieldName | 'password';
  readonly severity: 'error' | 'todo' | 'warning';
  readonly params: Params;
}
