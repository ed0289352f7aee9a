import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkFiles, LONGEST_TEXT } from '../../src/checker/check.ts';
import { FINDINGS, type Finding } from '../../src/checker/findings.ts';
import type { InputFile } from '../../src/checker/read/files.ts';
import { positionOf } from '../../src/checker/read/span.ts';
import { edited } from '../../src/checker/repair/edits.ts';
import { secretsIn } from '../../src/checker/secrets.ts';
import { full, limit, runs, sample } from '../sets.ts';
import { readInPython } from './python.ts';

const EXAMPLE_FILES = Object.values(FINDINGS).flatMap(({ example, nearMiss }) => [
  ...example,
  ...nearMiss,
]);

/** Texts that a mistake of typing, or of a program, puts into a file. */
const SLIPS = [
  '',
  '"',
  "'",
  '{',
  '}',
  '[',
  '(',
  ')',
  '\n',
  '\n    ',
  '\\',
  '#',
  ',',
  ':',
  '//',
  '@',
  '%',
  '=',
  ' = ',
  'f"{',
  '**',
  '\0',
  '\uD800',
  'é',
  '😀',
  '$(',
  '`',
  ';',
  '"""',
  'if x:\n ',
  'CACHES',
  'lambda: ',
  '\r\n',
];

/** A file with a few such mistakes. */
const slipped = (most: number) =>
  fc
    .tuple(
      fc.constantFrom(...EXAMPLE_FILES),
      fc.array(
        fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(8), fc.constantFrom(...SLIPS)),
        { maxLength: most },
      ),
    )
    .map(([file, slips]): InputFile => {
      let { text } = file;
      for (const [where, length, insert] of slips) {
        const at = Math.floor(where * text.length);
        text = text.slice(0, at) + insert + text.slice(at + length);
      }
      return { ...file, text };
    });

const mutated = slipped(5);

const random = fc
  .tuple(
    fc.constantFrom(
      'settings_local.py',
      'redis.conf',
      'sentinel.conf',
      'celeryd',
      'pod.service',
      'podceleryconf.py',
      'start.sh',
      'crontab',
      'pod.timer',
      'x',
    ),
    fc.oneof(
      fc.string({ unit: 'binary', maxLength: 200 }),
      fc.array(fc.constantFrom(...SLIPS), { maxLength: 60 }).map((all) => all.join('')),
    ),
  )
  .map(([name, text]): InputFile => ({ name, text }));

/** Checks the span, the parameters and the repair of a finding, whatever the file. */
function expectSound(
  files: readonly InputFile[],
  { file, span, repair = [], params }: Finding,
): void {
  const text = files.find(({ name }) => name === file)?.text ?? '';
  expect(span.from >= 0 && span.from <= span.to && span.to <= text.length).toBe(true);
  expect(
    Object.values(params).every((value) => typeof value === 'number' || value.length <= 200),
  ).toBe(true);
  const ordered = [...repair].sort((a, b) => a.from - b.from);
  for (const [at, edit] of ordered.entries()) {
    expect(edit.from >= 0 && edit.from <= edit.to && edit.to <= text.length).toBe(true);
    expect(edit.from >= (ordered[at - 1]?.to ?? 0)).toBe(true);
  }
  // The text before the first edit and after the last one stays the same.
  const [first] = ordered;
  const last = ordered.at(-1);
  if (!first || !last) return;
  const after = edited(text, repair);
  expect(after.startsWith(text.slice(0, first.from)) && after.endsWith(text.slice(last.to))).toBe(
    true,
  );
}

test('random and mutated files are checked without an error, and repairs stay where they belong', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof({ weight: 3, arbitrary: mutated }, random), {
        minLength: 1,
        maxLength: 2,
      }),
      (given) => {
        const files = given.map((file, at) => ({
          ...file,
          name: at === 0 ? file.name : `strain/${file.name}`,
        }));
        for (const finding of checkFiles(files).findings) expectSound(files, finding);
      },
    ),
    { numRuns: runs(800, 10_000) },
  );
});

test('a file that Python can parse still parses after any repair', () => {
  const pairs: { before: string; after: string; code: string }[] = [];
  for (const file of fc.sample(slipped(1), runs(2000, 12_000))) {
    if (!file.name.endsWith('.py') || !file.text.isWellFormed()) continue;
    for (const { repair, code } of checkFiles([file]).findings)
      if (repair) pairs.push({ before: file.text, after: edited(file.text, repair), code });
  }
  expect(pairs.length).toBeGreaterThan(runs(160, 1000));
  const before = readInPython(pairs.map((pair) => pair.before));
  const after = readInPython(pairs.map((pair) => pair.after));
  expect(pairs.filter((_, at) => before[at] === true && after[at] !== true)).toEqual([]);
});

