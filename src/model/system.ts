/** An account that is not Pod's. */
export type ForeignAccount = 'root' | 'system';

/**
 * Accounts that Debian's base system and its common services make: whoever has one of these services
 * also has Pod (`/usr/share/base-passwd/passwd.master`, and the packages' own).
 */
const SYSTEM_ACCOUNTS: ReadonlySet<string> = new Set(
  (
    'daemon bin sys sync games man lp mail news uucp proxy www-data backup list irc gnats nobody messagebus sshd ' +
    'redis valkey mysql mariadb postgres nginx apache rabbitmq elasticsearch opensearch postfix ftp ntp git'
  ).split(' '),
);

/** The owner of an account that is not Pod's alone; `undefined` for any other name. */
export function foreignAccount(name: string): ForeignAccount | undefined {
  if (name === 'root') return 'root';
  const debian = name.startsWith('systemd-') || name.startsWith('_');
  return debian || SYSTEM_ACCOUNTS.has(name) ? 'system' : undefined;
}

/** Whether a path is one of these folders or below it. */
export function isIn(path: string, folders: readonly string[]): boolean {
  return folders.some((folder) => path === folder || path.startsWith(`${folder}/`));
}

/** Folders in which every account, or each its own, may make files. */
const OPEN_FOLDERS = [
  '/tmp',
  '/var/tmp',
  '/dev',
  '/proc',
  '/run/lock',
  '/run/shm',
  '/run/user',
  '/var/crash',
  '/var/lock',
  '/var/run/lock',
  '/var/run/user',
];

/** Folders in which only packages and the administrator of the system put files. */
const SYSTEM_FOLDERS = [
  '/bin',
  '/boot',
  '/etc',
  '/lib',
  '/lib32',
  '/lib64',
  '/libx32',
  '/nix',
  '/opt/bin',
  '/root',
  '/sbin',
  '/snap',
  '/sys',
  '/usr/bin',
  '/usr/lib',
  '/usr/sbin',
  '/usr/share',
];

/** A name of a folder that says that it is Pod's. */
const OWN_NAME = /^[^/]*(?:pod(?!man|s\b)|celery|encod|transcri|xapi)/i;

/**
 * Folders of programs of the system: their files decide what root runs, as those of cron, dpkg, udev and systemd do.
 * Below these, a folder may belong to Pod only if the pattern allows it.
 */
const PROGRAM_FOLDERS: readonly (readonly [folder: string, own: RegExp])[] = [
  // Programs in /usr/local/bin and /usr/local/sbin are in root's search path.
  ['/usr/local', /^(?!(?:bin|etc|games|include|lib|lib64|libexec|man|sbin|share|src)(?:\/|$))./],
  ['/usr', /^local\/./],
  ['/run', OWN_NAME],
  ['/var/run', OWN_NAME],
  ['/var/cache', OWN_NAME],
  ['/var/lib', OWN_NAME],
  ['/var/log', OWN_NAME],
  ['/var', /^(?:cache|lib|local|log|opt|run|www)\/./],
];

/** Folders that many programs share: Pod gets folders below them, and not the folder itself. */
const SHARED_FOLDERS: ReadonlySet<string> = new Set([
  '/home',
  '/media',
  '/mnt',
  '/opt',
  '/run',
  '/srv',
  '/usr',
  '/usr/local',
  '/var',
]);

/** Folders of programs or of keys, wherever they are: who may write to one gets rights of others. */
const RIGHTS_FOLDER = /\/(?:s?bin|\.ssh|\.gnupg)(?:\/|$)/;

/** The folders with the data of Redis and of Valkey. */
const DATA_FOLDERS = ['/var/lib/redis', '/var/lib/valkey'];

/** The uses of a path: a file of Redis, a certificate, a folder with programs, a folder that Pod's account owns. */
export type PathUse = 'socket' | 'certificate' | 'programs' | 'owned';

/** Whether any account of the server may put files there, so that it chooses what runs or is trusted. */
export function isOpenPath(path: string): boolean {
  return isIn(path, OPEN_FOLDERS);
}

/** Whether a path is the home of an account, or below the home of another one than Pod's that is not named as Pod's. */
export function isForeignHome(path: string, account: string): boolean {
  const [, name, below] = /^\/home\/([^/]+)(\/.+)?$/.exec(path) ?? [];
  return name !== undefined && (below === undefined || (name !== account && !OWN_NAME.test(name)));
}

/**
 * Whether a folder may have notes of finished tasks and nothing else, as its name says: a rule of systemd-tmpfiles
 * removes old files from it.
 *
 * @param others Pod's other folders
 */
export function isResultsFolder(path: string, others: readonly string[]): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return /celery/i.test(name) && !others.some((each) => isIn(each, [path]) || isIn(path, [each]));
}

/**
 * Whether a path is the system's: the procedures would replace a file of it, or give a folder of it to
 * Pod's account. Redis removes the file in the place of its socket (run on redis 7.0).
 */
export function isSystemPath(path: string, use: PathUse): boolean {
  if (use === 'certificate' && /\.(crt|pem|cer)$/.test(path)) return isIn(path, ['/root']);
  if (use === 'socket' && !path.endsWith('.sock') && isIn(path, DATA_FOLDERS)) return true;
  if (use === 'socket' && /\.(rdb|aof|conf|acl|manifest)$/.test(path)) return true;
  if (isIn(path, SYSTEM_FOLDERS)) return true;
  return (
    use === 'owned' &&
    (SHARED_FOLDERS.has(path) ||
      RIGHTS_FOLDER.test(path) ||
      PROGRAM_FOLDERS.some(
        ([folder, own]) =>
          path.startsWith(`${folder}/`) && !own.test(path.slice(folder.length + 1)),
      ))
  );
}
