import { addressKind, isPlaceholder } from '../model/address.ts';
import {
  Code,
  comment,
  name,
  plain,
  string,
  type Line,
  type Source,
  type Token,
  type Writing,
} from './code.ts';
import { DATABASE_ROLES, type DatabaseRole } from '../pod/databases.ts';
import { QUEUES, APPS, CONFIG_MODULE, NODES } from '../pod/workers.ts';
import type { Deployment } from '../model/deployment.ts';
import { shellString } from './quote.ts';
import type { Params, TextKey } from '../model/say.ts';
import type { Role, WorkerRole } from '../pod/roles.ts';
import type { ServerGroup } from '../model/servers.ts';
import { databaseNumber, hostToken, placeholderOf } from './connection.ts';
import { shell } from './shell.ts';
import { needsConfigModule, program, project } from './worker.ts';

const isWorker = (role: Role): role is WorkerRole => role !== 'web' && role !== 'redis';

/** How long one question to Redis or to a sentinel may take, in seconds. */
const PATIENCE = '5';

/** How long Pod may take to start, write and read, in seconds. */
const PATIENCE_POD = '60';

/** How long a worker has to answer, in seconds; it answers while it runs a task. */
const PATIENCE_WORKER = '5';

/**
 * Python that writes, reads and drops a key in each cache, then a session where there are any, and
 * prints what became of each. It has no functions: those of a script that `manage.py shell` reads
 * from its input do not see what it imports.
 */
function djangoScript(sessions: boolean): string[] {
  const say = (what: string, result: string) =>
    `print("redis-pod", ${what}, ${result}, flush=True)`;
  const attempt = (what: string, lines: readonly string[]) => [
    'try:',
    ...lines.map((line) => `    ${line}`),
    'except Exception as error:',
    `    ${say(what, '" ".join(f"{type(error).__name__}: {error}".split())')}`,
  ];
  const cache = attempt('alias', [
    'caches[alias].set("redis-pod-check", "ok", 60)',
    say('alias', 'caches[alias].get("redis-pod-check")'),
    'caches[alias].delete("redis-pod-check")',
  ]);
  const session = attempt('"session"', [
    'session = import_module(settings.SESSION_ENGINE).SessionStore()',
    'session["redis-pod-check"] = "ok"',
    'session.save()',
    say('"session"', '"ok" if session.exists(session.session_key) else "lost"'),
    'session.delete()',
  ]);
  return [
    ...(sessions ? ['from importlib import import_module'] : []),
    ...(sessions ? ['from django.conf import settings'] : []),
    'from django.core.cache import caches',
    'for alias in ("default", "select2"):',
    ...cache.map((line) => `    ${line}`),
    ...(sessions ? session : []),
  ];
}

/** A pattern of what redis-cli says, and the sentence that it comes down to. */
type Meaning = readonly [pattern: Line, key: TextKey, params?: Params];

/** Writes the script of one server, part by part. */
class Verification {
  readonly #code: Code;
  readonly #deployment: Deployment;
  readonly #say: Writing['say'];
  readonly #id: Role;
  readonly #roles: readonly Role[];

  constructor(deployment: Deployment, { say }: Writing, { id, roles }: ServerGroup) {
    this.#code = new Code(say, deployment.architecture.comments);
    this.#deployment = deployment;
    this.#say = say;
    this.#id = id;
    this.#roles = roles;
  }

