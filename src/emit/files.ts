import { FIELDS } from '../model/fields.ts';
import { codeText, type Line, type Writing } from './code.ts';
import { NFT_PATH, nftRules, ufwRules } from './firewall.ts';
import { redisConf, sentinelConf } from './redis.ts';
import { settingsLocal } from './settings.ts';
import { verification } from './verify.ts';
import {
  celeryConfig,
  celeryDefaults,
  defaultsPath,
  needsConfigModule,
  project,
  systemdUnit,
  unitPath,
  workerCommand,
} from './worker.ts';
import { CONFIG_MODULE } from '../pod/workers.ts';
import type { Deployment } from '../model/deployment.ts';
import type { Role, WorkerRole } from '../pod/roles.ts';
import type { ServerGroup } from '../model/servers.ts';

/** One file of a server. */
export interface ConfigFile {
  /**
   * The folder it is handed out in: a role, `all` for the file every server has, or one of several
   * Redis servers by its number from 1.
   */
  readonly folder: Role | 'all' | `redis-${number}`;
  /** The servers it is for. */
  readonly server: Role | 'all';
  /** The address of the only one of them that it is for, if it is. */
  readonly host?: string;
  readonly name: string;
  /** Where it goes on the server; empty for commands, which go nowhere. */
  readonly path: string;
  readonly lines: readonly Line[];
  /** Whether a value in it is still to be filled in. */
  readonly placeholder: boolean;
}

/** The roles whose servers read `pod/custom/settings_local.py`. */
const readsSettings = (role: Role) => role !== 'redis';

type Folder = ConfigFile['folder'];

/** A file whose lines are worked out when they are first asked for: a page shows some before others. */
function file(
  folder: Folder,
  server: ConfigFile['server'],
  path: string,
  write: () => readonly Line[],
  host?: string,
): ConfigFile {
  let written: readonly Line[] | undefined;
  return {
    folder,
    server,
    ...(host !== undefined && { host }),
    name: path.slice(path.lastIndexOf('/') + 1),
    path: path.includes('/') ? path : '',
    get lines() {
      return (written ??= write());
    },
    get placeholder() {
      return this.lines.some((line) => line.some((token) => token.placeholder));
    },
  };
}

/** What starts a worker. */
function workerFile(
  deployment: Deployment,
  writing: Writing,
  server: Role,
  role: WorkerRole,
): ConfigFile {
  if (deployment.redis.container)
    return file(role, server, `start-${role}.sh`, () => workerCommand(deployment, writing, role));
  const [path, emit] =
    deployment.architecture.service === 'init'
      ? [defaultsPath(role), celeryDefaults]
      : [unitPath(role), systemdUnit];
  return file(role, server, path, () => emit(deployment, writing, role));
}

const REDIS_CONF = '/etc/redis/redis.conf';
const SENTINEL_CONF = '/etc/redis/sentinel.conf';

/** What Redis needs on its own server, or on each of the servers that sentinels watch over. */
function redisFiles(deployment: Deployment, writing: Writing): ConfigFile[] {
  const { on, sentinel } = deployment.redis;
  const files =
    sentinel === undefined
      ? [file('redis', on, REDIS_CONF, () => redisConf(deployment, writing))]
      : sentinel.endpoints.flatMap(({ host }, at) => {
          const folder = `redis-${at + 1}` as const;
          return [
            file(folder, on, REDIS_CONF, () => redisConf(deployment, writing, at), host),
            file(folder, on, SENTINEL_CONF, () => sentinelConf(deployment, writing, at), host),
          ];
        });
  if (deployment.clients.length === 0) return files;
  return deployment.architecture.firewall === 'nftables'
    ? [...files, file('redis', on, NFT_PATH, () => nftRules(deployment, writing))]
    : [...files, file('redis', on, 'firewall.sh', () => ufwRules(deployment, writing))];
}

function serverFiles(deployment: Deployment, writing: Writing, group: ServerGroup): ConfigFile[] {
  const { redis } = deployment;
  const { id, roles } = group;
  const files: ConfigFile[] = [];
  if (!sharesSettings(deployment) && roles.some(readsSettings))
    files.push(file(id, id, SETTINGS, () => settingsLocal(deployment, writing, roles)));
  const workers = roles.filter((role) => role !== 'web' && role !== 'redis');
  for (const role of workers) files.push(workerFile(deployment, writing, id, role));
  const first = roles.find((role) => needsConfigModule(deployment, role));
  if (first) {
    const home = redis.container ? './' : `${project(deployment)}/`;
    files.push(
      file(first, id, `${home}${CONFIG_MODULE}.py`, () => celeryConfig(deployment, writing)),
    );
  }
  if (redis.on === id && !redis.container) files.push(...redisFiles(deployment, writing));
  if (!redis.container || id !== 'redis')
    files.push(file(id, id, 'verify.sh', () => verification(deployment, writing, group)));
  return files;
}

/** Path of Pod's settings in its project folder. */
const SETTINGS = 'pod/custom/settings_local.py';

/** Whether one settings_local.py is for every server. */
function sharesSettings({ architecture }: Deployment): boolean {
  return architecture.shared && FIELDS.shared.applies(architecture);
}

/**
 * Every file of a deployment, server by server. Of servers that are alike there is one set, and a
 * server with several roles has one settings_local.py that serves them all.
 */
export function filesOf(deployment: Deployment, writing: Writing): ConfigFile[] {
  const files = deployment.servers.flatMap((group) => serverFiles(deployment, writing, group));
  if (!sharesSettings(deployment)) return files;
  const roles = new Set(deployment.servers.flatMap((group) => group.roles).filter(readsSettings));
  const write = () => settingsLocal(deployment, writing, [...roles]);
  return [file('all', 'all', SETTINGS, write), ...files];
}

/** A file's text as it is copied, downloaded and written. */
export function fileText({ lines }: ConfigFile): string {
  return codeText(lines);
}
