import {
  Code,
  comment,
  name,
  plain,
  string,
  type Line,
  type Token,
  type Writing,
} from '../code.ts';
import type { Deployment } from '../plan.ts';
import type { Role, ServerGroup, WorkerRole } from '../servers.ts';
import { databaseNumber, hostToken } from './connection.ts';
import { APPS, CONFIG_MODULE, needsConfigModule, program, project } from './worker.ts';

const isWorker = (role: Role): role is WorkerRole => role !== 'web' && role !== 'redis';

/** Python that writes, reads and drops a key in a cache, and prints whether that worked. */
const CACHES_CHECK = `from django.core.cache import caches
for alias in ("default", "select2"):
    caches[alias].set("redis-pod-check", "ok", 60)
    print(alias, caches[alias].get("redis-pod-check"))
    caches[alias].delete("redis-pod-check")`;

/** Python that saves and drops a session. */
const SESSION_CHECK = `from importlib import import_module
from django.conf import settings
session = import_module(settings.SESSION_ENGINE).SessionStore()
session["redis-pod-check"] = "ok"
session.save()
print("session", bool(session.exists(session.session_key)))
session.delete()`;

/** `python manage.py shell` with a script on its standard input. */
function djangoShell(code: Code, deployment: Deployment, script: string): void {
  code.line(program(deployment, 'python'), plain(' manage.py shell <<'), string("'PYTHON'"));
  for (const line of script.split('\n')) code.line(string(line));
  code.line(string('PYTHON'));
}

/** What redis-cli says of Redis and its queues, from a server that has these uses of it. */
function redisChecks(code: Code, deployment: Deployment, id: Role): void {
  const { redis } = deployment;
  const place =
    redis.socket === undefined
      ? [
          plain(' -h '),
          hostToken(deployment, redis.host, plain),
          plain(' -p '),
          plain(String(redis.port), { field: 'port' }),
        ]
      : [plain(' -s '), plain(redis.socket, { field: 'socket' })];
  const tls =
    redis.ca === undefined ? [] : [plain(' --tls --cacert '), plain(redis.ca, { field: 'ca' })];
  const user =
    redis.user === undefined ? [] : [plain(' --user '), plain(redis.user, { field: 'user' })];
  const redisCli = (...rest: Token[]) =>
    code.line(plain('redis-cli'), ...place, ...tls, ...user, ...rest);
  if (redis.placeholder) code.note('file.placeholder', { field: 'host' });
  if (redis.password)
    code
      .gap()
      .note('file.verify.password', { field: 'auth' })
      // Without IFS, blanks at the ends of the password stay.
      .line(
        plain('IFS= read -rsp '),
        string('"Redis: "', { field: 'auth' }),
        plain(' REDISCLI_AUTH'),
      )
      .line(plain('export REDISCLI_AUTH'));

  code.gap().note('file.verify.ping');
  redisCli(plain(' PING'));
  // The ACL user may not read the configuration.
  if (redis.on === id && redis.user === undefined) {
    code.note('file.verify.server');
    for (const key of ['bind', 'protected-mode', 'appendonly', 'maxmemory-policy'])
      redisCli(plain(` CONFIG GET ${key}`));
  }

  const queues = new Map(
    deployment.uses.flatMap(({ server, queue, database }) =>
      server === id && queue !== undefined ? [[queue, database] as const] : [],
    ),
  );
  if (queues.size > 0) code.gap().note('file.verify.queues');
  for (const [queue, database] of queues)
    redisCli(
      plain(' -n '),
      plain(String(databaseNumber(deployment, database)), { field: `db.${database}`, database }),
      plain(` LLEN ${queue}`, { database }),
    );
}

/** Whether Django reaches its caches and sessions, and Celery its workers. */
function podChecks(code: Code, deployment: Deployment, roles: readonly Role[]): void {
  const { container } = deployment.redis;
  const workers = roles.filter(isWorker);
  const django = roles.includes('web') || roles.includes('worker');
  if (!container && (django || workers.length > 0))
    code.gap().line(plain('cd '), plain(project(deployment), { field: 'project' }));
  if (django) {
    code.note('file.verify.caches');
    djangoShell(code, deployment, CACHES_CHECK);
  }
  if (roles.includes('web')) {
    code.note('file.verify.sessions', { database: 'sessions' });
    djangoShell(code, deployment, SESSION_CHECK);
  }
  if (workers.length > 0) code.gap().note('file.verify.workers');
  for (const role of workers)
    code.line(
      ...(needsConfigModule(deployment, role)
        ? [name('CELERY_CONFIG_MODULE'), plain(`=${CONFIG_MODULE} `)]
        : []),
      program(deployment, 'celery'),
      plain(` -A ${APPS[role]} inspect ping`, {
        server: role,
      }),
    );
}

/**
 * Commands that verify a server from that server: Redis answers, each database and queue is there,
 * Django's caches and sessions work, the workers answer. The password is asked for and stays in
 * the shell's memory. In containers Pod alone is asked: its image
 * need not have redis-cli.
 */
export function verification(
  deployment: Deployment,
  { say }: Writing,
  { id, roles }: ServerGroup,
): Line[] {
  const { container } = deployment.redis;
  const code = new Code(say, deployment.architecture.comments);
  code.line(comment('#!/usr/bin/env bash'));
  code.note(container ? 'file.verify.container' : 'file.verify.what', { server: id });
  if (!container) redisChecks(code, deployment, id);
  podChecks(code.gap(), deployment, roles);
  return code.done();
}
