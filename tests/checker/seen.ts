import type { FindingCode } from '../../src/checker/findings.ts';
import type { InputFile } from '../../src/checker/read/files.ts';
import { kindOf } from '../../src/checker/read/files.ts';
import type { Architecture } from '../../src/model/architecture.ts';
import type { Issue, IssueCode } from '../../src/model/issues.ts';
import { serversOf } from '../../src/model/servers.ts';

/** How the checker sees an issue of the form in the files. */
interface Seen {
  /** The findings, of which one at least is there. */
  readonly as: readonly FindingCode[];
  /** Whether these files show it; they always do where this is left out. */
  readonly where?: (
    issue: Issue,
    architecture: Architecture,
    files: readonly InputFile[],
  ) => boolean;
}

/** The reasons why the checker cannot see an issue. */
const UNREAD = 'It is about a text of the form or a link, and no architecture has it.';
const PLACEHOLDER = 'The files have a placeholder, with which no client connects.';
const PASSWORD = 'No architecture has a password.';
const PLACE = 'Files do not say on which server Redis runs, or that it is a container.';
const COUNT = 'Files do not say how many servers there are.';
const FIREWALL = 'The checker does not read the rules of a firewall, and one may be elsewhere.';

/** Whether the checker reads this text: it is in a file that it knows, and no shell script. */
const isRead = ({ name, text }: InputFile) => {
  const { kind, form } = kindOf({ name, text });
  return kind !== 'other' && form !== 'script';
};

const hasWorker = (files: readonly InputFile[]) =>
  files.some((file) => isRead(file) && ['worker', 'cron'].includes(kindOf(file).kind));

const hasPath: Seen['where'] = ({ params }, _, files) =>
  files.some((file) => isRead(file) && file.text.includes(String(params['path'])));

/** Whether files have the password that was typed: that of ACL's administrator is in none. */
const isInFiles: Seen['where'] = (_issue, { auth }) => auth === 'password';

/** Whether several servers have settings; on the only one that has, Redis may run too. */
const hasSeveralClients: Seen['where'] = (_, architecture) =>
  serversOf(architecture)
    .filter(({ id }) => id !== 'redis')
    .reduce((sum, { count }) => sum + count, 0) > 1;

/**
 * How the checker sees each issue of the form, or the reason why it cannot. The type asks for each
 * code.
 */
export const SEEN: Readonly<Record<IssueCode, Seen | string>> = {
  'host.malformed': UNREAD,
  'host.url': UNREAD,
  'host.brackets': UNREAD,
  'host.number': UNREAD,
  'choice.unknown': UNREAD,
  'flag.malformed': UNREAD,
  'number.malformed': UNREAD,
  'number.range': UNREAD,
  'prefix.malformed': UNREAD,
  'path.malformed': UNREAD,
  'user.malformed': UNREAD,
  'sentinels.malformed': UNREAD,
  'sentinels.count': UNREAD,
  'sentinels.twice': UNREAD,
  'master.malformed': UNREAD,
  'account.malformed': UNREAD,
  'from.malformed': UNREAD,
  'from.many': UNREAD,
  'link.unknown': UNREAD,
  'link.repeated': UNREAD,
  'link.value': UNREAD,
  'path.service': 'Files of other servers may have the other folders.',
  'path.results': 'No file says that old files are removed from the folder.',
  'host.missing': PLACEHOLDER,
  'sentinels.missing': PLACEHOLDER,
  'from.missing': PLACEHOLDER,
  'auth.password': PLACEHOLDER,
  'password.malformed': PASSWORD,
  'password.unused': PASSWORD,
  'password.published': { as: ['password-published'], where: isInFiles },
  'password.derived': 'The files have passwords that are made from it, and its hash.',
  'password.weak': { as: ['password-weak'], where: isInFiles },
  'socket.docker': PLACE,
  'tls.docker': PLACE,
  'host.container': PLACE,
  'host.elsewhere': PLACE,
  'redis.no-worker': PLACE,
  'sentinels.place': PLACE,
  'redis.docker-webs': COUNT,
  'from.count': FIREWALL,
  'from.wide': FIREWALL,
  'firewall.none': FIREWALL,
  'firewall.sentinels': FIREWALL,
  'prefix.queue': 'Rights and prefixes are in the files of two servers.',
  'acl.shared': 'One file with one user is what the servers share.',
  'sessions.sentinel': 'The files keep the sessions in the cache, where they work.',
  // The other address, once it is right, is asked for its password.
  'auth.missing': { as: ['password-missing', 'redis-localhost'] },
  'auth.sentinels': { as: ['password-missing'] },
  'auth.local': { as: ['password-missing-local'] },
  'host.unspecified': { as: ['unspecified-address'] },
  'host.docker-only': { as: ['redis-localhost'] },
  'host.loopback': { as: ['loopback'], where: hasSeveralClients },
  'socket.servers': { as: ['loopback'], where: hasSeveralClients },
  'sentinels.loopback': { as: ['loopback', 'unspecified-address'] },
  'tls.public': { as: ['tls-public'] },
  'db.same': { as: ['database-shared', 'session-cache-shared'] },
  'account.root': { as: ['worker-root'], where: (_issue, _, files) => hasWorker(files) },
  'account.system': { as: ['worker-account'], where: (_issue, _, files) => hasWorker(files) },
  'service.init': { as: ['worker-init'] },
  'path.open': { as: ['path-open'], where: hasPath },
  'path.system': { as: ['path-system'], where: hasPath },
};
