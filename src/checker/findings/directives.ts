import { closest, distance } from 'fastest-levenshtein';
import { FLAGS, OTHERS } from '../../pod/redisDirectives.ts';
import { perFile, type FindingDefinition } from '../finding.ts';
import { directive, type DirectiveLine, type RedisFile } from '../read/redisFile.ts';
import { replace, setDirective } from '../repair/edits.ts';
import { conf, CONF_TEXT, pair } from './exampleFiles.ts';

const NAMES = [...FLAGS, ...OTHERS];

/** The most characters by which a misspelt name differs from the one that was meant. */
const MAX_DISTANCE = 2;

/** The length from which a name is too long to be a misspelt one. */
const TOO_LONG = Math.max(...NAMES.map((name) => name.length)) + MAX_DISTANCE + 1;

/** The most lines that are looked at: finding the nearest name takes a while. */
const MAX_LINES = 1000;

const YES = /^(yes|true|on|1|oui)$/i;
const NO = /^(no|false|off|0|non)$/i;

/** The directive that was meant by a name; `undefined` where no known one is near. */
function intended(name: string): string | undefined {
  const plain = name.replaceAll('_', '-');
  if (FLAGS.has(plain) || OTHERS.has(plain)) return plain;
  if (plain.length >= TOO_LONG) return undefined;
  const near = closest(plain, NAMES);
  const misspelt = plain.length > 2 * MAX_DISTANCE && distance(plain, near) <= MAX_DISTANCE;
  return misspelt ? near : undefined;
}

interface ReadDirective {
  readonly line: DirectiveLine;
  /** The name as the file has it. */
  readonly name: string;
  /** The directive that was meant; left out where no known one is near. */
  readonly right?: string;
  /** Characters such as `=` stand between name and value. */
  readonly separated: boolean;
  /** Where the value begins; the end of the line without one. */
  readonly valueFrom: number;
}

/** Reads the directives of redis.conf with misspelt names, and without those of modules. */
export const readDirectives = perFile(({ directives }: RedisFile): ReadDirective[] =>
  directives.slice(0, MAX_LINES).flatMap((line) => {
    // `port=6379`, `port: 6379`
    const [head = '', name = '', separators = ''] = /^([^:=]*)([:=]*)/.exec(line.name) ?? [];
    const value = line.name.slice(head.length);
    const right = intended(name);
    // A module's directives have a dot: `search.threads`.
    if (right === undefined && name.includes('.')) return [];
    const [first, ...rest] = line.arguments;
    // `port : 6379`; the character alone may be a value.
    const between = value === '' && rest.length > 0 && /^[:=]+$/.test(first?.text ?? '');
    const [firstValue] = between ? rest : line.arguments;
    return [
      {
        line,
        name,
        ...(right !== undefined && { right }),
        separated: separators !== '' || between,
        valueFrom:
          value === ''
            ? (firstValue?.from ?? line.to)
            : line.from + name.length + separators.length,
      },
    ];
  }),
);

/** Directives that Redis refuses, or with which it cannot serve Pod. */
export const directives = [
  // Redis does not start (run on Redis 7.0.15: `FATAL CONFIG FILE ERROR`).
  {
    code: 'redis-directive',
    severity: 'error',
    *redis({ input, redis }) {
      for (const { line, name, right, separated, valueFrom } of readDirectives(redis)) {
        if (right === undefined) continue;
        const written = input.text.slice(valueFrom, line.to);
        const flag = FLAGS.has(right);
        const wrongFlag = flag && !/^(yes|no)$/i.test(written);
        if (name === right && !separated && !wrongFlag) continue;
        const meant = YES.test(written) ? 'yes' : NO.test(written) ? 'no' : '';
        const value = flag ? meant : written;
        yield {
          at: line,
          params: {
            name: name.slice(0, 60),
            right,
            case: name !== right ? '' : separated ? 'sign' : 'flag',
          },
          repair: value === '' ? [] : replace(line, `${right} ${value}`),
        };
      }
    },
    ...pair('protected-mode yes', 'protect-mode : yes', conf(CONF_TEXT)),
  },
  // Redis Cluster has one database only.
  {
    code: 'redis-cluster',
    severity: 'error',
    *redis({ input, redis }) {
      const cluster = directive(redis, 'cluster-enabled');
      if (cluster?.arguments[0]?.text.toLowerCase() === 'yes')
        yield { at: cluster, repair: setDirective(input.text, redis, 'cluster-enabled', 'no') };
    },
    example: [conf(`${CONF_TEXT}cluster-enabled yes\n`)],
    nearMiss: [conf(`${CONF_TEXT}cluster-enabled no\n`)],
  },
] as const satisfies readonly FindingDefinition[];
