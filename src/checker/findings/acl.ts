import type { FileSet } from '../fileSet.ts';
import type { FindingDefinition } from '../finding.ts';
import { directiveValue } from '../read/redisFile.ts';
import { conf, CONF_TEXT } from './exampleFiles.ts';

/** Commands that Pod's clients send, with their categories (ACL CAT of Redis 7.0.15). */
const COMMANDS = {
  get: ['read', 'string', 'fast'],
  brpop: ['write', 'list', 'slow', 'blocking'],
  info: ['slow', 'dangerous'],
} as const;

type Command = keyof typeof COMMANDS;

/** The rules by which the generator allows the commands of workers and caches. */
const ORDINARY = '+@all -@dangerous';

/** The purpose of a user: caches and sessions, queues, or both. */
interface Purpose {
  readonly stores: boolean;
  readonly queues: boolean;
}

/** All of Pod. */
const ALL: Purpose = { stores: true, queues: true };

/**
 * The rules that an ACL user lacks: keys, the channels without which a worker stops, and INFO.
 *
 * @param rules the user's rules in their order; Redis applies them one after the other
 * @param channels a new user may use every channel, as before Redis 7
 * @returns the rules to add at the end; `undefined` for a user with selectors, which are not followed
 */
export function missingAclRules(
  rules: readonly string[],
  channels = false,
  { stores, queues }: Purpose = ALL,
): string[] | undefined {
  const may = new Map<Command, boolean>();
  const set = (allowed: boolean, concerns: (command: Command) => boolean) => {
    for (const command of Object.keys(COMMANDS) as Command[])
      if (concerns(command)) may.set(command, allowed);
  };
  let keys = false;
  let listens = channels;
  for (const rule of rules) {
    const word = rule.toLowerCase();
    const [, sign, category] = /^([+-])@(.+)$/.exec(word) ?? [];
    if (word.startsWith('(')) return undefined;
    if (word === 'reset') {
      set(false, () => true);
      keys = listens = false;
    } else if (word === 'allcommands' || word === 'nocommands')
      set(word === 'allcommands', () => true);
    else if (category !== undefined)
      set(sign === '+', (command) =>
        category === 'all' ? true : (COMMANDS[command] as readonly string[]).includes(category),
      );
    else if (/^[+-]/.test(word)) set(word.startsWith('+'), (command) => command === word.slice(1));
    else if (word === 'allkeys' || /^(~|%\w*~)/.test(word)) keys = true;
    else if (word === 'resetkeys') keys = false;
    else if (word === 'allchannels' || word.startsWith('&')) listens = true;
    else if (word === 'resetchannels') listens = false;
  }
  const ordinary = (!stores || may.get('get') === true) && (!queues || may.get('brpop') === true);
  return [
    ...(keys ? [] : ['~*']),
    ...(listens || !queues ? [] : ['&*']),
    ...(ordinary ? [] : [ORDINARY]),
    ...(may.get('info') === true && ordinary ? [] : ['+info']),
  ];
}

/**
 * The purpose of a user: that of the settings that name it, or if none names any, all of Pod where it may do nearly
 * everything; `undefined` for other users.
 */
function purposeOf(user: string, rules: readonly string[], files: FileSet): Purpose | undefined {
  const named = files.connections.filter((connection) => connection.user !== undefined);
  if (named.length === 0)
    return rules.some((rule) => /^(\+@all|allcommands)$/i.test(rule)) ? ALL : undefined;
  const own = named.filter((connection) => connection.user === user);
  return own.length === 0
    ? undefined
    : {
        stores: own.some(({ client }) => client !== 'celery'),
        queues: own.some(({ client }) => client === 'celery'),
      };
}

/** The rights of Redis users. */
export const acl = [
  // The user “default” has every right to begin with.
  {
    code: 'redis-acl',
    severity: 'error',
    *redis({ redis }, files) {
      const channels = directiveValue(redis, 'acl-pubsub-default')?.toLowerCase() === 'allchannels';
      for (const line of redis.directives) {
        const [user, ...rest] = line.arguments;
        if (line.name !== 'user' || !user || user.text === 'default') continue;
        const rules = rest.map(({ text }) => text);
        const purpose = purposeOf(user.text, rules, files);
        if (rules.includes('off') || purpose === undefined) continue;
        const missing = (missingAclRules(rules, channels, purpose) ?? []).join(' ');
        if (missing !== '')
          yield {
            at: line,
            params: { user: user.text.slice(0, 60), missing },
            repair: [{ from: line.to, to: line.to, insert: ` ${missing}` }],
          };
      }
    },
    example: [conf(`${CONF_TEXT}user pod on >p@ss-Vx7kQ2mLw9Rt ~* +@all -@dangerous +info\n`)],
    nearMiss: [conf(`${CONF_TEXT}user pod on >p@ss-Vx7kQ2mLw9Rt ~* &* +@all -@dangerous +info\n`)],
  },
] as const satisfies readonly FindingDefinition[];