const filled = (part: string) =>
  part.repeat(Math.ceil(LONGEST_TEXT / part.length)).slice(0, LONGEST_TEXT);

/** Files that take long to read, one way or another. */
const LARGE: [what: string, name: string, text: string][] = [
  [
    'a real file over and over',
    'settings_local.py',
    filled(FINDINGS['broker-missing'].nearMiss[0]?.text ?? ''),
  ],
  ['parentheses', 'settings_local.py', `A = ${filled('(')}`],
  ['braces', 'settings_local.py', `CACHES = ${filled('{"a":')}`],
  ['sums', 'settings_local.py', `CELERY_BROKER_URL = ${filled('"a" + ')}"b"`],
  [
    'names that double',
    'settings_local.py',
    `A = "xx"\n${filled('A = A + A\n')}\nCELERY_BROKER_URL = A`,
  ],
  [
    'dicts in themselves',
    'settings_local.py',
    `CACHES = {}\n${filled('CACHES.update({"a": CACHES})\n')}`,
  ],
  ['one string', 'settings_local.py', `CELERY_BROKER_URL = "redis://${filled(';redis://:@')}"`],
  ['quotes', 'settings_local.py', filled('"')],
  ['subscripts', 'settings_local.py', `A${filled('["a"]')} = 1`],
  ['conditions', 'settings_local.py', filled('if x:\n    CACHES = {}\n')],
  ['a line of redis.conf', 'redis.conf', `bind ${filled('"\\x41')}`],
  ['lines of redis.conf', 'redis.conf', filled('save 1 1\n')],
  [
    'jobs of a crontab',
    'pod-runner-tasks',
    filled('@daily pod cd /a && python manage.py process_tasks\n'),
  ],
  [
    'paths in a crontab',
    'pod-runner-tasks',
    `@daily pod python manage.py process_tasks ${filled('=/')}`,
  ],
  [
    'names of programs',
    'start-cron.sh',
    `#!/bin/sh\npython manage.py process_tasks ${filled('/bin/python')}`,
  ],
  ['requirements', 'requirements.txt', filled('kombu==5.7.0\n')],
  ['limits of a package', 'requirements.txt', `kombu${filled('<5,')}`],
  ['a name of a package', 'requirements.txt', `kombu[${filled('a')}`],
  [
    'commands of a unit',
    'pod-runner-tasks.service',
    filled('ExecStart=/x/manage.py process_tasks\n'),
  ],
  ['times of a timer', 'pod-runner-tasks.timer', filled('OnCalendar=*:0/3\n')],
  ['options', 'celeryd', `CELERY_APP="pod.main"\nCELERYD_OPTS="${filled("-Q '")}"`],
  ['backslashes', 'celeryd', filled('\\\n')],
  ['a unit', 'pod.service', `ExecStart=${filled('"\\')}`],
  ['blank lines', 'settings_local.py', filled('\n')],
  ['blank lines that are pasted', '', filled(' \n')],
  ['dots', 'settings_local.py', `A = "${filled('a.')}"`],
  ['dots without a space', '', filled('a.')],
  ['letters', '', filled('a')],
  ['beginnings of URLs', 'settings_local.py', `A = "${filled('a://')}"`],
  ['URLs without a space', '', filled('redis://:a')],
  ['at signs', '', filled('@')],
  ['an unknown directive', 'redis.conf', filled('maxmemory-polcy x\n')],
  ['rules of a user', 'redis.conf', `user pod ${filled('+get ')}`],
  ['passwords of a user', 'redis.conf', `user pod ${filled('>a ')}`],
  ['a secret name and blanks', 'settings_local.py', `x = (\npassw${filled(' ')}`],
  ['a secret name and lines', 'settings_local.py', `x = (\npassw${filled('\n')}`],
  ['secret names', 'settings_local.py', `x = (\n${filled('passw')}`],
  ['secret names and blanks', 'settings_local.py', `x = (\n${filled('passw ')}`],
  ['lines with secrets', 'settings_local.py', `x = (\n${filled('passwd = x\n')}`],
  ['lines with URLs and secrets', 'settings_local.py', `x = (\n${filled('token = r://a:b@c\n')}`],
  ['lines that end with a carriage return', 'settings_local.py', `x = (\n${filled('\r')}`],
  ['secret names in a directive', 'redis.conf', filled('pas-')],
  ['secret names in the other directive', 'redis.conf', `s${filled('auth')}`],
  ['separators of a directive', 'redis.conf', `requirepass ${filled(':= ')}`],
  ['dicts that have themselves twice', 'settings_local.py', filled('A={"a":A,"b":A}\n')],
  ['a sum in each line', 'settings_local.py', `A = "x"\n${filled('A = A + "x"\n')}`],
  ['a list that grows in each line', 'settings_local.py', `A = [1]\n${filled('A += [1]\n')}`],
  ['f-strings that do not end', 'settings_local.py', filled('f"{')],
  ['signs that the parser nests', 'settings_local.py', filled('-\r\n')],
  ['a tree that the parser damages', 'settings_local.py', filled(`$('"`)],
  ['names of celery in a command', 'pod.service', `ExecStart=sh -c "${filled('celery ')}"`],
  ['names of celery in a script', 'start.sh', filled('celery ')],
  ['a name of sentinel’s file', `${'sentinel'.repeat(1000)}.x`, filled('a = 1\n')],
];