  script(): Line[] {
    const { redis } = this.#deployment;
    this.#start();
    if (!redis.container) {
      this.#place();
      this.#access();
      this.#asking();
      this.#meanings();
      this.#reach();
      this.#databases();
      if (redis.on === this.#id) this.#settings();
    }
    this.#pod();
    this.#lines(shell`finish`);
    return this.#code.done();
  }

  /** A sentence in quotes. */
  #text(key: TextKey, params?: Params, source?: Source): Token {
    return string(shellString(this.#say(key, params)), source);
  }

  #lines(...lines: readonly Line[]): void {
    for (const line of lines) this.#code.line(...line);
  }

  /** What a function is called, and the lines in it. */
  #function(called: string, ...lines: readonly Line[]): void {
    this.#lines(
      shell`${plain(called)}() {`,
      ...lines.map((line) => [plain('  '), ...line]),
      shell`}`,
    );
  }

  #start(): void {
    const { architecture, redis } = this.#deployment;
    const server: Source = { server: this.#id };
    this.#lines([comment('#!/usr/bin/env bash')]);
    this.#code.note(redis.container ? 'file.verify.container' : 'file.verify.what', server);
    if (!redis.container && this.#id !== 'redis')
      this.#code.note(
        'file.verify.account',
        { field: 'account' },
        { account: architecture.account },
      );
    this.#lines(shell`set -u`, shell`wrong=0`);
    this.#lines(
      shell`good() { printf '✓ %s\n' "$*"; }`,
      shell`bad() { printf '✗ %s\n' "$*" && wrong=$((wrong + 1)); }`,
    );
    this.#function(
      'finish',
      shell`[ "$wrong" -gt 0 ] || { printf '\n%s\n' ${this.#text('verify.well')} && exit 0; }`,
      shell`printf '\n%s %s\n' ${this.#text('verify.wrong')} "$wrong"`,
      shell`exit 1`,
    );
    if (!redis.container) this.#lines(shell`stop() { bad "$@" && finish; }`);
  }

  /** Where Redis is. */
  #place(): void {
    const { redis } = this.#deployment;
    this.#code.gap();
    this.#lines(shell`command -v redis-cli >/dev/null || stop ${this.#text('verify.tools')}`);
    this.#lines(shell`unset REDISCLI_AUTH`);
    this.#code.note('file.verify.client');
    this.#function(
      'client',
      shell`LC_ALL=C timeout ${plain(PATIENCE)} redis-cli "$@" 2>&1 || [ $? -ne 124 ] || echo 'redis-cli timed out'`,
    );
    if (redis.socket !== undefined) {
      this.#lines(
        shell`socket=${string(shellString(redis.socket), { field: 'socket' })}`,
        shell`printf -v place ${this.#text('verify.place.socket')} "$socket"`,
      );
      return;
    }
    if (redis.sentinel !== undefined) this.#sentinels(redis.sentinel);
    else {
      this.#lines(
        shell`host=${hostToken(this.#deployment, shellString(redis.host))}`,
        shell`port=${plain(String(redis.port), { field: 'port' })}`,
      );
      if (redis.placeholder) this.#refusePlaceholder('');
    }
    this.#lines(shell`printf -v place ${this.#text('verify.place')} "$host" "$port"`);
  }

  #refusePlaceholder(indent: string): void {
    const refusal = this.#text('verify.placeholder');
    this.#lines(shell`${plain(indent)}case $host in *.invalid) stop ${refusal} ;; esac`);
  }

  /** Has each sentinel name the master, who is asked for the rest. */
  #sentinels({ endpoints, master }: NonNullable<Deployment['redis']['sentinel']>): void {
    const source: Source = { field: 'sentinels' };
    const named = plain(master, { field: 'master' });
    const place = (key: TextKey) => this.#text(key, { master }, source);
    this.#code.note('file.verify.sentinels', source);
    this.#lines(
      shell`master=''`,
      shell`for endpoint in ${endpoints.flatMap(({ host, port }, at) => [
        ...(at === 0 ? [] : [plain(' ')]),
        { ...string(shellString(`${host} ${port}`), source), ...placeholderOf(host) },
      ])}; do`,
      shell`  host=\${endpoint% *}`,
      shell`  port=\${endpoint#* }`,
    );
    if (endpoints.some(({ host }) => isPlaceholder(host))) this.#refusePlaceholder('  ');
    this.#lines(
      shell`  printf -v place ${this.#text('verify.sentinel.place')} "$host" "$port"`,
      shell`  said=$(client -h "$host" -p "$port" SENTINEL get-master-addr-by-name ${named} | paste -sd ' ')`,
      shell`  if [ -z "$said" ]; then`,
      shell`    bad "$place" ${place('verify.sentinel.unknown')}`,
      // The address of the master has one blank in it, an error has more.
      shell`  elif [[ $said == *' '*' '* ]]; then`,
      shell`    bad "$place" ${place('verify.sentinel.silent')} "$said"`,
      shell`  elif [ "\${master:=$said}" != "$said" ]; then`,
      shell`    bad "$place" ${place('verify.sentinel.other')} "$said"`,
      shell`  else`,
      shell`    case $(client -h "$host" -p "$port" SENTINEL ckquorum ${named}) in`,
      shell`      OK*) good "$place" ${place('verify.sentinel.good')} "$master" ;;`,
      shell`      *) bad "$place" ${place('verify.sentinel.quorum')} ;;`,
      shell`    esac`,
      shell`  fi`,
      shell`done`,
      shell`[ -n "$master" ] || finish`,
      shell`host=\${master% *}`,
      shell`port=\${master#* }`,
    );
  }

  /** Asks for the password, if Redis does. */
  #access(): void {
    const { redis } = this.#deployment;
    if (!redis.password) return;
    const source: Source = { field: 'auth' };
    this.#code.gap().note('file.verify.password', source);
    this.#lines(
      shell`unset password`,
      // Without IFS, blanks at the ends of the password stay.
      shell`IFS= read -rsp ${this.#text('verify.password.ask', {}, source)} password`,
      shell`echo`,
      shell`[ -n "$password" ] || stop ${this.#text('verify.password.none', {}, source)}`,
    );
  }

  /** How Redis is asked. */
  #asking(): void {
    const { redis } = this.#deployment;
    const way = [
      ...(redis.password ? [shell`REDISCLI_AUTH="$password" `] : []),
      shell`client `,
      redis.socket === undefined ? shell`-h "$host" -p "$port" ` : shell`-s "$socket" `,
      ...(redis.ca === undefined ? [] : [shell`--tls --cacert ${this.#ca()} `]),
      ...(redis.user === undefined ? [] : [shell`--user ${plain(redis.user, { field: 'user' })} `]),
    ];
    this.#code.gap();
    this.#function('ask', shell`${way.flat()}"$@"`);
  }

  #ca(): Token {
    return plain(this.#deployment.redis.ca ?? '', { field: 'ca' });
  }

  /**
   * What redis-cli 7.0.15 says in each case (run), and what else it may be on other systems. The
   * first pattern that is found counts: `WRONGPASS` comes with a `NOAUTH` or even a `PONG` after it.
   */
  #patterns(): Meaning[] {
    const { architecture, redis } = this.#deployment;
    const { user = '', ca = '' } = redis;
    const tls = redis.ca !== undefined;
    const named = redis.sentinel !== undefined || addressKind(redis.host) === 'name';
    const access: Meaning[] = [
      ...(redis.password
        ? ([
            [
              shell`*WRONGPASS*`,
              redis.user === undefined ? 'verify.password.wrong' : 'verify.user.wrong',
              { user },
            ],
            [shell`*'without any password'*`, 'verify.password.unset'],
          ] as const)
        : ([[shell`*NOAUTH*`, 'verify.password.asked']] as const)),
      ...(redis.user === undefined
        ? []
        : ([[shell`*NOPERM*`, 'verify.user.rights', { user }]] as const)),
    ];
    const socket: Meaning[] = [
      [shell`*'No such file'* | *refused*`, 'verify.socket.missing'],
      [shell`*'Permission denied'*`, 'verify.socket.denied', { account: architecture.account }],
      [shell`*'timed out'*`, 'verify.silent'],
    ];
    const network: Meaning[] = [
      [shell`*DENIED*`, 'verify.protected'],
      [shell`*refused*`, 'verify.refused', { port: tls ? 'tls-port' : 'port' }],
      ...(named
        ? ([[shell`*'name resolution'* | *'not known'* | *'No address'*`, 'verify.name']] as const)
        : []),
      [shell`*unreachable* | *'No route'* | *'Connection timed out'*`, 'verify.route'],
      ...(tls
        ? ([
            [shell`*'verify failed'*`, 'verify.ca.other', { ca }],
            [shell`*'CA Certificate'*`, 'verify.ca.missing', { ca, account: architecture.account }],
            [shell`*SSL_connect*`, 'verify.tls.none'],
          ] as const)
        : []),
      [shell`*'Protocol error'*`, 'verify.program'],
      [shell`*reset* | *closed* | *'I/O error'*`, tls ? 'verify.tls.cut' : 'verify.cut'],
    ];
    return [
      ...access,
      ...(redis.socket === undefined ? network : socket),
      [shell`*'out of range'*`, 'verify.database.missing'],
      [shell`*LOADING*`, 'verify.loading'],
      [shell`*OOM*`, 'verify.full'],
      [shell`*READONLY*`, 'verify.replica'],
    ];
  }

  /** Says in plain words what redis-cli said. */
  #meanings(): void {
    const { redis } = this.#deployment;
    const meant = (key: TextKey, params?: Params) => shell`bad "$1" ${this.#text(key, params)}`;
    this.#code.note('file.verify.meanings');
    this.#function(
      'explain',
      shell`case $2 in`,
      ...this.#patterns().map(
        ([pattern, key, params]) => shell`  ${pattern}) ${meant(key, params)} ;;`,
      ),
      // Whether anything listens tells a closed port from a program that waits for something else.
      ...(redis.socket === undefined
        ? [
            shell`  *'timed out'*)`,
            shell`    if timeout 2 bash -c ": </dev/tcp/\${host@Q}/\${port@Q}" 2>/dev/null; then`,
            shell`      ${meant(redis.ca === undefined ? 'verify.silent' : 'verify.tls.none')}`,
            shell`    else`,
            shell`      ${meant('verify.route')}`,
            shell`    fi ;;`,
          ]
        : []),
      shell`  *) bad "$1" ${this.#text('verify.unknown')} "$2" ;;`,
      shell`esac`,
    );
  }

  /** Whether Redis answers; if not, nothing else is asked. */
  #reach(): void {
    const { redis } = this.#deployment;
    this.#code.gap().note('file.verify.ping');
    this.#lines(
      shell`said=$(ask PING)`,
      shell`[ "$said" = PONG ] || { explain "$place" "$said" && finish; }`,
      shell`good "$place" ${this.#text(redis.password ? 'verify.ping.password' : 'verify.ping.good')}`,
    );
    if (redis.ca === undefined || redis.socket !== undefined) return;
    const { host } = redis;
    const ip = addressKind(host) !== 'name';
    this.#code.note('file.verify.name', { field: 'tls' });
    this.#lines(
      shell`said=$(timeout ${plain(PATIENCE)} openssl s_client -connect ${addressKind(host) === 'ipv6' ? shell`"[$host]:$port"` : shell`"$host:$port"`} -CAfile ${this.#ca()} -verify_return_error ${plain(ip ? '-verify_ip' : '-verify_hostname')} "$host" </dev/null 2>&1)`,
      shell`case $said in`,
      // X509_V_ERR_HOSTNAME_MISMATCH and X509_V_ERR_IP_ADDRESS_MISMATCH.
      shell`  *'num=62:'* | *'num=64:'*) stop "$place" ${this.#text('verify.tls.name', { host })} ;;`,
      shell`  *'code: 0 (ok)'*) good "$place" ${this.#text('verify.tls.good', { host })} ;;`,
      shell`  *)`,
      shell`    bad "$place" ${this.#text('verify.unknown')}`,
      shell`    tail -n 1 <<<"$said"`,
      shell`    finish ;;`,
      shell`esac`,
    );
  }

  /** The databases that this server uses, and its queues in them. */
  #databases(): void {
    const uses = this.#deployment.uses.filter(({ server }) => server === this.#id);
    const used = DATABASE_ROLES.filter((role) => uses.some(({ database }) => database === role));
    if (used.length === 0) return;
    const queuesOf = (role: DatabaseRole) => [
      ...new Set(
        uses.flatMap(({ database, queue }) =>
          database === role && queue !== undefined ? [queue] : [],
        ),
      ),
    ];
    this.#code.gap().note('file.verify.databases');
    this.#function(
      'database',
      shell`said=$(ask -n "$2" PING)`,
      shell`if [ "$said" = PONG ]; then said=$(ask -n "$2" SET redis-pod-check ok EX 10); fi`,
      shell`if [ "$said" = OK ]; then`,
      shell`  good "$1" ${this.#text('verify.database.good')}`,
      shell`else`,
      shell`  explain "$1" "$said"`,
      shell`  return 1`,
      shell`fi`,
    );
    if (used.some((role) => queuesOf(role).length > 0))
      this.#function(
        'queue',
        shell`said=$(ask -n "$2" LLEN "$3")`,
        shell`case $said in`,
        shell`  '' | *[!0-9]*) explain "$1" "$said" ;;`,
        shell`  *) good "$1" "$said" ;;`,
        shell`esac`,
      );
    for (const role of used) {
      const value = databaseNumber(this.#deployment, role);
      const number = plain(String(value), { field: `db.${role}`, database: role });
      const params = { number: value, use: this.#say(`database.${role}`) };
      const label = this.#text('verify.database', params, { database: role });
      const queues = queuesOf(role);
      const call = shell`database ${label} ${number}`;
      if (queues.length === 0) this.#lines(call);
      else
        this.#lines(
          shell`if ${call}; then`,
          ...queues.map((queue) => {
            const named = this.#text('verify.queue', { ...params, queue }, { database: role });
            return shell`  queue ${named} ${number} ${plain(queue, { database: role })}`;
          }),
          shell`fi`,
        );
    }
  }

  /** What Redis really applies. An ACL user may ask for INFO, but not for the configuration. */
  #settings(): void {
    const { redis } = this.#deployment;
    const setting = (
      wanted: string,
      command: string,
      verdict: 'persistence' | 'eviction' | 'protection',
    ) =>
      shell`setting ${plain(wanted)} ${this.#text(`verify.${verdict}.good`)} ${this.#text(`verify.${verdict}.bad`)} ${plain(command)}`;
    this.#code.gap().note('file.verify.server');
    this.#function(
      'setting',
      shell`said=$(ask "\${@:4}")`,
      shell`case $said in`,
      shell`  *"$1"*) good "$2" ;;`,
      shell`  *NOPERM* | *'timed out'*) explain "$place" "$said" ;;`,
      shell`  *) bad "$3" ;;`,
      shell`esac`,
    );
    this.#lines(
      setting('aof_enabled:1', 'INFO persistence', 'persistence'),
      setting('maxmemory_policy:volatile-ttl', 'INFO memory', 'eviction'),
    );
    if (redis.user === undefined)
      this.#lines(setting('yes', 'CONFIG GET protected-mode', 'protection'));
  }

  /** Whether Pod reaches its caches and sessions, and its workers answer. */
  #pod(): void {
    const { redis } = this.#deployment;
    const workers = this.#roles.filter(isWorker);
    const django = this.#roles.includes('web') || this.#roles.includes('worker');
    if (!django && workers.length === 0) return;
    this.#code.gap();
    if (!redis.container) this.#folders(django);
    if (django) this.#django();
    if (workers.length === 0) return;
    // Of a server the same was asked by redis-cli.
    if (redis.container && django) this.#lines(shell`[ "$wrong" -eq 0 ] || finish`);
    this.#workers(workers);
  }

  #folders(django: boolean): void {
    const { venv } = this.#deployment.architecture;
    const path = project(this.#deployment);
    this.#lines(
      shell`[ -x ${program(this.#deployment, django ? 'python' : 'celery')} ] || stop ${this.#text('verify.venv', { path: venv }, { field: 'venv' })}`,
      shell`{ cd ${plain(path, { field: 'project' })} 2>/dev/null && [ -f manage.py ]; } || stop ${this.#text('verify.project', { path }, { field: 'project' })}`,
    );
  }

  #django(): void {
    const sessions = this.#roles.includes('web');
    const result = (what: string, good: TextKey, bad: TextKey, params?: Params) =>
      shell`    result ${plain(what)} ${this.#text(good, params)} ${this.#text(bad, params)}`;
    this.#code.note(sessions ? 'file.verify.sessions' : 'file.verify.caches');
    this.#lines(
      shell`django() {`,
      shell`  PYTHONIOENCODING=utf-8 timeout ${plain(PATIENCE_POD)} ${program(this.#deployment, 'python')} manage.py shell 2>&1 <<${string("'PYTHON'")}`,
      ...djangoScript(sessions).map((line) => [string(line)]),
      [string('PYTHON')],
      shell`}`,
    );
    this.#function(
      'result',
      shell`case $said in`,
      shell`  *"redis-pod $1 ok"*) good "$2" ;;`,
      shell`  *)`,
      shell`    bad "$3"`,
      shell`    sed -n "s/^redis-pod $1 /  /p" <<<"$said" ;;`,
      shell`esac`,
    );
    const alias = (what: string) =>
      result(what, 'verify.cache.good', 'verify.cache.bad', { alias: what });
    this.#lines(
      shell`said=$(django)`,
      shell`case $said in`,
      shell`  *'redis-pod default '*)`,
      alias('default'),
      alias('select2'),
      ...(sessions ? [result('session', 'verify.session.good', 'verify.session.bad')] : []),
      shell`    ;;`,
      shell`  *)`,
      shell`    bad ${this.#text('verify.pod')}`,
      shell`    tail -n 1 <<<"$said" ;;`,
      shell`esac`,
    );
  }

  /** What shows why a worker does not run. */
  #journal(role: WorkerRole): string {
    const { logs, service } = this.#deployment.architecture;
    if (this.#deployment.redis.container) return 'docker compose logs';
    return service === 'init'
      ? `tail ${logs}/${NODES[role]}.log`
      : `journalctl -n 20 -u pod-${role}`;
  }

  /** Asks the workers of this machine alone; those of containers each have a machine of their own. */
  #workers(roles: readonly WorkerRole[]): void {
    const { container } = this.#deployment.redis;
    const asked = container ? [] : shell`-d "$1@$(uname -n)" `;
    this.#code.gap().note('file.verify.workers');
    this.#function(
      'worker',
      shell`said=$(timeout 30 ${program(this.#deployment, 'celery')} -A "$2" inspect ${asked}-t ${plain(PATIENCE_WORKER)} ping 2>&1)`,
      shell`case $said in`,
      shell`  *"$1@"*': OK'*) good "$3" ;;`,
      shell`  *'No nodes'* | *': OK'* | '') bad "$4" ;;`,
      shell`  *)`,
      shell`    bad ${this.#text('verify.celery')}`,
      shell`    tail -n 1 <<<"$said" ;;`,
      shell`esac`,
    );
    for (const role of roles) {
      const queue = QUEUES[role];
      const module = needsConfigModule(this.#deployment, role)
        ? [name('CELERY_CONFIG_MODULE'), plain(`=${CONFIG_MODULE} `)]
        : [];
      const command = this.#journal(role);
      const source: Source = { server: role };
      this.#lines(
        shell`${module}worker ${plain(`${NODES[role]} ${APPS[role]}`, source)} ${this.#text('verify.worker.good', { queue }, source)} ${this.#text('verify.worker.bad', { queue, command }, source)}`,
      );
    }
  }
}

/**
 * The script that verifies a server from that server: Redis answers, each database and queue is
 * there, Django's caches and sessions work, the workers answer. It says what is wrong and what to
 * do, and ends with 1 then, with 0 when all is well. The password is asked for and stays in the
 * shell's memory. In containers Pod alone is asked: its image need not have redis-cli.
 */
export function verification(deployment: Deployment, writing: Writing, group: ServerGroup): Line[] {
  return new Verification(deployment, writing, group).script();
}
