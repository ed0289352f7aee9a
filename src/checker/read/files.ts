import { USERS_NAME } from '../../emit/users.ts';
import { FLAGS, OTHERS } from '../../pod/redisDirectives.ts';
import type { Role, WorkerRole } from '../../pod/roles.ts';
import { RUNNER_UNIT } from '../../pod/runner.ts';
import { APPS, CONFIG_MODULE } from '../../pod/workers.ts';
import { clientConnections, type ClientConnection } from './clientConnections.ts';
import { cronFormOf, readCron, type CronFile, type CronForm } from './cronFile.ts';
import { hasPackages, readPackages, type Packages } from './packagesFile.ts';
import { readPython, type PythonFile } from './python/file.ts';
import type { Binding } from './python/scope.ts';
import { readRedisFile, type RedisFile } from './redisFile.ts';
import { isTruthy, type Value } from './values.ts';
import { readDefaults, readScript, readUnit, startsWorker, type WorkerFile } from './workerFile.ts';

/** The program that a worker file is for. */
type WorkerForm = 'init' | 'systemd' | 'script';

/** A file to be checked. */
export interface InputFile {
  /** The path of the file, or any name that no other file has. */
  readonly name: string;
  readonly text: string;
  /** The roles of the servers that have the file; left out where they are not known. */
  readonly roles?: readonly Role[];
  /** More than one server has this file. */
  readonly several?: boolean;
  /** The other people that can read the file; left out where that is not known. */
  readonly exposed?: 'everyone' | 'repository';
}

interface Common {
  readonly input: InputFile;
}

/** A settings_local.py. */
export interface SettingsFile extends Common {
  readonly kind: 'settings';
  readonly python: PythonFile;
  readonly roles: ReadonlySet<Role>;
  /** The roles come from the input or the folder; otherwise they are guessed from the settings. */
  readonly rolesKnown: boolean;
  readonly connections: readonly ClientConnection[];
}

/** The module that CELERY_CONFIG_MODULE names. */
interface ModuleFile extends Common {
  readonly kind: 'module';
  readonly python: PythonFile;
}

/** A file that was read, by its kind. */
export type CheckedFile =
  | SettingsFile
  | ModuleFile
  | (Common & { readonly kind: 'redis'; readonly redis: RedisFile })
  | (Common & { readonly kind: 'sentinel'; readonly redis: RedisFile })
  | (Common & {
      readonly kind: 'worker';
      readonly worker: WorkerFile;
      /** Left out where the app is not one of Pod's. */
      readonly role?: WorkerRole;
      readonly form: WorkerForm;
    })
  | (Common & { readonly kind: 'cron'; readonly cron: CronFile; readonly form: CronForm })
  | (Common & { readonly kind: 'packages'; readonly packages: Packages })
  | (Common & { readonly kind: 'other' });

/** A file's kind, by the software that reads it. */
export type FileKind = CheckedFile['kind'];

/** A file of one kind. */
export type FileOf<K extends FileKind> = Extract<CheckedFile, { kind: K }>;

/** A file in Python. */
export type AnyPythonFile = SettingsFile | ModuleFile;

/** The file name of a path, in lower case. */
function baseOf(name: string): string {
  return name.slice(Math.max(name.lastIndexOf('/'), name.lastIndexOf('\\')) + 1).toLowerCase();
}

/** Whether a name is that of a file of cron. */
function isCrontab(name: string): boolean {
  return /(?:^|[\\/])(?:crontab(?:\.txt)?|cron\.d[\\/][^\\/]+)$/i.test(name);
}

/** The kind of a file, by its name or else by its text. */
export function kindOf({ name, text }: Pick<InputFile, 'name' | 'text'>): {
  kind: FileKind;
  form?: WorkerForm | CronForm;
} {
  const base = baseOf(name);
  const cron = cronFormOf(base, text);
  if (cron) return { kind: 'cron', form: cron };
  if (isCrontab(name)) return { kind: 'other' };
  if (hasPackages(base, text)) return { kind: 'packages' };
  if (/\.service(\.txt)?$/.test(base) || /^[ \t]*ExecStart[ \t]*=/m.test(text))
    return { kind: 'worker', form: 'systemd' };
  if (/\.sh$/.test(base))
    return text.split('\n').some(startsWorker)
      ? { kind: 'worker', form: 'script' }
      : { kind: 'other' };
  if (
    /^[ \t]*(export[ \t]+)?(CELERYD_OPTS|CELERY_APP|CELERYD_NODES)=/m.test(text) ||
    /^(celeryd|pod-\w+)$/.test(base)
  )
    return { kind: 'worker', form: 'init' };
  if (
    base === USERS_NAME ||
    /\.(nft|nftables)$/.test(base) ||
    /^[ \t]*table[ \t]+inet\s/m.test(text)
  )
    return { kind: 'other' };
  if (/\.acl$/.test(base)) return { kind: 'redis' };
  const sentinel = base.indexOf('sentinel');
  if (
    (sentinel >= 0 && base.includes('.conf', sentinel)) ||
    /^[ \t]*sentinel[ \t]+monitor\s/im.test(text)
  )
    return { kind: 'sentinel' };
  const python = /\.py$/.test(base);
  const module =
    /^[ \t]*(broker_transport_options|task_acks_late|worker_prefetch_multiplier)[ \t]*=/m.test(
      text,
    );
  if (python) return { kind: module ? 'module' : 'settings' };
  if (/\.conf$/.test(base) || readsAsRedis(text)) return { kind: 'redis' };
  return { kind: module ? 'module' : 'settings' };
}

