import { DEFAULTS } from '../../model/architecture.ts';
import { lineText } from '../../emit/code.ts';
import type { DatabaseRole } from '../../pod/databases.ts';
import { redisUrl, type Client } from '../../emit/connection.ts';
import { settingsLocal } from '../../emit/settings.ts';
import { plan, type Deployment } from '../../model/deployment.ts';
import type { SettingsFile } from '../read/files.ts';
import { understand } from '../understood.ts';

const silent = () => '';

/** The deployment that a settings file is for, with its password; `undefined` where it says no address. */
function deploymentOf(
  file: SettingsFile,
): { deployment: Deployment; password: string } | undefined {
  const { architecture, password } = understand([file]);
  const { host, sentinels, socket, redis, auth } = architecture;
  if (!host && !sentinels && !socket && redis !== 'docker') return undefined;
  // A placeholder would be no repair.
  if (auth !== undefined && auth !== 'none' && password === '') return undefined;
  const deployment = plan({
    ...DEFAULTS,
    ...architecture,
    redis: redis ?? 'dedicated',
    comments: false,
  });
  return { deployment, password };
}

/** The URL that leads a client to a database, as Python source, by the address that the file's others have. */
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

/** The lines of a setting as the generator writes them for the address that the file's others have. */
export function settingLike(file: SettingsFile, name: string): string[] | undefined {
  const found = deploymentOf(file);
  if (!found) return undefined;
  const lines = settingsLocal(found.deployment, { say: silent, password: found.password }, [
    'web',
    'worker',
  ]).map(lineText);
  const start = lines.findIndex((line) => line.startsWith(`${name} = `));
  if (start < 0) return undefined;
  const end = lines.findIndex(
    (line, at) => at >= start && (line === '}' || (at === start && !line.endsWith('{'))),
  );
  return lines.slice(start, end + 1);
}