/** Whatever a text may be made of: words of all files, and the signs around them. */
const WORDS = [
  ...SLIPS.filter((slip) => slip !== ''),
  ...[
    'passw',
    'pas-',
    'secret',
    'auth',
    'celery',
    '-A ',
    'sentinel ',
    'user ',
    'redis://',
    'a',
    '0',
  ],
  ...[
    ' ',
    '\t',
    '\r',
    ';',
    '.',
    '-',
    '+',
    '>',
    '["a"]',
    'A = A',
    'A["a"]',
    'ExecStart=',
    'export A=',
  ],
];

/** Texts that repeat a few words after a beginning; many make an expression with a mistake slow. */
const repeated = fc.record({
  name: fc.constantFrom(
    'settings_local.py',
    'redis.conf',
    'sentinel.conf',
    'celeryd',
    'a.service',
    '',
  ),
  begin: fc.array(fc.constantFrom(...WORDS), { maxLength: 3 }).map((all) => all.join('')),
  part: fc
    .array(fc.constantFrom(...WORDS), { minLength: 1, maxLength: 3 })
    .map((all) => all.join('')),
});

/**
 * The most processor time, in seconds: two on an idle machine, and as much again for one that is busy, where the
 * measured time of a program grows too.
 */
const MOST = limit(4) / 1000;

/** The processor time for a text of so many characters, in seconds. */
function secondsFor(name: string, text: string): number {
  const start = process.cpuUsage();
  const { files } = checkFiles([{ name, text }]);
  files.map(secretsIn);
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1e6;
}

describe('the longest text is checked within two seconds of processor time', () => {
  test.each(sample(LARGE, 8))('%s', (_, name, text) => {
    expect(secondsFor(name, text.slice(0, LONGEST_TEXT))).toBeLessThan(MOST);
  });

  test('positions of many findings, and dicts that copy a growing one', () => {
    const conf = Array.from({ length: 60_000 }, (_, at) => `requirepass p${at}\nport ${at}\n`).join(
      '',
    );
    const text = conf.slice(0, LONGEST_TEXT);
    const start = process.cpuUsage();
    const { findings } = checkFiles([{ name: 'redis.conf', text }]);
    for (const { span } of findings) positionOf(text, span.from);
    const { user, system } = process.cpuUsage(start);
    expect(findings.length).toBeGreaterThan(10_000);
    expect((user + system) / 1e6).toBeLessThan(MOST);
    const lines = Array.from({ length: 16_000 }, (_, at) => `D={**D,"k${at}":1}\n`);
    expect(secondsFor('settings_local.py', `D={"a":1}\n${lines.join('')}`)).toBeLessThan(MOST);
  });

  // A search for more such texts: in the everyday set it would fail for a text that nobody has looked at yet.
  test.runIf(full)('whatever words it repeats', () => {
    fc.assert(
      // The parser alone may take a second for a text of errors, whatever its length.
      fc.property(repeated, ({ name, begin, part }) => {
        const length = LONGEST_TEXT / 8;
        const text = (begin + part.repeat(Math.ceil(length / part.length))).slice(0, length);
        expect(secondsFor(name, text)).toBeLessThan(MOST);
      }),
      { numRuns: 1000, endOnFailure: true },
    );
  });
});
