import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  addressKind,
  isLoopback,
  isPublic,
  isUnspecified,
  isWide,
  urlHost,
} from '../../src/model/address.ts';
import { DOCKER_HOST } from '../../src/pod/limits.ts';
import { hosts } from './architecture.ts';

const long = (length: number) => `${'a'.repeat(60)}.`.repeat(5).slice(0, length - 1) + 'z';

describe('addressKind', () => {
  test.each([
    'redis',
    'redis.univ.fr',
    'REDIS.Univ.FR',
    'pod_redis_1',
    '3com.fr',
    'xn--rdis-bpa.fr',
    'a'.repeat(63),
    long(253),
  ])('%s is a name', (text) => {
    expect(addressKind(text)).toBe('name');
  });

  test.each(['10.0.0.5', '0.0.0.0', '255.255.255.255'])('%s is an IPv4 address', (text) => {
    expect(addressKind(text)).toBe('ipv4');
  });

  test.each([
    '::',
    '::1',
    '1::',
    '0:0:0:0:0:0:0:1',
    '2001:db8::5',
    '2001:DB8:0:0:8:800:200C:417A',
    '1:2:3:4:5:6:7::',
    '1:2:3:4:5:6:1.2.3.4',
  ])('%s is an IPv6 address', (text) => {
    expect(addressKind(text)).toBe('ipv6');
  });

  test.each([
    '',
    ' ',
    'é.fr',
    '-a',
    'a-',
    'a..b',
    '.a',
    'a.',
    'a b',
    'a,b',
    "a'b",
    'a"b',
    'a\\b',
    'a%b',
    'a\nb',
    'redis.univ.fr\n',
    'a'.repeat(64),
    long(254),
    ':::',
    '1::2::3',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4:5:6:7:8::',
    '12345::',
    '::1.2.3.256',
    '1.2.3.4::',
    'fe80::1%eth0',
  ])('%j is malformed', (text) => {
    expect(addressKind(text)).toBe('host.malformed');
  });

  test.each([
    'redis://h',
    'redis://:secret@h:6379/5',
    'rediss://[::1]',
    'h:6379',
    '10.0.0.5:6379',
    'u@h',
    '10.0.0.0/8',
  ])('%s is more than an address', (text) => {
    expect(addressKind(text)).toBe('host.url');
  });

  test.each(['[::1]', '[2001:db8::5]'])('%s has brackets', (text) => {
    expect(addressKind(text)).toBe('host.brackets');
  });

  test.each(['::ffff:127.0.0.1', '::ffff:7f00:1', '::FFFF:10.0.0.1', '0:0:0:0:0:ffff:a00:1'])(
    '%s is an IPv4 address that redis-server cannot bind so',
    (text) => {
      expect(addressKind(text)).toBe('host.number');
    },
  );

  test.each(['127.1', '1.2.3.256', '1.2.3', '2130706433', '0x7f000001', '01.2.3.4', '1.2.3.4.5'])(
    '%s is a number that resolvers read in their own way',
    (text) => {
      expect(addressKind(text)).toBe('host.number');
    },
  );
});

describe('isLoopback', () => {
  test.each([
    '127.0.0.1',
    '127.255.0.3',
    '::1',
    '0:0:0:0:0:0:0:1',
    '0000::0001',
    'localhost',
    'LOCALHOST',
    'x.localhost',
  ])('%s leads back to its own server', (host) => {
    expect(isLoopback(host)).toBe(true);
  });

  test.each([
    DOCKER_HOST,
    DOCKER_HOST.toUpperCase(),
    '10.127.0.1',
    '128.0.0.1',
    '::2',
    '::',
    '1::1',
    '2001:db8::7f00:1',
    'localhost.univ.fr',
    'notlocalhost',
    '127.univ.fr',
    '',
  ])('%s does not', (host) => {
    expect(isLoopback(host)).toBe(false);
  });
});

test('0.0.0.0 and every spelling of :: mean all interfaces', () => {
  expect(['0.0.0.0', '::', '0:0:0:0:0:0:0:0', '0::0'].every(isUnspecified)).toBe(true);
  const others = ['127.0.0.1', '::1', '1::', '', 'redis', '1:2:3:4:5:6:7:8:9::'];
  expect(others.some(isUnspecified)).toBe(false);
});

test('an address is never both loopback and unspecified, and stands in a URL as itself', () => {
  fc.assert(
    fc.property(hosts, (host) => {
      expect(isLoopback(host) && isUnspecified(host)).toBe(false);
      if (host === '') return;
      const { hostname } = new URL(`http://${urlHost(host)}:6379/5`);
      expect(hostname.startsWith('[')).toBe(addressKind(host) === 'ipv6');
      if (addressKind(host) !== 'ipv6') expect(hostname).toBe(host.toLowerCase());
    }),
  );
});

test.each([
  ['10.0.0.5', false],
  ['172.31.255.255', false],
  ['172.32.0.0', true],
  ['192.168.1.1', false],
  ['100.64.0.1', false],
  ['169.254.1.1', false],
  ['127.0.0.1', false],
  ['0.0.0.0', false],
  ['193.50.1.1', true],
  ['fd00::5', false],
  ['fe80::1', false],
  ['::1', false],
  ['2001:DB8::5', true],
  ['redis.univ.fr', false],
  ['', false],
])('%s is an address of the Internet: %j', (text, expected) => {
  expect(isPublic(text)).toBe(expected);
});

test.each([
  ['0.0.0.0/1', true],
  ['128.0.0.0/1', true],
  ['127.0.0.1/1', true],
  ['10.0.0.0/7', true],
  ['193.0.0.0/8', true],
  ['193.50.0.0/15', true],
  ['193.50.0.0/16', false],
  ['193.50.1.1', false],
  ['10.0.0.0/8', false],
  ['::/1', true],
  ['::1/1', true],
  ['8000::/1', true],
  ['fd00::/1', true],
  ['2001:660::/31', true],
  ['2001:660::/32', false],
  ['fc00::/7', false],
])('%s lets in much of the Internet: %j', (network, expected) => {
  expect(isWide(network)).toBe(expected);
});
