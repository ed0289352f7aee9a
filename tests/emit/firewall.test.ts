import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FIELDS } from '../../src/model/fields.ts';
import type { Architecture } from '../../src/model/architecture.ts';
import { lineText } from '../../src/emit/code.ts';
import { plan } from '../../src/model/deployment.ts';
import { architectures } from '../model/architecture.ts';
import { rulesOf, rulesTextOf } from './emitted.ts';

const FIREWALLS = ['nftables', 'ufw'] as const;

/** The fields with the addresses of servers, and their placeholders. */
const FROM = [
  ['from.web', /^WEB-SERVERS\.invalid$/],
  ['from.cron', /^CRON-SERVERS\.invalid$/],
  ['from.workers', /^(WORKER|ENCODING)-SERVERS\.invalid$/],
  ['from.transcription', /^TRANSCRIPTION-SERVERS\.invalid$/],
  ['from.xapi', /^XAPI-SERVERS\.invalid$/],
] as const;

/** An address or network in one spelling, for IPv6 that of the URL standard. */
function spelled(text: string): string {
  const [address = '', bits] = text.split('/');
  const host = address.includes(':') ? new URL(`http://[${address}]`).hostname : address;
  return bits === undefined ? host : `${host}/${bits}`;
}

const several: Partial<Architecture> = {
  arch: 'celery',
  web: 2,
  workers: 2,
  redis: 'dedicated',
  host: '10.0.0.1',
  'from.web': '10.0.0.10,2001:db8::/64',
  'from.workers': '10.0.1.0/24',
  comments: false,
};
const sentinels = '10.0.0.1:26380,10.0.0.2,[2001:db8::3]:26380';

describe('with nftables', () => {
  const chain = (...rules: string[]) =>
    [
      'table inet redis_pod',
      'delete table inet redis_pod',
      'table inet redis_pod {',
      '    chain input {',
      '        type filter hook input priority filter; policy accept;',
      ...['iif lo accept', ...rules].map((rule) => `        ${rule}`),
      '    }',
      '}',
    ].join('\n');
  const bare = (choices: Partial<Architecture>) =>
    rulesTextOf({ ...choices, firewall: 'nftables' }).replace(/\n{2,}/g, '\n');

  test('each address of each group reaches Redis, and nobody else', () => {
    expect(bare(several)).toBe(
      `${chain(
        'ip saddr 10.0.0.10 tcp dport 6379 accept',
        'ip6 saddr 2001:db8::/64 tcp dport 6379 accept',
        'ip saddr 10.0.1.0/24 tcp dport 6379 accept',
        'tcp dport 6379 drop',
      )}\n`,
    );
  });

  test('with Sentinel, so do the Redis servers, and the ports of all sentinels open', () => {
    const ports = 'tcp dport { 6400, 26379, 26380 }';
    expect(bare({ ...several, port: 6400, sentinels })).toBe(
      `${chain(
        `ip saddr 10.0.0.1 ${ports} accept`,
        `ip saddr 10.0.0.2 ${ports} accept`,
        `ip6 saddr 2001:db8::3 ${ports} accept`,
        `ip saddr 10.0.0.10 ${ports} accept`,
        `ip6 saddr 2001:db8::/64 ${ports} accept`,
        `ip saddr 10.0.1.0/24 ${ports} accept`,
        `${ports} drop`,
      )}\n`,
    );
  });
});

test('with ufw, all that are let in are put before the one rule that keeps out', () => {
  const ports = 'to any port 6379,26379,26380 comment';
  const commands = rulesTextOf({ ...several, sentinels, firewall: 'ufw' }).split('\n');
  expect(commands.filter((line) => line !== '')).toEqual([
    '#!/bin/sh',
    'set -e',
    `ufw prepend allow proto tcp from 10.0.0.1 ${ports} 'redis-pod redis'`,
    `ufw prepend allow proto tcp from 10.0.0.2 ${ports} 'redis-pod redis'`,
    `ufw prepend allow proto tcp from 2001:db8::3 ${ports} 'redis-pod redis'`,
    `ufw prepend allow proto tcp from 10.0.0.10 ${ports} 'redis-pod web'`,
    `ufw prepend allow proto tcp from 2001:db8::/64 ${ports} 'redis-pod web'`,
    `ufw prepend allow proto tcp from 10.0.1.0/24 ${ports} 'redis-pod worker'`,
    `ufw deny proto tcp from any ${ports} 'redis-pod'`,
  ]);
});

