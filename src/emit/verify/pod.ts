import type { Deployment } from '../../model/deployment.ts';
import { runsDjango } from '../../model/servers.ts';
import type { Params, TextKey } from '../../model/say.ts';
import { isWorker, type WorkerRole } from '../../pod/roles.ts';
import { APPS, NODES, QUEUES, UNITS } from '../../pod/workers.ts';
import { plain, string, type Source } from '../code.ts';
import { shell } from '../shell.ts';
import { environmentField, program, workerVariables } from '../worker.ts';
import { emitEnvironmentChecks } from './environment.ts';
import { emitCronChecks, emitManagerVerdicts, handsToRunner, MANAGER_SCRIPT } from './runner.ts';
import { PRINT_LAST_LINE, SHORT, type ShellScript } from './script.ts';

/** The time that Pod may take to start, write and read, in seconds. */
const POD_TIMEOUT = '60';

/** The time after which a program's output is read no more: a program that it left running may keep it open. */
const READ_TIMEOUT = 90;

/** The time that a worker has to answer, in seconds; it answers while it runs a task. */
const WORKER_TIMEOUT = '5';

/**
 * A Python script that sets, reads and deletes a key in each cache by its alias, then a session where there are
 * any, and prints each result. It has no functions: those of a script that `manage.py shell` reads
 * from its input do not see the script's imports.
 */
function djangoScript(sessions: boolean, aliases: readonly string[]): string[] {
  const print = (subject: string, result: string) =>
    `print("redis-pod", ${subject}, ${result}, flush=True)`;
  const attempt = (subject: string, lines: readonly string[]) => [
    'try:',
    ...lines.map((line) => `    ${line}`),
    'except Exception as error:',
    `    ${print(subject, '" ".join(f"{type(error).__name__}: {error}".split())')}`,
  ];
  const cache = attempt('alias', [
    // It raises the error that the cache may have been told to ignore.
    'get_redis_connection(alias).ping()',
    'caches[alias].set("redis-pod-check", "ok", 60)',
    print('alias', 'caches[alias].get("redis-pod-check")'),
    'caches[alias].delete("redis-pod-check")',
  ]);
  const session = attempt('"session"', [
    'session = import_module(settings.SESSION_ENGINE).SessionStore()',
    'session["redis-pod-check"] = "ok"',
    'session.save()',
    print('"session"', '"ok" if session.exists(session.session_key) else "lost"'),
    'session.delete()',
  ]);
  return [
    ...(sessions ? ['from importlib import import_module'] : []),
    ...(sessions ? ['from django.conf import settings'] : []),
    'from django.core.cache import caches',
    'from django_redis import get_redis_connection',
    `for alias in (${aliases.map((alias) => `"${alias}"`).join(', ')}):`,
    ...cache.map((line) => `    ${line}`),
    ...(sessions ? session : []),
  ];
}

/** The checks that Pod's virtual environment and project are there; the script goes to the project. */
function emitFolderChecks(script: ShellScript, command: 'python' | 'celery'): void {
  const { deployment } = script;
  const { project } = deployment.paths;
  const field = environmentField(deployment, script.group.id);
  const source: Source = { field: 'project' };
  script.add(
    shell`[ -x ${program(deployment, script.group.id, command)} ] || stop ${script.text('verify.venv', { path: deployment.paths[field] }, { field })}`,
    shell`{ cd ${plain(project, source)} 2>/dev/null && [ -f manage.py ]; } || stop ${script.text('verify.project', { path: project }, source)}`,
  );
}

/**
 * The function `as_pod`, which runs a program of Pod's under Pod's account and prints the beginning of its output.
 * Root must not run what this account may change, and would leave files that it cannot write to. The program has
 * no access to root's terminal, where it could read what root types, or type itself (TIOCSTI): its input and output are
 * redirected, and its session is new before its account is Pod's (ptrace). A process that it leaves running cannot hold
 * the script up, since `head` has a timeout.
 */
function emitAccountFunction(script: ShellScript): void {
  const { account, redis } = script.deployment;
  const source: Source = { field: 'account' };
  const read = shell`timeout ${plain(String(READ_TIMEOUT))} ${SHORT}`;
  if (redis.container) {
    script.add(shell`as_pod() { "$@" 2>&1 | ${read}; }`);
    return;
  }
  script.code.note('file.verify.asPod', source, { account });
  script.add(
    shell`as_pod() { "$@" 2>&1 | ${read}; }`,
    shell`if [ "$EUID" -eq 0 ]; then`,
    shell`  id -u ${plain(account, source)} >/dev/null 2>&1 || stop ${script.text('verify.account', { account }, source)}`,
    shell`  as_pod() { timeout -k 5 ${plain(String(READ_TIMEOUT))} setsid -w runuser -u ${plain(account, source)} -- "$@" 2>&1 | ${read}; }`,
    shell`fi`,
  );
}

