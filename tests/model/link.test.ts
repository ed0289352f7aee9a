import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DEFAULTS, fieldText, type Architecture } from '../../src/model/architecture.ts';
import { FIELD_NAMES, FIELDS } from '../../src/model/fields.ts';
import type { IssueCode } from '../../src/model/issues.ts';
import { plan, planVariant } from '../../src/model/deployment.ts';
import { formatLink, linkChoices, parseLink } from '../../src/model/link.ts';
import { PRESETS } from '../../src/model/presets.ts';
import { runs } from '../sets.ts';
import { architectures } from './architecture.ts';

const SEVERAL: Architecture = { ...DEFAULTS, arch: 'microservices', workers: 2, xapi: true };

describe('formatLink', () => {
  test('is empty for the default architecture', () => {
    expect(formatLink(DEFAULTS)).toBe('');
  });

  test('holds what differs from the defaults, in the order of the form', () => {
    expect(formatLink(SEVERAL)).toBe('arch=microservices&workers=2&xapi=1');
    expect(formatLink({ ...DEFAULTS, comments: false, host: '2001:db8::5', 'db.xapi': 7 })).toBe(
      'host=2001:db8::5&db.xapi=7&comments=0',
    );
  });

  test('keeps commas, and encodes the brackets of an IPv6 address with a port', () => {
    const sentinels = '10.0.0.5:26379,[2001:db8::5]:26379,c';
    expect(formatLink({ ...DEFAULTS, sentinels })).toBe(
      'sentinels=10.0.0.5:26379,%5B2001:db8::5%5D:26379,c',
    );
  });

  test('may begin with the id of a heading', () => {
    expect(formatLink(DEFAULTS, 'settings')).toBe('settings');
    expect(formatLink(SEVERAL, 'réglages')).toBe(
      'r%C3%A9glages&arch=microservices&workers=2&xapi=1',
    );
  });

  test('stands in Markdown and HTML as it is', () => {
    fc.assert(
      fc.property(architectures, (architecture) => {
        expect(formatLink(architecture)).toMatch(/^[\w.=&:/,%-]*$/);
      }),
    );
  });
});