/** Whether more lines begin with a directive of Redis than with an assignment. */
function readsAsRedis(text: string): boolean {
  let directives = 0;
  let assignments = 0;
  for (const [, name = '', next = ''] of text.matchAll(/^[ \t]*([A-Za-z_][\w-]*)[ \t]*(.?)/gm))
    if (next === '=' || next === '[') assignments += 1;
    else if (FLAGS.has(name.toLowerCase()) || OTHERS.has(name.toLowerCase())) directives += 1;
  return directives > assignments;
}

/** The generator's names for the files of the cron job. */
const LIKELY_CRON_NAMES: Readonly<Record<CronForm, string>> = {
  systemd: `${RUNNER_UNIT}.service`,
  timer: `${RUNNER_UNIT}.timer`,
  crontab: `/etc/cron.d/${RUNNER_UNIT}`,
  script: 'start-cron.sh',
};

/** The usual name of the file that a text is from. */
export function likelyName(text: string): string {
  const { kind, form } = kindOf({ name: '', text });
  if (kind === 'cron') return LIKELY_CRON_NAMES[cronFormOf('', text) ?? 'crontab'];
  if (kind === 'worker')
    return form === 'systemd'
      ? 'pod-worker.service'
      : form === 'script'
        ? 'start-worker.sh'
        : '/etc/default/celeryd';
  const names: Partial<Record<FileKind, string>> = {
    redis: 'redis.conf',
    sentinel: 'sentinel.conf',
    module: `${CONFIG_MODULE}.py`,
    packages: 'requirements.txt',
    other: 'verify.sh',
  };
  return names[kind] ?? 'settings_local.py';
}

const ROLE_FOLDERS: Readonly<Record<string, Role>> = {
  web: 'web',
  cron: 'cron',
  worker: 'worker',
  encoding: 'encoding',
  transcription: 'transcription',
  xapi: 'xapi',
};

/** The role that the folder of a generated file is named after; `undefined` for other folders. */
export function roleOfFolder(name: string): Role | undefined {
  const folder = name.split('/').at(-2) ?? '';
  return Object.hasOwn(ROLE_FOLDERS, folder) ? ROLE_FOLDERS[folder] : undefined;
}

/** The roles that a settings file is probably for, by the settings that it has. */
function rolesIn(value: (name: string) => Value | undefined): Role[] {
  const has = (name: string) => value(name) !== undefined;
  const roles: Role[] = [];
  if (['SESSION_REDIS', 'SESSION_ENGINE', 'USE_REMOTE_ENCODING_TRANSCODING', 'USE_XAPI'].some(has))
    roles.push('web');
  if (isTruthy(value('CELERY_TO_ENCODE')) && roles.length === 0) roles.push('worker');
  if (roles.length === 0 && has('CACHES')) roles.push('web');
  if (roles.length === 0 && has('ENCODING_TRANSCODING_CELERY_BROKER_URL')) roles.push('encoding');
  if (roles.length === 0 && has('XAPI_CELERY_BROKER_URL')) roles.push('xapi');
  return roles.length === 0 ? ['web'] : roles;
}

/** Reads a file of any kind. Never throws. */
export function readFile(input: InputFile): CheckedFile {
  const { kind, form } = kindOf(input);
  switch (kind) {
    case 'settings': {
      const python = readPython(input.text);
      const value = (name: string) => python.bindings.get(name)?.value;
      const folder = roleOfFolder(input.name);
      const known = input.roles ?? (folder && [folder]);
      // The cron job runs on one of the web servers.
      const roles = known?.includes('cron') === true ? [...known, 'web' as const] : known;
      return {
        kind,
        input,
        python,
        roles: new Set(roles ?? rolesIn(value)),
        rolesKnown: roles !== undefined,
        connections: clientConnections(python),
      };
    }
    case 'packages':
      return { kind, input, packages: readPackages(input.text) };
    case 'module':
      return { kind, input, python: readPython(input.text) };
    case 'redis':
    case 'sentinel':
      return { kind, input, redis: readRedisFile(input.text) };
    case 'cron': {
      const cronForm = cronFormOf(baseOf(input.name), input.text) ?? 'crontab';
      return { kind, input, cron: readCron(cronForm, input.text), form: cronForm };
    }
    case 'worker': {
      const workerForm = form === 'systemd' || form === 'script' ? form : 'init';
      const worker =
        form === 'systemd'
          ? readUnit(input.text)
          : form === 'script'
            ? readScript(input.text)
            : readDefaults(input.text);
      const role = (Object.keys(APPS) as WorkerRole[]).find(
        (each) => APPS[each] === worker.app?.text,
      );
      return { kind, input, worker, form: workerForm, ...(role && { role }) };
    }
    default:
      return { kind: 'other', input };
  }
}

/** Whether a switch of a Python file is known to be on. */
export function isOn(file: AnyPythonFile, name: string): boolean {
  return isTruthy(binding(file, name)?.value);
}

/** Whether settings have Esup-Runner encode, which comes before every other way (encode.py:63, Pod 4.2.0). */
export function handsToRunner(file: SettingsFile): boolean {
  return isOn(file, 'USE_RUNNER_MANAGER');
}

/** Whether a switch of a Python file is known to be off: `False`, or nowhere in the file. */
export function isOff(file: AnyPythonFile, name: string): boolean {
  const value = binding(file, name)?.value;
  return value ? value.kind === 'flag' && !value.flag : !file.python.incomplete;
}

/** The last value that a Python file gives a name, with its statement. */
export function binding({ python }: AnyPythonFile, name: string): Binding | undefined {
  return python.bindings.get(name);
}
