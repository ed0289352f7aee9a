import { Code, plain, string } from '../code.ts';
import { placeholderOf } from '../connection.ts';
import { shell } from '../shell.ts';
import { shellString } from '../quote.ts';
import type { Procedure } from './procedure.ts';

/** What the shell of an administrator needs before it asks Redis anything. */
export const CLI = {
  'cli.access': {
    emit: ({ architecture, redis }, { say }) => {
      const code = new Code(say, architecture.comments);
      const [first] = redis.sentinel?.endpoints ?? [];
      if (redis.sentinel && first) {
        // Before the password is there: the sentinels have none, and would refuse it.
        const { master } = redis.sentinel;
        code
          .note('commands.master', { field: 'sentinels' })
          .line(
            ...shell`master=$(redis-cli -h ${{ ...plain(first.host, { field: 'sentinels' }), ...placeholderOf(first.host) }} -p ${plain(String(first.port), { field: 'sentinels' })} SENTINEL get-master-addr-by-name ${plain(master, { field: 'master' })} | head -n 1)`,
          );
      }
      if (redis.password)
        code
          .note('commands.password', { field: 'auth' })
          .line(
            ...shell`IFS= read -rsp ${string(shellString(say('verify.password.ask')))} REDISCLI_AUTH && export REDISCLI_AUTH`,
          );
      const lines = code.done();
      return lines.length === 0 ? [] : [{ server: 'any', lines }];
    },
  },
} as const satisfies Record<string, Procedure>;
