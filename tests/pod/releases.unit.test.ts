import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { SETTINGS, type Default, type Setting } from '../../src/model/settings.ts';
import { POD_3, POD_4, type Release, type SupportedRelease } from '../../src/pod/releases.ts';
import { POD_PROOF } from '../../src/site/podProof.ts';
import { lockedRelease } from '../stacks/release.ts';
import {
  filesOf,
  inOrder,
  pinned,
  releasesIn,
  valuesIn,
  type Files,
  type Value,
  type Values,
} from './releases.ts';

/*
 * The settings that concern Redis in each release of Pod, against src/model/settings.ts and src/pod/releases.ts:
 * POD_SOURCE=<a checkout of Esup-Pod, with its history> npm run test:unit -- releases. Without POD_SOURCE only the
 * comparison itself is tried, on a small Pod that these data describe.
 */

type About = Pick<Setting, 'default' | 'since'>;

/** The settings that are compared. */
const ABOUT: Readonly<Record<string, About>> = SETTINGS;
const NAMES = Object.keys(ABOUT);

/** The oldest release whose settings are in the data. */
const OLDEST = '3.0.0';

/** The first two numbers of a version. */
const series = (version: string) => version.split('.').slice(0, 2).join('.');

/** The entry for a release; none where it is not the first of its entry. */
const entryOf = (version: string): Release | undefined =>
  [...POD_3, ...POD_4].find((entry) => entry.version === series(version));

/** A value that leaves the default to Celery: broker URLs are read with an empty text. */
const EMPTY = ["''", 'None'];

/** The text of a part of a default, as Python prints it. */
const printed = (part: string) => part.replaceAll('"', "'");

/** Whether values in Pod's source are the default in the reference. */
function isDefault({ of, value }: Default, found: readonly Value[]): boolean {
  if (of !== 'pod' || value.length === 0)
    return found.every((each) => EMPTY.includes(printed(each.value)));
  const matches = (each: string) =>
    value.length > 1
      ? value.every((part) => printed(each).includes(printed(part)))
      : printed(each) === printed(value[0] ?? '');
  return found.length > 0 && found.every((each) => matches(each.value));
}

/** A release with the values of its settings. */
interface Read {
  readonly version: string;
  readonly values: Values;
}

/** The values of a setting, each once, in an order that does not depend on the files. */
const distinct = (found: readonly Value[] = []) =>
  [...new Set(found.map(({ value }) => printed(value)))].sort().join(', ');

/** A sentence for each setting of a release that is not as the data say. */
function differences(releases: readonly Read[]): string[] {
  const found: string[] = [];
  for (const [at, { version, values }] of releases.entries()) {
    const before = releases[at - 1];
    for (const [name, { default: initial, since }] of Object.entries(ABOUT)) {
      const own = values[name] ?? [];
      const is = own.map(({ file, value }) => `${value} in ${file}`).join(', ') || 'not there';
      const say = (problem: string) =>
        found.push(`${name}, Pod ${version}: ${problem}; it is ${is}`);
      if (since !== undefined && inOrder(version, since) < 0) {
        if (own.length > 0) say(`is there before Pod ${since}`);
        continue;
      }
      if (since !== undefined && own.length === 0) say(`is not there, though since Pod ${since}`);
      else if (inOrder(version, '4.0.0') >= 0 && initial && !isDefault(initial, own))
        say(`has another default than ${initial.value.join(', ') || 'none'} of the reference`);
      if (!before || inOrder(before.version, since ?? '') < 0) continue;
      const changed = distinct(before.values[name]) !== distinct(own);
      const listed = entryOf(version)?.defaults?.includes(name) ?? false;
      const here = series(before.version) !== series(version);
      if (changed && !listed) say(`is not as in ${before.version}`);
      if (listed && here && !changed) say(`is as in ${before.version}`);
    }
  }
  return found;
}

/** The text of a small pod/settings.py that assigns what the reference says. */
function exampleFiles(version: string): Files {
  const dictionary = (name: string) =>
    name === 'CACHES'
      ? `{"default": {"LOCATION": ${SETTINGS.CACHES.default.value[0]}}, "select2": {"LOCATION": ${SETTINGS.CACHES.default.value[1]}}}`
      : `{${SETTINGS.SESSION_REDIS.default.value.join(', ')}}`;
  const lines = Object.entries(ABOUT).flatMap(([name, { default: initial, since }]) => {
    const value = initial?.of === 'pod' ? initial.value : [];
    if (value.length > 1) return `${name} = ${dictionary(name)}`;
    if (value[0] !== undefined) return `${name} = ${value[0]}`;
    return since === undefined ? [] : `READ_${name} = getattr(settings, "${name}", "")`;
  });
  return { 'pod/settings.py': [`VERSION = "${version}"`, ...lines, ''].join('\n') };
}

/** Reads releases that are given as files. */
function readAll(releases: readonly (readonly [version: string, files: Files])[]): Read[] {
  const values = valuesIn(
    releases.map(([, files]) => files),
    NAMES,
  );
  return releases.map(([version], at) => ({ version, values: values[at] ?? {} }));
}

