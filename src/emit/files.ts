import type { Deployment } from '../model/deployment.ts';
import type { ServerGroup } from '../model/servers.ts';
import { isWorker, type Role, type WorkerRole } from '../pod/roles.ts';
import { CONFIG_MODULE } from '../pod/workers.ts';
import { asUser, userIdOf } from './acl.ts';
import { emitUsers, USERS_NAME } from './users.ts';
import { codeText, linesOf, type Line, type Statement, type Writing } from './code.ts';
import { emitNftRules, emitUfwRules, NFT_PATH } from './firewall.ts';
import { emitRedisConf, emitSentinelConf } from './redis.ts';
import { REDIS_CONF_PATH, secretOwner, SENTINEL_CONF_PATH, SETTINGS_PATH } from './secrets.ts';
import {
  emitRunnerCrontab,
  emitRunnerLoop,
  emitRunnerService,
  emitRunnerTimer,
  RUNNER_PATHS,
} from './runner.ts';
import { emitSettings } from './settings.ts';
import { emitVerifyScript } from './verify/verify.ts';
import {
  defaultsPath,
  emitCeleryModule,
  emitContainerStart,
  emitInitDefaults,
  emitSystemdUnit,
  needsConfigModule,
  unitPath,
} from './worker.ts';

/** The kinds of generated files. */
export type ConfigFileKind =
  | 'settings'
  | 'celery-module'
  | 'systemd-unit'
  | 'init-defaults'
  | 'container-start'
  | 'cron-unit'
  | 'cron-timer'
  | 'crontab'
  | 'cron-loop'
  | 'redis-conf'
  | 'sentinel-conf'
  | 'users'
  | 'nftables'
  | 'ufw'
  | 'verify';

/** The kinds of files that start a worker. */
export const WORKER_KINDS: readonly ConfigFileKind[] = [
  'systemd-unit',
  'init-defaults',
  'container-start',
];

/** The kinds of files with the rules of a firewall. */
export const FIREWALL_KINDS: readonly ConfigFileKind[] = ['nftables', 'ufw'];

/** The kinds of files that are scripts to be run. */
export const SCRIPT_KINDS: readonly ConfigFileKind[] = [
  'container-start',
  'cron-loop',
  'ufw',
  'verify',
];

/** One file of a server. */
export interface ConfigFile {
  readonly kind: ConfigFileKind;
  /**
   * The folder it is handed out in: a role, `all` for the file every server has, or one of several
   * Redis servers by its number from 1.
   */
  readonly folder: Role | 'all' | `redis-${number}`;
  /** The servers it is for. */
  readonly server: Role | 'all';
  /** The address of the server that it is for, where it is for one of several only. */
  readonly host?: string;
  readonly name: string;
  /** The path on the server; empty for a script, which has no fixed place. */
  readonly path: string;
  /** The account that the file belongs to, with the mode of secrets, where it has a password. */
  readonly owner?: string;
  readonly statements: readonly Statement[];
  /** The lines of the statements. */
  readonly lines: readonly Line[];
  /** Whether a value in it is still to be filled in. */
  readonly placeholder: boolean;
}

/** The kind of a file and where it belongs. */
type FilePlace = Pick<ConfigFile, 'kind' | 'folder' | 'server' | 'host' | 'path' | 'owner'>;

/** A file whose statements are emitted when first asked for: a page shows some files before others. */
function file(place: FilePlace, emit: () => readonly Statement[]): ConfigFile {
  let statements: readonly Statement[] | undefined;
  let lines: readonly Line[] | undefined;
  const { kind, folder, server, host, path, owner } = place;
  return {
    kind,
    folder,
    server,
    ...(host !== undefined && { host }),
    name: path.slice(path.lastIndexOf('/') + 1),
    path: path.includes('/') ? path : '',
    ...(owner !== undefined && { owner }),
    get statements() {
      return (statements ??= emit());
    },
    get lines() {
      return (lines ??= linesOf(this.statements));
    },
    get placeholder() {
      return this.lines.some((line) => line.some((token) => token.placeholder));
    },
  };
}

/** The roles whose servers read `pod/custom/settings_local.py`. */
const readsSettings = (role: Role) => role !== 'redis';

/** A kind of file, and its owner where it has a password. */
function owned<K extends Parameters<typeof secretOwner>[1]>(deployment: Deployment, kind: K) {
  const owner = secretOwner(deployment, kind);
  return { kind, ...(owner !== undefined && { owner }) };
}

/** The place of Pod's settings, for one group of servers or for all. */
function settingsPlace(deployment: Deployment, id: Role | 'all'): FilePlace {
  return { ...owned(deployment, 'settings'), folder: id, server: id, path: SETTINGS_PATH };
}

/** The file that starts a worker. */
function workerFile(
  deployment: Deployment,
  writing: Writing,
  server: Role,
  role: WorkerRole,
): ConfigFile {
  const place = { folder: role, server };
  switch (deployment.service) {
    case 'container':
      return file({ ...place, kind: 'container-start', path: `start-${role}.sh` }, () =>
        emitContainerStart(deployment, writing, role),
      );
    case 'init':
      return file({ ...place, kind: 'init-defaults', path: defaultsPath(role) }, () =>
        emitInitDefaults(deployment, writing, role),
      );
    default:
      return file({ ...place, kind: 'systemd-unit', path: unitPath(role) }, () =>
        emitSystemdUnit(deployment, writing, role),
      );
  }
}

