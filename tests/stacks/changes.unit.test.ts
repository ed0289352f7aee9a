import { describe, expect, test } from 'vitest';
import { changesOf, described, packagesOf, POD, putBack } from './changes.ts';

/** A lock of packages, each as `name==version`. */
const lock = (...packages: string[]) =>
  packages
    .map(
      (each) =>
        `${each} \\\n    --hash=sha256:${Buffer.from(each).toString('hex').padEnd(64, '0')}\n`,
    )
    .join('');

const BEFORE = {
  pod: lock('aiohttp==3.14.5', 'kombu==5.6.2', 'packaging==26.4', 'redis==5.2.0'),
  'pod-next': lock('kombu==5.7.0', 'redis==8.1.0'),
};
const AFTER = {
  pod: lock('aiohttp==3.15.0', 'kombu==5.6.3', 'redis==5.2.0', 'tzdata==2026.6'),
  'pod-next': lock('kombu==5.7.1', 'redis==8.1.0'),
};

describe('changes of locks', () => {
  test('are the versions that differ, those which speak with Redis and Pod first', () => {
    const changes = changesOf(BEFORE, AFTER, { from: '4.2.0', to: '4.4.0' });
    expect(changes.map(described)).toEqual([
      'kombu 5.6.2 -> 5.6.3, 5.7.0 -> 5.7.1',
      `${POD} 4.2.0 -> 4.4.0`,
      'aiohttp 3.14.5 -> 3.15.0',
      'packaging 26.4 -> nothing',
      'tzdata nothing -> 2026.6',
    ]);
  });

  test('are none between equal locks and releases', () => {
    expect(changesOf(BEFORE, BEFORE, { from: '4.2.0', to: '4.2.0' })).toEqual([]);
  });

  test('name a pair of versions once', () => {
    const twice = (version: string) => ({
      one: lock(`amqp==${version}`),
      two: lock(`amqp==${version}`),
    });
    expect(changesOf(twice('1'), twice('2')).map(described)).toEqual(['amqp 1 -> 2']);
  });
});

describe('packages put back', () => {
  test('have their old versions and hashes in every lock, and the others stay new', () => {
    const mixed = putBack(BEFORE, AFTER, ['kombu']);
    expect(mixed['pod-next']).toBe(BEFORE['pod-next']);
    expect(packagesOf(mixed['pod'] ?? '').get('kombu')).toEqual(
      packagesOf(BEFORE.pod).get('kombu'),
    );
    expect(changesOf(AFTER, mixed).map(({ name }) => name)).toEqual(['kombu']);
  });

  test('come again if they are gone, and go if they are new', () => {
    const mixed = putBack(BEFORE, AFTER, ['packaging', 'tzdata']);
    expect(changesOf(AFTER, mixed).map(described)).toEqual([
      'packaging nothing -> 26.4',
      'tzdata 2026.6 -> nothing',
    ]);
  });

  test('give the old versions if all are', () => {
    const names = changesOf(BEFORE, AFTER).map(({ name }) => name);
    expect(changesOf(BEFORE, putBack(BEFORE, AFTER, names))).toEqual([]);
  });
});
