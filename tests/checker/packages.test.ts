import { expect, test } from 'vitest';
import { checkFiles } from '../../src/checker/check.ts';
import { kindOf, likelyName, type InputFile } from '../../src/checker/read/files.ts';
import { edited } from '../../src/checker/repair/edits.ts';

const CODE = 'kombu-refuses-redis';

/** The first lines of requirements-encode.txt (Pod 4.2.0). */
const ENCODE = 'webvtt-py==0.5.1\ncelery==5.4.0\nredis==5.2.0\nrequests==2.32.4\n';

/** The problem in files, and the first of them after its repair. */
function found(...files: InputFile[]) {
  const { findings } = checkFiles(files);
  const [finding] = findings.filter(({ code }) => code === CODE);
  return (
    finding && {
      ...finding.params,
      repaired: edited(files[0]?.text ?? '', finding.repair ?? []),
    }
  );
}

const encode = (text: string): InputFile => ({ name: 'requirements-encode.txt', text });

test('Pod’s own requirements leave the choice of kombu to pip', () => {
  const repaired = ENCODE.replace('redis==5.2.0\n', 'redis==5.2.0\nkombu<5.7\n');
  expect(found(encode(ENCODE))).toEqual({ case: 'open', requirement: 'kombu<5.7', repaired });
  expect(found(encode(repaired))).toBeUndefined();
  expect(found(encode(ENCODE.replaceAll('\n', '\r\n')))?.repaired).toBe(
    repaired.replaceAll('\n', '\r\n'),
  );
});

test('another file may limit kombu', () => {
  const constraints = { name: 'constraints.txt', text: 'kombu~=5.6.0  # with redis-py 5\n' };
  expect(found(encode(ENCODE), constraints)).toBeUndefined();
  const open = { ...constraints, text: 'kombu\n' };
  expect(found(open, encode(ENCODE))).toMatchObject({ case: 'asked', repaired: 'kombu<5.7\n' });
});

test.for([
  ['pip freeze', 'kombu==5.7.0\nredis==5.2.0\n', 'kombu<5.7\nredis==5.2.0\n'],
  [
    'pip list',
    'Package  Version\n-------- -------\nDjango   4.2.28\nkombu    5.7.0\nredis    5.2.0\n',
    'Package  Version\n-------- -------\nDjango   4.2.28\nkombu<5.7\nredis    5.2.0\n',
  ],
  ['no limit', 'redis==5.2.0\nkombu[redis]\n', 'redis==5.2.0\nkombu<5.7\n'],
] as const)('an environment of %s that has both', ([, text, repaired]) => {
  const input = { name: '', text };
  expect(kindOf(input)).toEqual({ kind: 'packages' });
  expect(likelyName(text)).toBe('requirements.txt');
  expect(found({ name: 'packages.txt', text })).toMatchObject({ case: 'asked', repaired });
});

test.for([
  ['a newer redis-py', 'kombu==5.7.0\nredis==8.1.0\n'],
  ['any redis-py', 'celery==5.4.0\nredis\n'],
  ['no Celery', 'redis==5.2.0\n'],
  ['an older kombu', 'kombu==5.6.2\nredis==5.2.0\n'],
  ['a comment', 'redis==5.2.0\nkombu<5.7\n# kombu==5.7.0\n'],
] as const)('nothing is wrong with %s', ([, text]) => {
  expect(found(encode(text))).toBeUndefined();
});

test('other texts have no packages', () => {
  for (const text of ['CACHES = {}\nredis = 5\n', 'maxmemory 1gb\n', 'kombu\n'])
    expect(kindOf({ name: '', text }).kind).not.toBe('packages');
  expect(kindOf({ name: 'settings_local.py', text: ENCODE }).kind).toBe('settings');
});
