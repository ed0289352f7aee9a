import { describe, expect, test } from 'vitest';
import { alike, causesOf, messageOf, sentence, type Failure, type Trial } from './causes.ts';
import type { Change } from './changes.ts';

const change = (name: string, to?: string): Change => ({
  name,
  versions: [{ from: '1', ...(to && { to }) }],
});
const NEWER = ['kombu', 'redis', 'django', 'amqp', 'vine'].map((name) => change(name, '2'));

const failure = (name: string): Failure => ({ id: name, name, message: 'Error: no' });

/** A trial of cases, each of which passes once all packages of one of its lists are as before. */
function trialOf(needed: Readonly<Record<string, string[][]>>): { trial: Trial; runs: string[][] } {
  const runs: string[][] = [];
  const trial: Trial = (back, failures) => {
    const names = back.map(({ name }) => name);
    runs.push(names);
    return failures.filter(({ name }) =>
      needed[name]?.some((list) => list.every((each) => names.includes(each))),
    );
  };
  return { trial, runs };
}

const found = (changes: readonly Change[], needed: Readonly<Record<string, string[][]>>) =>
  causesOf(changes, Object.keys(needed).map(failure), trialOf(needed).trial).map(
    (cause) =>
      [cause.changes.map(({ name }) => name), cause.failures.map(({ name }) => name)] as const,
  );

describe('causes', () => {
  test.each(NEWER)('$name alone', ({ name }) => {
    expect(found(NEWER, { a: [[name]], b: [[name]] })).toEqual([[[name], ['a', 'b']]]);
  });

  test('are several where cases have different ones', () => {
    expect(found(NEWER, { a: [['kombu']], b: [['vine']] })).toEqual([
      [['kombu'], ['a']],
      [['vine'], ['b']],
    ]);
  });

  test('are a group where no change alone explains a case', () => {
    expect(found(NEWER, { a: [['kombu', 'redis']] })).toEqual([[['kombu', 'redis'], ['a']]]);
  });

  test('have no change where cases fail with the old versions too', () => {
    expect(found(NEWER, { a: [], b: [['amqp']] })).toEqual([
      [['amqp'], ['b']],
      [[], ['a']],
    ]);
    expect(found([], { a: [] })).toEqual([[[], ['a']]]);
  });

  test('are a package that is gone, or a version that needs none which is gone', () => {
    const changes = [...NEWER, change('packaging')];
    expect(found(changes, { a: [['packaging']] })).toEqual([[['packaging'], ['a']]]);
    expect(found(changes, { a: [['kombu', 'packaging']] })).toEqual([[['kombu'], ['a']]]);
    expect(found([change('packaging')], { a: [['packaging']] })).toEqual([[['packaging'], ['a']]]);
  });

  test('are found in few runs', () => {
    const many = Array.from({ length: 32 }, (_, at) => change(`package-${at}`, '2'));
    const { trial, runs } = trialOf({ a: [['package-0']] });
    causesOf(many, [failure('a')], trial);
    expect(runs.length).toBe(6);
  });
});

describe('a sentence', () => {
  test('names the version, the one before, the cases and the first message', () => {
    const changes = [{ name: 'kombu', versions: [{ from: '5.6.2', to: '5.7.0' }] }];
    const failures = ['celery-tcp-password', 'celery-tls-acl'].map(failure);
    expect(sentence({ changes, failures }, 'on the stack pod')).toBe(
      'kombu 5.7.0 instead of 5.6.2: 2 cases fail on the stack pod, the first, celery-tcp-password, with: Error: no',
    );
    expect(sentence({ changes, failures: [failure('a')] }, 'with Pod itself')).toBe(
      'kombu 5.7.0 instead of 5.6.2: one case fails with Pod itself, a, with: Error: no',
    );
  });

  test('says when no version alone, or no version at all, is the cause', () => {
    const changes = [
      change('kombu', '2'),
      change('packaging'),
      { name: 'tzdata', versions: [{ to: '3' }] },
    ];
    const failures = [failure('a')];
    expect(sentence({ changes, failures }, 'here')).toBe(
      'Only together, kombu 2 instead of 1, packaging no longer, tzdata 3, new: one case fails here, a, with: Error: no',
    );
    expect(sentence({ changes: [], failures }, 'here')).toBe(
      'With the locked versions too: one case fails here, a, with: Error: no',
    );
  });
});

test('failures are alike with the same message but for numbers and paths', () => {
  const messages = ['Error: port 1 of /a/b', 'Error: port 22 of /c', 'Error: no port'];
  const failures = messages.map((message) => ({ id: message, name: message, message }));
  expect(alike(failures)).toEqual([failures.slice(0, 2), failures.slice(2)]);
});

test('the message of an error is the last exception of Python, or the first line', () => {
  const python = `Error: web: python web.py
Traceback (most recent call last):
IndexError: pop from empty list

During handling of the above exception, another exception occurred:

  File "/x/kombu/transport/redis.py", line 2072, in _get_client
    raise VersionMismatch(
kombu.exceptions.VersionMismatch: Redis transport requires redis-py versions 6.1.0 or later. You have 5.2.0

    at PodServer.#python (/x/pod.ts:291:29)`;
  expect(messageOf(python)).toBe(
    'kombu.exceptions.VersionMismatch: Redis transport requires redis-py versions 6.1.0 or later. You have 5.2.0',
  );
  expect(messageOf('Error: expected {} to equal []\n\n- 1\n+ 2\n    at x.ts:1:1')).toBe(
    'Error: expected {} to equal []',
  );
  expect(messageOf('\nnothing known\nmore')).toBe('nothing known');
});
