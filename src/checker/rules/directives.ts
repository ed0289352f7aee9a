import { closest, distance } from 'fastest-levenshtein';
import { FLAGS, OTHERS } from '../directiveNames.ts';
import type { Directive } from '../redisFile.ts';
import type { FileOf, Report } from '../report.ts';

const NAMES = [...FLAGS, ...OTHERS];

/** How many signs a slip may have wrong; names that are further apart are two names. */
const SLIP = 2;

const YES = /^(yes|true|on|1|oui)$/i;
const NO = /^(no|false|off|0|non)$/i;

/** The name that a directive was meant to have. */
function meant({ name }: Directive): string | undefined {
  const plain = name.replaceAll('_', '-').replace(/[:=]+$/, '');
  if (FLAGS.has(plain) || OTHERS.has(plain)) return plain;
  const near = closest(plain, NAMES);
  return plain.length > 2 * SLIP && distance(plain, near) <= SLIP ? near : undefined;
}

/**
 * What keeps Redis from starting: a directive that it does not know, or a yes or no that is neither.
 * A name that is near none of those known may be a newer release's or a module's, and is only said
 * not to be understood. (Run on Redis 7.0.15: `FATAL CONFIG FILE ERROR`.)
 */
export function directives(file: FileOf<'redis'>, report: Report): void {
  for (const each of file.redis.directives.slice(0, 1000)) {
    const { name, from, to } = each;
    const known = FLAGS.has(name) || OTHERS.has(name);
    const [, joined, rightAway = ''] = /^([a-z-]+)[:=]+(.+)$/.exec(name) ?? [];
    if (joined !== undefined && (FLAGS.has(joined) || OTHERS.has(joined))) {
      const value = file.given.text.slice(from + name.length - rightAway.length, to);
      report.add('redis-directive', file, each, { name: joined, right: joined, case: 'sign' }, [
        { from, to, insert: `${joined} ${value}` },
      ]);
      continue;
    }
    const right = known ? name : meant(each);
    if (right === undefined) {
      // `search.threads`, `ts-encoding`: of a module.
      if (!name.includes('.')) report.add('not-understood', file, each);
      continue;
    }
    const [first, ...rest] = each.arguments;
    // Between name and value; a value by itself may be such a sign.
    const sign = rest.length > 0 && /^[:=]+$/.test(first?.text ?? '');
    const [value, ...more] = sign ? rest : each.arguments;
    const flag = FLAGS.has(right);
    if (known && !sign && !(flag && (more.length > 0 || !/^(yes|no)$/i.test(value?.text ?? ''))))
      continue;
    const text = value?.text ?? '';
    const meantValue = !flag
      ? file.given.text.slice(value?.from ?? to, to)
      : more.length > 0
        ? ''
        : YES.test(text)
          ? 'yes'
          : NO.test(text)
            ? 'no'
            : '';
    report.add(
      'redis-directive',
      file,
      each,
      {
        name: name.replace(/[:=].*$/, '').slice(0, 60),
        right,
        case: !known ? '' : sign ? 'sign' : 'flag',
      },
      meantValue === '' ? [] : [{ from, to, insert: `${right} ${meantValue}` }],
    );
  }
}
