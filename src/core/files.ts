import { FIELDS } from './architecture.ts';
import { codeText, type Line, type Writing } from './code.ts';
import { redisConf } from './emit/redis.ts';
import { settingsLocal } from './emit/settings.ts';
import { verification } from './emit/verify.ts';
import {
  celeryConfig,
  celeryDefaults,
  CONFIG_MODULE,
  needsConfigModule,
  PROJECT,
  systemdUnit,
  workerCommand,
} from './emit/worker.ts';
import type { Deployment } from './plan.ts';
import type { Role, ServerGroup, WorkerRole } from './servers.ts';

/** One file of a server. */
export interface ConfigFile {
  /** The folder it is handed out in: a role, or `all` for the file every server has. */
  readonly folder: Role | 'all';
  /** The servers it is for. */
  readonly server: Role | 'all';
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

function file(folder: Folder, server: Folder, path: string, lines: readonly Line[]): ConfigFile {
  return {
    folder,
    server,
    name: path.slice(path.lastIndexOf('/') + 1),
    path: path.includes('/') ? path : '',
    lines,
    placeholder: lines.some((line) => line.some((token) => token.placeholder)),
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
    return file(role, server, `start-${role}.sh`, workerCommand(deployment, writing, role));
  if (role === 'worker')
    return file(role, server, '/etc/default/celeryd', celeryDefaults(deployment, writing));
  const path = `/etc/systemd/system/pod-${role}.service`;
  return file(role, server, path, systemdUnit(deployment, writing, role));
}

function serverFiles(deployment: Deployment, writing: Writing, group: ServerGroup): ConfigFile[] {
  const { redis } = deployment;
  const { id, roles } = group;
  const files: ConfigFile[] = [];
  if (!sharesSettings(deployment) && roles.some(readsSettings))
    files.push(file(id, id, SETTINGS, settingsLocal(deployment, writing, roles)));
  const workers = roles.filter((role) => role !== 'web' && role !== 'redis');
  for (const role of workers) files.push(workerFile(deployment, writing, id, role));
  const first = workers.find(needsConfigModule);
  if (first) {
    const home = redis.container ? '' : `${PROJECT}/`;
    files.push(file(first, id, `${home}${CONFIG_MODULE}.py`, celeryConfig(deployment, writing)));
  }
  if (redis.on === id && !redis.container)
    files.push(file('redis', id, '/etc/redis/redis.conf', redisConf(deployment, writing)));
  if (!redis.container || id !== 'redis')
    files.push(file(id, id, 'verify.sh', verification(deployment, writing, group)));
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
  const lines = settingsLocal(deployment, writing, [...roles]);
  return [file('all', 'all', SETTINGS, lines), ...files];
}

/** A file's text as it is copied, downloaded and written. */
export function fileText({ lines }: ConfigFile): string {
  return codeText(lines);
}