/** The checks of Django's caches and sessions. */
function emitDjangoChecks(script: ShellScript): void {
  const sessions = script.group.roles.includes('web');
  const inCache = sessions && script.deployment.sessions !== 'redis';
  const aliases = ['default', 'select2', ...(inCache ? ['sessions'] : [])];
  const result = (subject: string, good: TextKey, bad: TextKey, params?: Params) =>
    shell`    result ${plain(subject)} ${script.text(good, params)} ${script.text(bad, params)}`;
  const cache = (alias: string) =>
    result(alias, 'verify.cache.good', 'verify.cache.bad', { alias });
  script.code.note(sessions ? 'file.verify.sessions' : 'file.verify.caches');
  script.add(
    shell`django() {`,
    shell`  PYTHONIOENCODING=utf-8 as_pod timeout ${plain(POD_TIMEOUT)} ${program(script.deployment, script.group.id, 'python')} manage.py shell <<${string("'PYTHON'")}`,
    ...djangoScript(sessions, aliases).map((line) => [string(line)]),
    ...(handsToRunner(script) ? MANAGER_SCRIPT.map((line) => [string(line)]) : []),
    [string('PYTHON')],
    shell`}`,
  );
  script.addFunction(
    'result',
    shell`case $said in`,
    shell`  *"redis-pod $1 ok"*) good "$2" ;;`,
    shell`  *)`,
    shell`    bad "$3"`,
    shell`    sed -n "s/^redis-pod $1 /  /p" <<<"$said" | clean ;;`,
    shell`esac`,
  );
  script.add(
    shell`said=$(django)`,
    shell`case $said in`,
    shell`  *'redis-pod default '*)`,
    ...aliases.map(cache),
    ...(sessions
      ? [
          result(
            'session',
            'verify.session.good',
            inCache ? 'verify.session.cache' : 'verify.session.bad',
          ),
        ]
      : []),
    shell`    ;;`,
    shell`  *)`,
    shell`    bad ${script.text('verify.pod')}`,
    shell`    ${PRINT_LAST_LINE}`,
    // Everything else would fail for the same reason.
    shell`    finish ;;`,
    shell`esac`,
  );
}

/** The command that shows why a worker does not run. */
function logCommand({ paths, service }: Deployment, role: WorkerRole): string {
  if (service === 'container') return 'docker compose logs';
  return service === 'init'
    ? `tail ${paths.logs}/${NODES[role]}.log`
    : `journalctl -n 20 -u ${UNITS[role]}`;
}

/** The checks of this machine's workers; those of containers each have a separate machine. */
function emitWorkerChecks(script: ShellScript, roles: readonly WorkerRole[]): void {
  const { deployment } = script;
  const node = deployment.redis.container ? [] : shell`-d "$1@$(uname -n)" `;
  script.code.gap().note('file.verify.workers');
  script.addFunction(
    'worker',
    shell`said=$(as_pod timeout 30 ${program(deployment, script.group.id, 'celery')} -A "$2" inspect ${node}-t ${plain(WORKER_TIMEOUT)} ping </dev/null)`,
    shell`case $said in`,
    shell`  *"$1@"*': OK'*) good "$3" ;;`,
    shell`  *'No nodes'* | *': OK'* | '') bad "$4" ;;`,
    shell`  *)`,
    shell`    bad ${script.text('verify.celery')}`,
    shell`    ${PRINT_LAST_LINE} ;;`,
    shell`esac`,
  );
  for (const role of roles) {
    const queue = QUEUES[role];
    const command = logCommand(deployment, role);
    const source: Source = { server: role };
    script.add(
      shell`${workerVariables(deployment, role)}worker ${plain(`${NODES[role]} ${APPS[role]}`, source)} ${script.text('verify.worker.good', { queue }, source)} ${script.text('verify.worker.bad', { queue, command }, source)}`,
    );
  }
}

/** The checks that Pod reaches its caches and sessions, and that its workers answer. */
export function emitPodChecks(script: ShellScript): void {
  const { container } = script.deployment.redis;
  const { roles } = script.group;
  const workers = roles.filter(isWorker);
  const django = runsDjango(roles);
  if (!django && workers.length === 0) return;
  script.code.gap();
  emitAccountFunction(script);
  if (!container) emitFolderChecks(script, django ? 'python' : 'celery');
  if (django) emitDjangoChecks(script);
  if (handsToRunner(script)) emitManagerVerdicts(script);
  emitCronChecks(script);
  emitEnvironmentChecks(script);
  if (workers.length === 0) return;
  // On a server, redis-cli's checks have ended the script by now.
  if (container && django) script.add(shell`[ "$wrong" -eq 0 ] || finish`);
  emitWorkerChecks(script, workers);
}
