import { CONFIG_MODULE } from '../../pod/workers.ts';
import { giveTo } from '../account.ts';
import { lineText, plain, string, type Source } from '../code.ts';
import { shellString } from '../escape.ts';
import {
  POD_CONF,
  REDIS_FOLDER,
  REDIS_CONF_PATH,
  secretMode,
  secretOwner,
  type SecretKind,
  SENTINEL_CONF_PATH,
  SETTINGS_PATH,
} from '../secrets.ts';
import { shell } from '../shell.ts';
import { needsConfigModule } from '../worker.ts';
import type { ShellScript } from './script.ts';

/** The files of a server that may have a password: their kinds, and their names below a folder. */
function filesOf({ deployment, group }: ShellScript) {
  const { paths, redis } = deployment;
  const folder = paths.project;
  const files: { kind: SecretKind; folder: string; name: string }[] = [];
  if (group.id !== 'redis') files.push({ kind: 'settings', folder, name: SETTINGS_PATH });
  if (group.roles.some((role) => needsConfigModule(deployment, role)))
    files.push({ kind: 'celery-module', folder, name: `${CONFIG_MODULE}.py` });
  if (redis.on === group.id)
    for (const path of [
      REDIS_CONF_PATH,
      redis.sentinel === undefined ? POD_CONF : SENTINEL_CONF_PATH,
    ])
      files.push({
        kind: 'redis-conf',
        folder: REDIS_FOLDER,
        name: path.slice(REDIS_FOLDER.length + 1),
      });
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
  const linked = script.text('verify.secret.link', {}, source);
  script.addFunction(
    'secret',
    shell`local path="$1/$2" text=$4 real`,
    shell`said=$(stat -Lc '%U %G %a' "$path" 2>/dev/null)`,
    shell`case $said in`,
    // Its owner may read and write, the owner's group may read; a file that is not there has no secret.
    shell`  '' | "$3 $3 "[0246][04]0 | "$3 "*" "[0246]00) ;;`,
    shell`  *)`,
    // The account may have put the link there, so that a command of root's changes another file.
    shell`    real=$(realpath "$path")`,
    shell`    [ "$real" = "$(realpath "$1")/$2" ] || printf -v text ${linked} "$real" "$3"`,
    shell`    bad "$text" "$said" ;;`,
    shell`esac`,
  );
  for (const { kind, folder, name } of filesOf(script)) {
    const owner = secretOwner(deployment, kind);
    if (owner === undefined) continue;
    const path = `${folder}/${name}`;
    const mode = secretMode(deployment, kind);
    const command = giveTo(owner, path, mode).map(lineText).join(' && ');
    const remedy = script.text('verify.secret', { path, owner, mode, command }, source);
    const words = [folder, name].map(shellString).join(' ');
    script.add(shell`secret ${string(words)} ${plain(owner)} ${remedy}`);
  }
}
