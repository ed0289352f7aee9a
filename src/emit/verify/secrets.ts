import { CONFIG_MODULE } from '../../pod/workers.ts';
import { plain, string, type Source } from '../code.ts';
import { shellString } from '../escape.ts';
import {
  POD_CONF,
  REDIS_CONF_PATH,
  SECRET_MODE,
  secretOwner,
  SENTINEL_CONF_PATH,
  SETTINGS_PATH,
} from '../secrets.ts';
import { shell } from '../shell.ts';
import { needsConfigModule } from '../worker.ts';
import type { ShellScript } from './script.ts';

/** The files of a server that may have a password: their kinds and paths. */
function filesOf({ deployment, group }: ShellScript) {
  const { paths, redis } = deployment;
  const files: { kind: Parameters<typeof secretOwner>[1]; path: string }[] = [];
  if (group.id !== 'redis')
    files.push({ kind: 'settings', path: `${paths.project}/${SETTINGS_PATH}` });
  if (group.roles.some((role) => needsConfigModule(deployment, role)))
    files.push({ kind: 'celery-module', path: `${paths.project}/${CONFIG_MODULE}.py` });
  if (redis.on === group.id) {
    const own = [REDIS_CONF_PATH, redis.sentinel === undefined ? POD_CONF : SENTINEL_CONF_PATH];
    files.push(...own.map((path) => ({ kind: 'redis-conf', path }) as const));
  }
  return files;
}

/**
 * The checks of the files with a password, as far as this account may see them: they belong to the program
 * that reads them, and others have no right.
 */
export function emitSecretChecks(script: ShellScript): void {
  const { deployment } = script;
  if (!deployment.redis.password) return;
  const source: Source = { field: 'auth' };
  script.code.gap().note('file.verify.secrets', source);
  script.addFunction(
    'secret',
    shell`said=$(stat -c '%U %G %a' "$1" 2>/dev/null)`,
    shell`case $said in`,
    // Its owner may read and write, the owner's group may read; a file that is not there has no secret.
    shell`  '' | "$2 $2 "[0246][04]0 | "$2 "*" "[0246]00) ;;`,
    shell`  *) bad "$3" "$said" ;;`,
    shell`esac`,
  );
  for (const { kind, path } of filesOf(script)) {
    const owner = secretOwner(deployment, kind);
    if (owner === undefined) continue;
    const command = `chown ${owner}:${owner} ${path} && chmod ${SECRET_MODE} ${path}`;
    const remedy = script.text(
      'verify.secret',
      { path, owner, mode: SECRET_MODE, command },
      source,
    );
    script.add(shell`secret ${string(shellString(path))} ${plain(owner)} ${remedy}`);
  }
}