/** The files of a release with one text replaced. */
function altered(files: Files, from: string, to: string): Files {
  const text = files['pod/settings.py'] ?? '';
  expect(text).toContain(from);
  return { ...files, 'pod/settings.py': text.replace(from, to) };
}

/** A change of a release, and the sentence that it has to give. */
const CHANGES: readonly (readonly [from: string, to: string, sentence: RegExp])[] = [
  ['redis://redis.localhost:6379/3', 'redis://redis.localhost:6379/1', /^CACHES, Pod 4\.9\.0: /],
  ['"redis_sessions.session"', '"django.db"', /^SESSION_ENGINE, Pod 4\.9\.0: has another default/],
  ['"db": 4', '"db": 2', /^SESSION_REDIS, Pod 4\.9\.0: has another default/],
  ['SESSION_REDIS = ', 'SESSIONS = ', /^SESSION_REDIS, Pod 4\.9\.0: is not there/],
  [
    'SELECT2_CACHE_BACKEND',
    'CELERY_BROKER_URL = "redis://redis.localhost:6379/0"\nSELECT2_CACHE_BACKEND',
    /^CELERY_BROKER_URL, Pod 4\.9\.0: has another default than amqp/,
  ],
];

describe('a release that changes a setting is named, with the setting', () => {
  const files = exampleFiles('4.2.0');

  test('not one that changes none', () => {
    expect(
      differences(
        readAll([
          ['4.2.0', files],
          ['4.9.0', files],
        ]),
      ),
    ).toEqual([]);
  });

  test.each(CHANGES)('%s becomes %s', (from, to, sentence) => {
    const found = differences(
      readAll([
        ['4.2.0', files],
        ['4.9.0', altered(files, from, to)],
      ]),
    );
    expect(found[0]).toMatch(sentence);
    // No other setting, and no other release.
    const [start = ''] = /^\w+, Pod [\d.]+/.exec(found[0] ?? '') ?? [];
    expect(found.filter((each) => !each.startsWith(`${start}:`))).toEqual([]);
  });

  test('a key that is added to a setting is a change too', () => {
    const found = differences(
      readAll([
        ['4.2.0', files],
        ['4.9.0', altered(files, '"db": 4', '"db": 4, "prefix": "pod"')],
      ]),
    );
    expect(found).toEqual([
      expect.stringMatching(/^SESSION_REDIS, Pod 4\.9\.0: is not as in 4\.2\.0/),
    ]);
  });
});

const source = process.env['POD_SOURCE'] ?? '';

describe.skipIf(source === '')('in the history of POD_SOURCE', () => {
  let releases: (Read & { readonly files: Files })[] = [];
  beforeAll(() => {
    const listed = releasesIn(source, OLDEST).map(
      ({ version, commit }) => [version, filesOf(source, commit, NAMES)] as const,
    );
    releases = readAll(listed).map((each, at) => ({ ...each, files: listed[at]?.[1] ?? {} }));
  });

  test('each release has the settings of Redis as the data say', () => {
    expect(releases.length).toBeGreaterThan(0);
    expect(differences(releases)).toEqual([]);
  });

  test('an altered copy of the newest release is found', () => {
    const newest = releases.at(-1) ?? { version: '', files: {} };
    for (const [from, to, sentence] of CHANGES) {
      const copy = ['4.9.0', altered(newest.files, from, to)] as const;
      const [first = ''] = differences(readAll([[newest.version, newest.files], copy]));
      expect(first).toMatch(sentence);
    }
  });

  test('each release of Pod 4 pins what the data say', () => {
    for (const { version, files } of releases) {
      const entry = POD_4.find((each: SupportedRelease) => each.version === series(version));
      if (!entry) continue;
      const [first = '', last = first] = entry.pins.django.split('–');
      const django = pinned(files, 'django') ?? '';
      expect([version, inOrder(django, first) >= 0]).toEqual([version, true]);
      expect([version, series(django)]).toEqual([version, series(first)]);
      if (last !== series(last))
        expect([version, inOrder(django, last) <= 0]).toEqual([version, true]);
      for (const each of ['celery', 'redis'] as const)
        expect([version, pinned(files, each)]).toEqual([version, entry.pins[each]]);
      expect([version, pinned(files, 'kombu')]).toEqual([version, undefined]);
    }
  });
});

const text = (file: string) => readFileSync(join(import.meta.dirname, '../..', file), 'utf8');
const [first, last] = [POD_4[0]?.version, POD_4.at(-1)?.version];

test.each([
  ['README.md', 'to'],
  ['src/content/docs/en/index.mdx', 'to'],
  ['src/content/docs/en/versions.mdx', 'to'],
  ['src/content/docs/fr/index.mdx', 'à'],
  ['src/content/docs/fr/versions.mdx', 'à'],
])('%s names the first and the last release of the data', (file, word) => {
  expect(text(file)).toContain(`${first} ${word} ${last}`);
});

test('the release that the tests run is one of the data, and the README names it', () => {
  expect(POD_4.map(({ version }) => version)).toContain(series(lockedRelease()));
  expect(text('README.md')).toContain(`release ${POD_PROOF.pod.version}`);
});

test('each setting whose default a release changes is in the reference', () => {
  for (const { defaults = [] } of POD_3) for (const name of defaults) expect(NAMES).toContain(name);
});
