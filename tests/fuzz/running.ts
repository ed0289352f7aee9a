import { deepStrictEqual } from 'node:assert/strict';
import { copyFile, mkdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { addressKind, urlHost } from '../../src/model/address.ts';
import type { Architecture } from '../../src/model/architecture.ts';
import { PASSWORD_PLACEHOLDER } from '../../src/emit/code.ts';
import { TLS_FOLDER } from '../../src/emit/redis.ts';
import { fileText } from '../../src/emit/files.ts';
import { plan, type ConnectionSetting, type Deployment } from '../../src/model/deployment.ts';
import { sentinelsOf } from '../../src/model/servers.ts';
import { emitted, textAt } from '../emit/emitted.ts';
import { rolesOf, type AskPython } from './targets.ts';
import { freePort, temporaryFolder, type Finally } from '../software-run/processes.ts';
import { ask, startRedis, startSentinel, type Door } from '../software-run/redis.ts';
import type { Case } from './cases.ts';

/**
 * Loads settings_local.py of each folder as Django does, then writes through all that it sets: a
 * key in each cache, a session, a message to each queue. Prints the sessions' keys by folder.
 */
const WRITE = `
import importlib, json, os, sys
import django
from django.conf import settings

if not settings.configured:
    settings.configure(SECRET_KEY="secret")
    django.setup()

from django.core.cache import caches
from django.test import override_settings
from django_redis.pool import ConnectionFactory
from kombu import Connection

def assigned(source):
    names = {}
    exec(source, names)
    return names

def write_session(folder):
    for name in ("redis_sessions.settings", "redis_sessions.session"):
        importlib.reload(importlib.import_module(name))
    store = sys.modules["redis_sessions.session"].SessionStore()
    store["folder"] = folder
    store.save()
    if sys.modules["redis_sessions.session"].SessionStore(store.session_key).load() != {"folder": folder}:
        raise ValueError("the session is lost")
    store.server.connection_pool.disconnect()
    return store.session_key

def write(folder, source, module, queues):
    os.environ.pop("CELERY_CONFIG_MODULE", None)
    local = assigned(source)
    session = None
    chosen = {name: value for name, value in local.items() if name.isupper()}
    with override_settings(**chosen):
        for alias in local.get("CACHES", {}):
            caches[alias].set(folder, alias)
            if caches[alias].get(folder) != alias:
                raise ValueError(f"{alias} is not kept")
        for pool in ConnectionFactory._pools.values():
            pool.disconnect()
        ConnectionFactory._pools.clear()
        if "SESSION_REDIS" in local:
            session = write_session(folder)
    # The units of the workers name the module; a web server's settings do, or nothing does.
    is_worker = "CACHES" not in local
    named = is_worker or "CELERY_CONFIG_MODULE" in os.environ
    for setting, queue in queues:
        if setting == "CELERY_BROKER_URL":
            options = local["CELERY_BROKER_TRANSPORT_OPTIONS"]
        else:
            options = assigned(module).get("broker_transport_options", {}) if named else {}
        with Connection(local[setting], transport_options=options) as connection:
            connection.SimpleQueue(queue).put({"folder": folder})
    return session

json.dump({asked["folder"]: write(**asked) for asked in json.load(sys.stdin.buffer)}, sys.stdout)
`;

/** Certificates for this machine, made once; see `makeCertificates`. */
type Certificates = string;

/** An address of this machine of the kind that an address is. */
function here(host: string): string {
  const kind = addressKind(host);
  return kind === 'ipv6' ? '::1' : kind === 'ipv4' ? '127.0.0.1' : 'localhost';
}

/** The same architecture with this machine for each of its servers. */
async function onThisMachine(
  { architecture }: Case,
  certificates: Certificates,
  atEnd: Finally,
): Promise<Architecture> {
  const folder = temporaryFolder(atEnd);
  const ca = join(folder, 'authority', basename(architecture.ca));
  await mkdir(join(folder, 'authority'));
  await copyFile(join(certificates, 'ca.crt'), ca);
  const { redis, host, socket } = architecture;
  const sentinelPort = await freePort();
  const sentinels = sentinelsOf(architecture).map(({ host: theirs }, at) =>
    // One of them is started; nobody answers at the others.
    at === 0 ? (here(theirs) === '::1' ? '::1' : '127.0.0.1') : `127.0.0.${at + 1}`,
  );
  const alone = !plan(architecture).redis.placeholder && redis !== 'docker';
  return {
    ...architecture,
    ca,
    port: await freePort(),
    socket: socket && join(folder, basename(socket)),
    host: host === '' && alone ? '' : redis === 'docker' ? '127.0.0.1' : here(host),
    sentinels: sentinels.map((each) => `${urlHost(each)}:${sentinelPort}`).join(),
  };
}

/** The way to Redis, for its own client. */
function doorOf({ redis }: Deployment, secret: string): Door {
  const { host, port, socket, user, ca, password } = redis;
  return {
    host,
    port,
    ...(socket !== undefined && { socket }),
    ...(user !== undefined && { user }),
    ...(ca !== undefined && { ca }),
    ...(password && { password: secret }),
  };
}

/** The queues that the servers with a file of settings publish to or consume, by the setting. */
function queuesOf(deployment: Deployment, folder: string): [ConnectionSetting, string][] {
  const roles = rolesOf(deployment, folder);
  const found = new Map<string, [ConnectionSetting, string]>();
  for (const { role, setting, queue } of deployment.uses)
    if (roles.has(role) && queue !== undefined) found.set(queue, [setting, queue]);
  return [...found.values()];
}

/** The content of Redis: the keys of each database that has any, and the length of each queue. */
type Content = Record<number, Record<string, number | 'key'>>;

async function contentOf(door: Door, queues: ReadonlySet<string>): Promise<Content> {
  const found: Content = {};
  for (const line of await ask(door, 'INFO', 'keyspace')) {
    const [, database] = /^db(\d+):/.exec(line) ?? [];
    if (database === undefined) continue;
    const keys: Record<string, number | 'key'> = {};
    for (const key of await ask(door, '-n', database, '--scan'))
      keys[key] = queues.has(key)
        ? Number((await ask(door, '-n', database, 'LLEN', key))[0])
        : 'key';
    found[Number(database)] = keys;
  }
  return found;
}

/** The expected content once all servers have written. */
function expectedContent(
  deployment: Deployment,
  folders: readonly string[],
  sessions: Readonly<Record<string, string | null>>,
): Content {
  const content: Content = {};
  const { architecture, prefixes } = deployment;
  const put = (database: number, key: string) => {
    (content[database] ??= {})[key] = 'key';
  };
  for (const folder of folders) {
    const roles = rolesOf(deployment, folder);
    const uses = deployment.uses.filter(({ role }) => roles.has(role));
    if (uses.some(({ setting }) => setting === 'CACHES["default"]'))
      for (const cache of ['default', 'select2'] as const)
        put(architecture[`db.${cache}`], `${prefixes[cache]}:1:${folder}`);
    if (uses.some(({ database }) => database === 'sessions'))
      put(architecture['db.sessions'], `${prefixes.sessions}:${sessions[folder]}`);
    for (const [setting, queue] of queuesOf(deployment, folder)) {
      const number = architecture[setting === 'XAPI_CELERY_BROKER_URL' ? 'db.xapi' : 'db.encoding'];
      put(number, `_kombu.binding.${queue}`);
      const keys = content[number] ?? {};
      keys[queue] = (typeof keys[queue] === 'number' ? keys[queue] : 0) + 1;
    }
  }
  return content;
}

/**
 * Starts Redis on this machine as the files of a case say and has every server's settings write to
 * it, then looks in which database everything is. Throws when it is not as the deployment has it.
 */
export async function runOnRedis(
  each: Case,
  certificates: Certificates,
  askPython: AskPython,
  atEnd: Finally,
): Promise<void> {
  const architecture = await onThisMachine(each, certificates, atEnd);
  const deployment = plan(architecture);
  const { redis } = deployment;
  const files = emitted(architecture, { password: each.password });
  const secret = each.password === '' ? PASSWORD_PLACEHOLDER : each.password;
  const folder = redis.sentinel === undefined ? 'redis' : 'redis-1';
  const conf = redis.container
    ? `bind 127.0.0.1\nport ${redis.port}\n`
    : textAt(files, `${folder}/redis.conf`).replaceAll(TLS_FOLDER, certificates);
  await startRedis(conf, atEnd);
  if (redis.sentinel !== undefined)
    await startSentinel(textAt(files, `${folder}/sentinel.conf`), atEnd);

  const module = files.find(({ kind }) => kind === 'celery-module');
  const settings = files.filter(({ kind }) => kind === 'settings');
  const folders = settings.map((file) => file.folder);
  const sessions = (await askPython(
    WRITE,
    settings.map((file) => ({
      folder: file.folder,
      source: fileText(file),
      module: module === undefined ? '' : fileText(module),
      queues: queuesOf(deployment, file.folder),
    })),
  )) as Record<string, string | null>;

  const queues = new Set(folders.flatMap((name) => queuesOf(deployment, name).map(([, q]) => q)));
  deepStrictEqual(
    await contentOf(doorOf(deployment, secret), queues),
    expectedContent(deployment, folders, sessions),
  );
}
