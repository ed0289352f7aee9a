import { closest, distance } from 'fastest-levenshtein';
import { FLAGS, OTHERS } from '../../pod/redisDirectives.ts';
import type { FileOf, Report } from '../report.ts';

const NAMES = [...FLAGS, ...OTHERS];

/** How many signs a slip may have wrong; names that are further apart are two names. */
const SLIP = 2;

const YES = /^(yes|true|on|1|oui)$/i;
const NO = /^(no|false|off|0|non)$/i;

const isName = (name: string) => FLAGS.has(name) || OTHERS.has(name);

/** The name that was meant, where it is one or near one. */
function meant(name: string): string | undefined {
  const plain = name.replaceAll('_', '-');
  if (isName(plain)) return plain;
  const near = closest(plain, NAMES);
  return plain.length > 2 * SLIP && distance(plain, near) <= SLIP ? near : undefined;
}

/** What a yes or no was meant to be; empty where that is not to be told. */
function flagOf(text: string): string {
  return YES.test(text) ? 'yes' : NO.test(text) ? 'no' : '';
}

/**
 * What keeps Redis from starting: a directive that it does not know, or a yes or no that is neither.
 * A name that is near none of those known may be a newer release's or a module's, and is only said
 * not to be understood. (Run on Redis 7.0.15: `FATAL CONFIG FILE ERROR`.)
 */
export function directives(file: FileOf<'redis'>, report: Report): void {
  const source = file.given.text;
  for (const each of file.redis.directives.slice(0, 1000)) {
    const { from, to } = each;
    // `port=6379`, `port: 6379`
    const [, name = '', signs = '', joined = ''] = /^([^:=]*)([:=]*)(.*)$/s.exec(each.name) ?? [];
    const right = meant(name);
    if (right === undefined) {
      // `search.threads` is a module's.
      if (!name.includes('.')) report.add('not-understood', file, each);
      continue;
    }
    const [first, ...rest] = each.arguments;
    // Between name and value; a value by itself may be such a sign.
    const between = joined === '' && rest.length > 0 && /^[:=]+$/.test(first?.text ?? '');
    const values = between ? rest : each.arguments;
    const flag = FLAGS.has(right);
    const whole =
      joined === ''
        ? source.slice(values[0]?.from ?? to, to)
        : source.slice(from + name.length + signs.length, to);
    const neither = flag && !/^(yes|no)$/i.test(whole);
    const signed = signs !== '' || between;
    if (name === right && !signed && !neither) continue;
    const value = flag ? flagOf(whole) : whole;
    report.add(
      'redis-directive',
      file,
      each,
      { name: name.slice(0, 60), right, case: name !== right ? '' : signed ? 'sign' : 'flag' },
      value === '' ? [] : [{ from, to, insert: `${right} ${value}` }],
    );
  }
}
