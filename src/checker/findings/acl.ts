import type { Edit } from '../findings.ts';
import { directive, type Directive } from '../read/redisFile.ts';
import type { FileOf, Report } from '../report.ts';

/** Commands that Pod's clients send, with the categories that rights are given by (ACL CAT of Redis 7.0.15). */
const COMMANDS = {
  get: ['read', 'string', 'fast'],
  brpop: ['write', 'list', 'slow', 'blocking'],
  info: ['slow', 'dangerous'],
  flushdb: ['keyspace', 'write', 'slow', 'dangerous'],
} as const;

type Command = keyof typeof COMMANDS;

/** What an ordinary worker or cache sends is given together, as the generator writes it. */
const ORDINARY = '+@all -@dangerous';

/**
 * The rules that an ACL user lacks to serve all of Pod: keys, the channels without which a worker
 * dies, INFO, and FLUSHDB, which is what clearing a cache is.
 *
 * @param rules a user's rules, in their order; Redis applies them one after the other
 * @param channels whether a new user may use every channel, as before Redis 7
 * @returns the rules to add at the end; `undefined` for a user whose rights are not told by these
 */
export function lacking(rules: readonly string[], channels = false): string[] | undefined {
  const may = new Map<Command, boolean>();
  const set = (allowed: boolean, of: (command: Command) => boolean) => {
    for (const command of Object.keys(COMMANDS) as Command[])
      if (of(command)) may.set(command, allowed);
  };
  let keys = false;
  let listens = channels;
  for (const rule of rules) {
    const word = rule.toLowerCase();
    const [, sign, category] = /^([+-])@(.+)$/.exec(word) ?? [];
    // A selector gives more rights, to some keys.
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
  const ordinary = may.get('get') === true && may.get('brpop') === true;
  return [
    ...(keys ? [] : ['~*']),
    ...(listens ? [] : ['&*']),
    ...(ordinary ? [] : [ORDINARY]),
    ...(may.get('info') === true && ordinary ? [] : ['+info']),
    ...(may.get('flushdb') === true && ordinary ? [] : ['+flushdb']),
  ];
}

/** Pod's users: those that its settings name, or else those that may do nearly everything. */
function isPods(name: string, rules: readonly string[], report: Report): boolean {
  const named = report
    .of('settings')
    .flatMap(({ connections }) => connections.flatMap(({ user }) => user ?? []));
  return named.length > 0
    ? named.includes(name)
    : rules.some((rule) => /^(\+@all|allcommands)$/i.test(rule));
}

/** ACL users that cannot serve Pod. The user “default” has every right to begin with. */
export function aclUsers(file: FileOf<'redis'>, report: Report): void {
  const before7 = directive(file.redis, 'acl-pubsub-default')?.arguments[0]?.text.toLowerCase();
  for (const each of file.redis.directives) {
    const [user, ...rest] = each.arguments;
    if (each.name !== 'user' || !user || user.text === 'default') continue;
    const rules = rest.map(({ text }) => text);
    if (rules.includes('off') || !isPods(user.text, rules, report)) continue;
    const missing = lacking(rules, before7 === 'allchannels');
    if (missing === undefined || missing.length === 0) continue;
    report.add(
      'redis-acl',
      file,
      each,
      { user: user.text.slice(0, 60), missing: missing.join(' ') },
      added(each, missing),
    );
  }
}

function added({ to }: Directive, rules: readonly string[]): Edit[] {
  return [{ from: to, to, insert: ` ${rules.join(' ')}` }];
}