/** The files that run the cron job of Esup-Runner. */
function cronFiles(deployment: Deployment, writing: Writing, server: Role): ConfigFile[] {
  const of = (kind: ConfigFileKind, path: string, emit: typeof emitRunnerService) =>
    file({ kind, folder: 'cron', server, path }, () => emit(deployment, writing));
  switch (deployment.service) {
    case 'container':
      return [of('cron-loop', RUNNER_PATHS.container, emitRunnerLoop)];
    case 'init':
      return [of('crontab', RUNNER_PATHS.crontab, emitRunnerCrontab)];
    default:
      return [
        of('cron-unit', RUNNER_PATHS.service, emitRunnerService),
        of('cron-timer', RUNNER_PATHS.timer, emitRunnerTimer),
      ];
  }
}

/** The files of the Redis server, or of each of the servers that sentinels watch over. */
function redisFiles(deployment: Deployment, writing: Writing): ConfigFile[] {
  const { firewall, redis } = deployment;
  const { on: server, sentinel } = redis;
  const redisConf = { ...owned(deployment, 'redis-conf'), server, path: REDIS_CONF_PATH };
  const sentinelConf = { ...owned(deployment, 'sentinel-conf'), server, path: SENTINEL_CONF_PATH };
  const files =
    sentinel === undefined
      ? [file({ ...redisConf, folder: 'redis' }, () => emitRedisConf(deployment, writing))]
      : sentinel.endpoints.flatMap(({ host }, at) => {
          const folder = `redis-${at + 1}` as const;
          return [
            file({ ...redisConf, folder, host }, () => emitRedisConf(deployment, writing, at)),
            file({ ...sentinelConf, folder, host }, () =>
              emitSentinelConf(deployment, writing, at),
            ),
          ];
        });
  const folder = 'redis';
  if (redis.user !== undefined)
    files.push(
      file({ kind: 'users', folder, server, path: USERS_NAME }, () =>
        emitUsers(deployment, writing),
      ),
    );
  if (firewall === 'nftables')
    files.push(
      file({ kind: 'nftables', folder, server, path: NFT_PATH }, () =>
        emitNftRules(deployment, writing),
      ),
    );
  if (firewall === 'ufw')
    files.push(
      file({ kind: 'ufw', folder, server, path: 'firewall.sh' }, () =>
        emitUfwRules(deployment, writing),
      ),
    );
  return files;
}

function serverFiles(deployment: Deployment, writing: Writing, group: ServerGroup): ConfigFile[] {
  const { paths, redis, sharedSettings } = deployment;
  const { id, roles } = group;
  const own = asUser(deployment, writing, id === 'redis' ? 'admin' : userIdOf(deployment, id));
  const files: ConfigFile[] = [];
  const place = { folder: id, server: id };
  if (!sharedSettings && roles.some(readsSettings))
    files.push(
      file(settingsPlace(deployment, id), () => emitSettings(own.deployment, own.writing, roles)),
    );
  if (roles.includes('cron')) files.push(...cronFiles(deployment, writing, id));
  for (const role of roles.filter(isWorker)) files.push(workerFile(deployment, writing, id, role));
  const first = roles.find((role) => needsConfigModule(deployment, role));
  if (first) {
    const path = `${redis.container ? '.' : paths.project}/${CONFIG_MODULE}.py`;
    // Two groups of web servers may need the module.
    const folder = id === 'cron' ? id : first;
    files.push(
      file({ ...owned(deployment, 'celery-module'), folder, server: id, path }, () =>
        emitCeleryModule(own.deployment, own.writing),
      ),
    );
  }
  if (redis.on === id && !redis.container) files.push(...redisFiles(deployment, writing));
  if (!redis.container || id !== 'redis')
    files.push(
      file({ ...place, kind: 'verify', path: 'verify.sh' }, () =>
        emitVerifyScript(own.deployment, own.writing, group),
      ),
    );
  return files;
}

/**
 * Every file of a deployment, server by server. Servers that are alike have one set, and a server
 * with several roles has one settings_local.py that serves them all.
 */
export function filesOf(deployment: Deployment, writing: Writing): ConfigFile[] {
  const files = deployment.servers.flatMap((group) => serverFiles(deployment, writing, group));
  if (!deployment.sharedSettings) return files;
  const roles = new Set(deployment.servers.flatMap((group) => group.roles).filter(readsSettings));
  const own = asUser(deployment, writing, 'web');
  const shared = file(settingsPlace(deployment, 'all'), () =>
    emitSettings(own.deployment, own.writing, [...roles]),
  );
  return [shared, ...files];
}

/** A file's text as it is copied, downloaded and written. */
export function fileText({ lines }: ConfigFile): string {
  return codeText(lines);
}
