import { lineText } from '../../emit/code.ts';
import { redisUrl, type Client } from '../../emit/connection.ts';
import { emitSettings } from '../../emit/settings.ts';
import type { Deployment } from '../../model/deployment.ts';
import type { DatabaseRole } from '../../pod/databases.ts';
import type { SettingsFile } from '../read/files.ts';
import { planUnderstood, understand } from '../understood.ts';

const silent = () => '';

/**
 * The deployment that a settings file belongs to, with its password; `undefined` where the file has
 * no address of Redis, or lacks the password.
 */
function deploymentOf(
  file: SettingsFile,
): { deployment: Deployment; password: string } | undefined {
  const understood = understand([file]);
  const { architecture, password } = understood;
  const { host, sentinels, socket, redis, auth } = architecture;
  if (!host && !sentinels && !socket && redis !== 'docker') return undefined;
  // A placeholder would be no repair.
  if (auth !== undefined && auth !== 'none' && password === '') return undefined;
  return { deployment: planUnderstood(understood, { comments: false }), password };
}

/**
 * The URL of a database, as Python source, at the address of the file's other connections;
 * `undefined` where the file has none.
 */
export function urlLike(
  file: SettingsFile,
  role: DatabaseRole,
  client: Client,
): string | undefined {
  const found = deploymentOf(file);
  return (
    found &&
    lineText(redisUrl(found.deployment, role, { say: silent, password: found.password }, client))
  );
}

/**
 * The lines of a setting as the generator writes it, at the address of the file's other connections;
 * `undefined` where the file has none, or where the generator does not write the setting.
 */
export function settingLike(file: SettingsFile, name: string): string[] | undefined {
  const found = deploymentOf(file);
  if (!found) return undefined;
  const { deployment, password } = found;
  const statements = emitSettings(deployment, { say: silent, password }, ['web', 'worker']);
  return statements.find((statement) => statement.name === name)?.lines.map(lineText);
}
