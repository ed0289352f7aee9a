import { aclUserName } from '../acl.ts';
import { askSentinel } from '../cli.ts';
import { CodeWriter, linesOf, plain, string, type Line } from '../code.ts';
import { shellString } from '../escape.ts';
import { shell } from '../shell.ts';
import type { Procedure } from './procedure.ts';
import { onAny } from './servers.ts';

/** The preparation of an administrator's shell for commands to Redis. */
export const CLI = {
  'cli.access': {
    emit: (deployment, { say }) => {
      const { comments, redis } = deployment;
      const code = new CodeWriter(say, comments);
      const asked =
        redis.user === undefined
          ? say('verify.password.ask')
          : say('verify.password.user', { user: aclUserName(deployment, 'admin') });
      const password: Line = redis.password
        ? shell`IFS= read -rsp ${string(shellString(asked))} REDISCLI_AUTH`
        : [];
      // The variable is not exported: no other program may have the administrator's password.
      if (redis.password)
        code
          .note('commands.password', { field: 'auth' })
          .line(
            ...shell`unset REDISCLI_AUTH REDIS_PASSWORD; redis-cli() { REDISCLI_AUTH=$REDISCLI_AUTH command redis-cli "$@"; }`,
          );
      const [first] = redis.sentinel?.endpoints ?? [];
      const master: Line[] =
        redis.sentinel && first
          ? [
              shell`master=$(${askSentinel(deployment, redis.sentinel.password, first)} | head -n 1)`,
              // A sentinel may be in the wrong hands, and the password goes to the server that it names.
              shell`case ' ${redis.sentinel.endpoints.flatMap(({ host }) => [string(host, { field: 'sentinels' }), string(' ')])}' in *" $master "*) ;; *) printf '%s %q\n' ${string(shellString(say('commands.stranger')))} "$master"; master=stranger.invalid ;; esac`,
            ]
          : [];
      if (redis.sentinel?.password) {
        // One command of the shell: a line that is pasted after it would be read as the password.
        code.note('commands.master', { field: 'sentinels' }).line(...password, plain(' && {'));
        for (const line of master) code.line(plain('  '), ...line);
        code.line(plain('}'));
        return onAny(...linesOf(code.done()));
      }
      if (master.length > 0) code.note('commands.master', { field: 'sentinels' });
      for (const line of master) code.line(...line);
      if (password.length > 0) code.line(...password);
      return onAny(...linesOf(code.done()));
    },
  },
} as const satisfies Record<string, Procedure>;
