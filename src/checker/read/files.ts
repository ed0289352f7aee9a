import type { Role, WorkerRole } from '../../pod/roles.ts';
import { connectionsOf, type Connection } from './connections.ts';
import { readPython, type Binding, type PythonFile } from './python.ts';
import { readRedisFile, type RedisFile } from './redisFile.ts';
import { isTrue, type Value } from './values.ts';
import { readDefaults, readScript, readUnit, startsWorker, type WorkerFile } from './workerFile.ts';
import { APPS, CONFIG_MODULE } from '../../pod/workers.ts';
import { FLAGS, OTHERS } from '../../pod/redisDirectives.ts';

/** What kinds of files there are, by who reads them. */
export type FileKind = 'settings' | 'module' | 'redis' | 'sentinel' | 'worker' | 'other';

/** A file as it was given. */
export interface GivenFile {
  /** The name that it is told apart by: a path, or what the reader calls it. */
  readonly name: string;
  readonly text: string;
  /** What the servers that have it do; not there where nobody said. */
  readonly roles?: readonly Role[];
  /** Several servers have this very file. */
  readonly several?: boolean;
  /** Who else can read it, where that is known. */
  readonly exposed?: 'everyone' | 'repository';
}

interface Common {
  readonly given: GivenFile;
}

/** A settings_local.py. */
export interface SettingsFile extends Common {
  readonly kind: 'settings';
  readonly python: PythonFile;
  readonly roles: ReadonlySet<Role>;
  /** Somebody said whose it is; otherwise it was told from what is in it. */
  readonly said: boolean;
  readonly connections: readonly Connection[];
}

/** A file, read. */
export type CheckedFile =
  | SettingsFile
  | (Common & { readonly kind: 'module'; readonly python: PythonFile })
  | (Common & { readonly kind: 'redis'; readonly redis: RedisFile })
  | (Common & { readonly kind: 'sentinel'; readonly redis: RedisFile })
  | (Common & {
      readonly kind: 'worker';
      readonly worker: WorkerFile;
      readonly role?: WorkerRole;
      readonly form: 'init' | 'systemd' | 'script';
    })
  | (Common & { readonly kind: 'other' });

/** The last part of a path. */
function baseOf(name: string): string {
  return name.slice(Math.max(name.lastIndexOf('/'), name.lastIndexOf('\\')) + 1).toLowerCase();
}

/** Tells what a file is from its name, or else from what is in it. */
export function kindOf({ name, text }: Pick<GivenFile, 'name' | 'text'>): {
  kind: FileKind;
  form?: 'init' | 'systemd' | 'script';
} {
  const base = baseOf(name);
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
  if (/\.(nft|nftables)$/.test(base) || /^[ \t]*table[ \t]+inet\s/m.test(text))
    return { kind: 'other' };
  if (/\.acl$/.test(base)) return { kind: 'redis' };
  if (/sentinel.*\.conf/.test(base) || /^[ \t]*sentinel[ \t]+monitor\s/im.test(text))
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

/** Whether more lines begin with a directive of Redis than give a value to a name. */
function readsAsRedis(text: string): boolean {
  let directives = 0;
  let assignments = 0;
  for (const [, name = '', sign = ''] of text.matchAll(/^[ \t]*([A-Za-z_][\w-]*)[ \t]*(.?)/gm))
    if (sign === '=' || sign === '[') assignments += 1;
    else if (FLAGS.has(name.toLowerCase()) || OTHERS.has(name.toLowerCase())) directives += 1;
  return directives > assignments;
}

/** The name that a file of some text most likely has. */
export function likelyName(text: string): string {
  const { kind, form } = kindOf({ name: '', text });
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
    other: 'verify.sh',
  };
  return names[kind] ?? 'settings_local.py';
}

const ROLE_FOLDERS: Readonly<Record<string, Role>> = {
  web: 'web',
  worker: 'worker',
  encoding: 'encoding',
  transcription: 'transcription',
  xapi: 'xapi',
};

/** The role that the generator's own folders say. */
export function roleOfFolder(name: string): Role | undefined {
  const folder = name.split('/').at(-2) ?? '';
  return Object.hasOwn(ROLE_FOLDERS, folder) ? ROLE_FOLDERS[folder] : undefined;
}

/** What the servers of a settings file do, as far as the file shows it. */
function rolesIn(value: (name: string) => Value | undefined): Role[] {
  const has = (name: string) => value(name) !== undefined;
  const roles: Role[] = [];
  if (['SESSION_REDIS', 'SESSION_ENGINE', 'USE_REMOTE_ENCODING_TRANSCODING', 'USE_XAPI'].some(has))
    roles.push('web');
  if (isTrue(value('CELERY_TO_ENCODE')) && roles.length === 0) roles.push('worker');
  if (roles.length === 0 && has('CACHES')) roles.push('web');
  if (roles.length === 0 && has('ENCODING_TRANSCODING_CELERY_BROKER_URL')) roles.push('encoding');
  if (roles.length === 0 && has('XAPI_CELERY_BROKER_URL')) roles.push('xapi');
  return roles.length === 0 ? ['web'] : roles;
}

/** Reads a file, whatever it is. Never throws. */
export function readFile(given: GivenFile): CheckedFile {
  const { kind, form } = kindOf(given);
  switch (kind) {
    case 'settings': {
      const python = readPython(given.text);
      const value = (name: string) => python.bindings.get(name)?.value;
      const folder = roleOfFolder(given.name);
      const roles = given.roles ?? (folder && [folder]);
      return {
        kind,
        given,
        python,
        roles: new Set(roles ?? rolesIn(value)),
        said: roles !== undefined,
        connections: connectionsOf(python),
      };
    }
    case 'module':
      return { kind, given, python: readPython(given.text) };
    case 'redis':
    case 'sentinel':
      return { kind, given, redis: readRedisFile(given.text) };
    case 'worker': {
      const worker =
        form === 'systemd'
          ? readUnit(given.text)
          : form === 'script'
            ? readScript(given.text)
            : readDefaults(given.text);
      const role = (Object.keys(APPS) as WorkerRole[]).find(
        (each) => APPS[each] === worker.app?.text,
      );
      return { kind, given, worker, form: form ?? 'init', ...(role && { role }) };
    }
    default:
      return { kind: 'other', given };
  }
}

/** What a settings file gives a name. */
export function binding({ python }: SettingsFile, name: string): Binding | undefined {
  return python.bindings.get(name);
}