describe('parseLink', () => {
  const read = (text: string) => {
    const { anchor, architecture, issues } = parseLink(text);
    return { anchor, link: formatLink(architecture), codes: issues.map(({ code }) => code) };
  };

  test.each([
    ['', '', ''],
    ['#', '', ''],
    ['arch=celery', '', ''],
    ['#arch=standalone', '', 'arch=standalone'],
    ['settings', 'settings', ''],
    ['#settings&arch=standalone', 'settings', 'arch=standalone'],
    ['#r%C3%A9glages&&arch=standalone&', 'réglages', 'arch=standalone'],
    ['https://pod.example.org/fr/redis/', '', ''],
    ['https://pod.example.org/fr/redis/?web=3#databases&xapi=1', 'databases', 'xapi=1'],
    ['/fr/redis/#xapi=1', '', 'xapi=1'],
    ['host=2001%3Adb8%3A%3A5', '', 'host=2001:db8::5'],
    ['host=%20redis.univ.fr%20&port=%206380', '', 'host=redis.univ.fr&port=6380'],
    ['%61rch=standalone', '', 'arch=standalone'],
    ['web=007', '', 'web=7'],
  ])('%j leads to %j with %j', (text, anchor, link) => {
    expect(read(text)).toEqual({ anchor, link, codes: [] });
  });

  const left: [text: string, codes: IssueCode[]][] = [
    ['arch=celery&color=red', ['link.unknown']],
    ['arch=celery&Arch=standalone', ['link.unknown']],
    ['arch=celery&web', ['link.value']],
    ['arch=celery&color', ['link.unknown']],
    ['password=secret', ['link.unknown']],
    ['__proto__=1&constructor=1&toString=1', ['link.unknown', 'link.unknown', 'link.unknown']],
    ['web=1&web=2&web=3', ['link.repeated', 'link.repeated']],
    ['=1', ['link.unknown']],
    ['%=1', ['link.unknown']],
    ['web=%', ['link.value']],
    ['web=%C3', ['link.value']],
    ['web=', ['link.value']],
    ['web=0', ['link.value']],
    ['web=21', ['link.value']],
    ['web=-1', ['link.value']],
    ['web=1e1', ['link.value']],
    ['web=0x2', ['link.value']],
    ['web=2.0', ['link.value']],
    ['web=٣', ['link.value']],
    ['web=99999999999999999999', ['link.value']],
    ['port=65536', ['link.value']],
    ['xapi=true', ['link.value']],
    ['arch=', ['link.value']],
    ['arch=CELERY', ['link.value']],
    ['arch=toString', ['link.value']],
    ['host=redis://h', ['link.value']],
    ['host=a%0Ab', ['link.value']],
    ['host=<script>alert(1)</script>', ['link.value']],
    ['prefix="}import os', ['link.value']],
    ['prefix=é', ['link.value']],
    [`prefix=${'p'.repeat(41)}`, ['link.value']],
    ['db.select2=16', ['link.value']],
    ['db.other=1', ['link.unknown']],
  ];
  test.each(left)('%j keeps the defaults and says %j', (text, codes) => {
    expect(read(text)).toEqual({ anchor: '', link: '', codes });
  });

  test('keeps what is valid beside what is not, and the first of repeated values', () => {
    expect(read('xapi=1&web=many&workers=2&color=red&workers=3')).toEqual({
      anchor: '',
      link: 'workers=2&xapi=1',
      codes: ['link.value', 'link.unknown', 'link.repeated'],
    });
  });

  test('shows hostile text short and without control characters', () => {
    const [issue] = parseLink(`web=${encodeURIComponent(`\u202e\0${'x'.repeat(500)}`)}`).issues;
    expect(issue?.params).toEqual({ name: 'web', value: `��${'x'.repeat(58)}…` });
  });

  test('reads back every architecture, with or without an anchor, alone or in an address', () => {
    fc.assert(
      fc.property(
        architectures,
        fc.oneof(fc.constant(''), fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary' })),
        fc.constantFrom('', '#', '/fr/redis/#', 'https://pod.example.org/Esup-Pod/en/redis/#'),
        (architecture, anchor, address) => {
          const link = `${address}${formatLink(architecture, anchor)}`;
          expect(parseLink(link)).toEqual({ anchor, architecture, issues: [] });
        },
      ),
      { numRuns: runs(200, 500) },
    );
  });

  test.each(PRESETS)('reads back the preset $id', ({ architecture }) => {
    expect(parseLink(formatLink(architecture)).architecture).toEqual(architecture);
  });

  test('takes any text at all, and gives an architecture whose every field reads back', () => {
    const value = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string().map(encodeURIComponent),
      fc.integer().map(String),
      fc.constantFrom(
        '-0',
        '00',
        '+1',
        ' 1 ',
        '1',
        '0',
        'celery',
        'docker',
        '%',
        '%E0%A4',
        '%00',
        '%23',
        '::1',
      ),
    );
    const name = fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...FIELD_NAMES) }, fc.string());
    const pairs = fc
      .array(fc.tuple(name, value).map((pair) => pair.join('=')))
      .map((each) => each.join('&'));
    const texts = fc.oneof(
      fc.string({ unit: 'binary' }),
      pairs,
      pairs.map((link) => `#${link}`),
      fc.webUrl({ withFragments: true }),
    );
    fc.assert(
      fc.property(texts, (text) => {
        const { architecture } = parseLink(text);
        expect(Object.keys(architecture).sort()).toEqual([...FIELD_NAMES].sort());
        for (const field of FIELD_NAMES)
          expect({ field, read: FIELDS[field].read(fieldText(architecture, field)) }).toEqual({
            field,
            read: { value: architecture[field] },
          });
      }),
      { numRuns: runs(300, 1000) },
    );
  });
});

describe('a value that does not apply in the architecture of a link', () => {
  const { architecture } = parseLink(
    '#socket=/run/redis/redis.sock&host=evil.example&port=6666&venv.encode=/tmp/x&ca=/home/x/ca.crt',
  );

  test('is listed among the choices of the link', () => {
    const { trusted } = linkChoices(architecture, DEFAULTS);
    expect(trusted).toEqual(['host', 'port', 'socket', 'ca', 'venv.encode']);
  });

  test('counts in no other architecture that a page shows', () => {
    const other = planVariant(plan(architecture), { redis: 'dedicated', socket: '', tls: true });
    expect(other.architecture).toEqual({ ...DEFAULTS, redis: 'dedicated', tls: true });
  });
});