test.each(FIREWALLS)('%s is told no name of a sentinel that it could look up', (firewall) => {
  const names = 'redis-a,any,REDIS-ADDRESS.invalid';
  const file = rulesOf({ ...several, firewall, sentinels: names });
  const placeholders = file?.lines.flat().filter(({ placeholder }) => placeholder);
  expect(placeholders?.map(({ text }) => text)).toEqual([
    'redis-a.invalid',
    'any.invalid',
    'REDIS-ADDRESS.invalid',
  ]);
});

describe.each(FIREWALLS)('whatever the architecture, %s', (firewall) => {
  const accepts = firewall === 'ufw' ? /prepend allow proto tcp from (\S+) to / : /saddr (\S+) /;

  test('lets in the servers that reach Redis, a mark where they have no address', () => {
    const property = fc.property(architectures, (arbitrary) => {
      const architecture = { ...arbitrary, firewall };
      const file = rulesOf(architecture);
      expect(file !== undefined).toBe(FIELDS.firewall.applies(architecture));
      if (file === undefined) return;
      const marks: RegExp[] = [];
      const given = new Set<string>();
      for (const [field, mark] of FROM)
        if (!FIELDS[field].applies(architecture)) continue;
        else if (architecture[field] === '') marks.push(mark);
        else for (const address of architecture[field].split(',')) given.add(spelled(address));
      for (const { host } of plan(architecture).redis.sentinel?.endpoints ?? [])
        if (/^[\d.]+$|:/.test(host)) given.add(spelled(host));
        else marks.push(new RegExp(`^${host.replaceAll('.', '\\.')}\\.invalid$`));

      const code = file.lines.filter((line) => line[0]?.kind !== 'comment');
      const sources = code.flatMap((line) => accepts.exec(lineText(line))?.[1] ?? []);
      const names = sources.filter((source) => source.endsWith('.invalid'));
      const addresses = sources.filter((source) => !names.includes(source));
      expect(new Set(addresses.map(spelled))).toEqual(given);
      for (const mark of marks) expect(names.some((name) => mark.test(name))).toBe(true);
      for (const name of names) expect(marks.some((mark) => mark.test(name))).toBe(true);
      const placeholders = file.lines.flat().filter(({ placeholder }) => placeholder);
      expect(placeholders.map(({ text }) => text)).toEqual(names);
    });
    fc.assert(property);
  });

  test('lets nobody in without saying from where, and then keeps everybody out', () => {
    const property = fc.property(architectures, (arbitrary) => {
      const file = rulesOf({ ...arbitrary, firewall });
      if (file === undefined) return;
      const code = file.lines
        .filter((line) => line.length > 0 && line[0]?.kind !== 'comment')
        .map(lineText);
      const open = code.filter((line) => /\b(accept|allow)\b/.test(line) && !accepts.test(line));
      const shut = code.findIndex((line) => / drop$|^ufw deny .* from any /.test(line));
      expect(open.map((line) => line.trim())).toEqual(
        firewall === 'ufw'
          ? []
          : ['type filter hook input priority filter; policy accept;', 'iif lo accept'],
      );
      expect(shut).toBeGreaterThan(code.findLastIndex((line) => accepts.test(line)));
    });
    fc.assert(property);
  });
});

test('a server alone, containers and the wish for none have no rules', () => {
  expect(rulesOf({})).toBeUndefined();
  expect(rulesOf({ ...several, redis: 'docker' })).toBeUndefined();
  expect(rulesOf({ ...several, firewall: 'none' })).toBeUndefined();
});
