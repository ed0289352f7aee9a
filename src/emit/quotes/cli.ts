import { CodeWriter, linesOf, plain, string } from '../code.ts';
import { endpointToken } from '../connection.ts';
import { shellString } from '../escape.ts';
import { shell } from '../shell.ts';
import type { Procedure } from './procedure.ts';
import { onAny } from './servers.ts';

/** The preparation of an administrator's shell for commands to Redis. */
export const CLI = {
  'cli.access': {
    emit: ({ comments, redis }, { say }) => {
      const code = new CodeWriter(say, comments);
      const [first] = redis.sentinel?.endpoints ?? [];
      if (redis.sentinel && first) {
        // Before the password is set: the sentinels have none, and would refuse it.
        const { master } = redis.sentinel;
        code
          .note('commands.master', { field: 'sentinels' })
          .line(
            ...shell`master=$(redis-cli -h ${endpointToken(first.host)} -p ${plain(String(first.port), { field: 'sentinels' })} SENTINEL get-master-addr-by-name ${plain(master, { field: 'master' })} | head -n 1)`,
          );
      }
      if (redis.password)
        code
          .note('commands.password', { field: 'auth' })
          .line(
            ...shell`IFS= read -rsp ${string(shellString(say('verify.password.ask')))} REDISCLI_AUTH && export REDISCLI_AUTH`,
          );
      return onAny(...linesOf(code.done()));
    },
  },
} as const satisfies Record<string, Procedure>;
