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
        ? shell`IFS= read -rsp ${string(shellString(asked))} REDISCLI_AUTH && export REDISCLI_AUTH`
        : [];
      const [first] = redis.sentinel?.endpoints ?? [];
      const master =
        redis.sentinel && first
          ? shell`master=$(${askSentinel(deployment, redis.sentinel.password, first)} | head -n 1)`
          : [];
      if (redis.sentinel?.password) {
        // One command of the shell: a line that is pasted after it would be read as the password.
        code
          .note('commands.password', { field: 'auth' })
          .note('commands.master', { field: 'sentinels' })
          .line(...password, plain(' && \\'))
          .line(...shell`  `, ...master);
        return onAny(...linesOf(code.done()));
      }
      // Before the password is set: sentinels without one would refuse it.
      if (master.length > 0) code.note('commands.master', { field: 'sentinels' }).line(...master);
      if (password.length > 0) code.note('commands.password', { field: 'auth' }).line(...password);
      return onAny(...linesOf(code.done()));
    },
  },
} as const satisfies Record<string, Procedure>;
