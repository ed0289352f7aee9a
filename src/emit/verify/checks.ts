import { DATABASE_ROLES, type DatabaseRole } from '../../pod/databases.ts';
import { OLDEST_REDIS } from '../../pod/limits.ts';
import { plain } from '../code.ts';
import { shell } from '../shell.ts';
import { comparesName } from './redis.ts';
import type { ShellScript } from './script.ts';

/**
 * The first check: whether Redis answers, with the right certificate before it gets the password. If not, the script
 * ends.
 */
export function emitPingCheck(script: ShellScript): void {
  const { redis } = script.deployment;
  script.code.gap().note('file.verify.ping');
  if (comparesName(redis))
    script.add(
      shell`certificate || { explain "$place" "$said" && finish; }`,
      shell`good "$place" ${script.text('verify.tls.good')}`,
    );
  script.add(
    shell`said=$(ask PING)`,
    shell`[ "$said" = PONG ] || { explain "$place" "$said" && finish; }`,
    shell`good "$place" ${script.text(redis.password ? 'verify.ping.password' : 'verify.ping.good')}`,
    shell`version=$(ask INFO server | sed -n 's/^redis_version:\([0-9]\{1,4\}\.[0-9.]\{1,20\}\).*/\1/p' | head -n 1)`,
    shell`[ -z "$version" ] || [ "\${version%%.*}" -ge ${plain(String(OLDEST_REDIS))} ] || bad "$place" "Redis $version:" ${script.text('verify.old', { version: `${OLDEST_REDIS}.0` })}`,
  );
}

/** The checks of the databases that this server uses, and of its queues in them. */
export function emitDatabaseChecks(script: ShellScript): void {
  const { databaseNumbers, servers, uses } = script.deployment;
  const own = uses.filter(({ server }) => server === script.group.id);
  const used = DATABASE_ROLES.filter((role) => own.some(({ database }) => database === role));
  if (used.length === 0) return;
  const queuesOf = (role: DatabaseRole) => [
    ...new Set(
      own.flatMap(({ database, queue }) =>
        database === role && queue !== undefined ? [queue] : [],
      ),
    ),
  ];
  script.code.gap().note('file.verify.databases');
  script.addFunction(
    'database',
    shell`said=$(ask -n "$2" PING)`,
    shell`if [ "$said" = PONG ]; then said=$(ask -n "$2" SET redis-pod-check ok EX 10); fi`,
    shell`if [ "$said" = OK ]; then`,
    shell`  good "$1" ${script.text('verify.database.good')}`,
    shell`else`,
    shell`  explain "$1" "$said"`,
    shell`  return 1`,
    shell`fi`,
  );
  if (used.some((role) => queuesOf(role).length > 0))
    script.addFunction(
      'queue',
      shell`said=$(ask -n "$2" LLEN "$3")`,
      shell`case $said in`,
      shell`  '' | *[!0-9]*) explain "$1" "$said" ;;`,
      shell`  *) good "$1" "$said" ;;`,
      shell`esac`,
    );
  // Concurrency 1 and late acknowledgement: a worker has one task at most that it has not acknowledged.
  const running = servers
    .flatMap(({ roles, count }) => roles.map((role) => ({ role, count })))
    .filter(({ role }) => role === 'worker' || role === 'encoding' || role === 'transcription')
    .reduce((sum, { count }) => sum + count, 0);
  if (used.includes('encoding'))
    script.addFunction(
      'unacked',
      shell`said=$(ask -n "$2" HLEN unacked)`,
      shell`case $said in`,
      // More digits than bash compares are no number of tasks.
      shell`  '' | *[!0-9]* | ????????????*) explain "$1" "$said" ;;`,
      shell`  *) [ "$said" -le "$3" ] || bad "$1" "$said," ${script.text('verify.left', { running })} ;;`,
      shell`esac`,
    );
  for (const role of used) {
    const value = databaseNumbers[role];
    const number = plain(String(value), { field: `db.${role}`, database: role });
    const params = { number: value, use: script.say(`database.${role}`) };
    const label = script.text('verify.database', params, { database: role });
    const queues = queuesOf(role);
    const call = shell`database ${label} ${number}`;
    if (queues.length === 0) script.add(call);
    else
      script.add(
        shell`if ${call}; then`,
        ...queues.map((queue) => {
          const queueLabel = script.text('verify.queue', { ...params, queue }, { database: role });
          return shell`  queue ${queueLabel} ${number} ${plain(queue, { database: role })}`;
        }),
        ...(role === 'encoding'
          ? [
              shell`  unacked ${script.text('verify.unacked', params, { database: role })} ${number} ${plain(String(running))}`,
            ]
          : []),
        shell`fi`,
      );
  }
}

/**
 * The checks of the configuration that Redis really applies. Of ACL users, Pod's may ask for INFO, but not
 * for the configuration.
 */
export function emitServerChecks(script: ShellScript): void {
  const { redis } = script.deployment;
  const check = (
    wanted: string,
    command: string,
    verdict: 'persistence' | 'eviction' | 'protection',
  ) =>
    shell`setting ${plain(wanted)} ${script.text(`verify.${verdict}.good`)} ${script.text(`verify.${verdict}.bad`)} ${plain(command)}`;
  script.code.gap().note('file.verify.server');
  script.addFunction(
    'setting',
    shell`said=$(ask "\${@:4}")`,
    shell`case $said in`,
    shell`  *"$1"*) good "$2" ;;`,
    shell`  *NOPERM* | *'timed out'*) explain "$place" "$said" ;;`,
    shell`  *) bad "$3" ;;`,
    shell`esac`,
  );
  script.add(
    check('aof_enabled:1', 'INFO persistence', 'persistence'),
    check('maxmemory_policy:volatile-ttl', 'INFO memory', 'eviction'),
  );
  if (redis.user === undefined || script.group.id === 'redis')
    script.add(check('yes', 'CONFIG GET protected-mode', 'protection'));
}
