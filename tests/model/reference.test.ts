import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  DEFAULTS,
  type Architecture,
  type ClientField,
  type FieldName,
  type TextFieldName,
} from '../../src/model/architecture.ts';
import { FIELDS, FIELD_NAMES } from '../../src/model/fields.ts';
import { check } from '../../src/model/check.ts';
import { codeText, lineText } from '../../src/emit/code.ts';
import {
  INIT_VARIABLES,
  NAMED_SENTINELS,
  REDIS_DIRECTIVES,
  SENTINEL_DIRECTIVES,
  WORKER_OPTIONS,
  type DirectiveReference,
} from '../../src/model/directives.ts';
import { emitSettings } from '../../src/emit/settings.ts';
import { needsConfigModule } from '../../src/emit/worker.ts';
import { REFERENCE_QUOTES } from '../../src/emit/quotes/reference.ts';
import {
  fileText,
  WORKER_KINDS,
  type ConfigFile,
  type ConfigFileKind,
} from '../../src/emit/files.ts';
import { plan, type Deployment } from '../../src/model/deployment.ts';
import { PRESETS } from '../../src/model/presets.ts';
import { speaker } from '../../src/model/say.ts';
import type { Role } from '../../src/pod/roles.ts';
import { MODULE_SETTINGS, REMINDERS, SETTINGS, type Setting } from '../../src/model/settings.ts';
import { TEXTS } from '../../src/site/texts.ts';
import { runs } from '../sets.ts';
import { architectures } from './architecture.ts';
import { emitted } from '../emit/emitted.ts';
import { assignments } from '../emit/python.ts';

const writing = { say: speaker(TEXTS.en, 'en'), password: '' };

/** The matches of a pattern's group in the lines of a file, comments left out. */
function matchesIn(file: ConfigFile, pattern: RegExp): string[] {
  return file.lines
    .filter((line) => line[0]?.kind !== 'comment')
    .flatMap((line) => [...lineText(line).matchAll(pattern)].map(([, found = '']) => found));
}

/** The matches in files of some kinds; none in others. */
const matching =
  (kinds: readonly ConfigFileKind[], pattern: RegExp) =>
  (file: ConfigFile): string[] =>
    kinds.includes(file.kind) ? matchesIn(file, pattern) : [];

/** The names in files, by the part of the reference that they belong to. */
const PARTS: Readonly<
  Record<string, { names: object; in: (file: ConfigFile) => readonly string[] }>
> = {
  'settings_local.py': {
    names: SETTINGS,
    in: matching(['settings'], /^([A-Z]\w+)(?= = )/g),
  },
  'podceleryconf.py, and its name': {
    names: MODULE_SETTINGS,
    in: (file) =>
      file.kind === 'celery-module'
        ? matchesIn(file, /^(\w+)(?= = )/g)
        : matchesIn(file, /(CELERY_CONFIG_MODULE)/g),
  },
  'redis.conf': {
    names: REDIS_DIRECTIVES,
    in: matching(['redis-conf'], /^(\S+)/g),
  },
  'sentinel.conf': {
    names: SENTINEL_DIRECTIVES,
    in: matching(['sentinel-conf'], /^(?:sentinel )?(\S+)/g),
  },
  'a worker’s command': {
    names: WORKER_OPTIONS,
    in: (file) =>
      WORKER_KINDS.includes(file.kind)
        ? matchesIn(
            file,
            /(?<=celery .*|OPTS=.*)(?<=[ "])(--?[a-zA-Z][a-z-]*(?=[ =]\S)|[a-z_]+(?==))/g,
          )
        : [],
  },
  'an init script’s defaults': {
    names: INIT_VARIABLES,
    in: matching(['init-defaults'], /^([A-Z_]+)(?==)/g),
  },
};

/** Architectures that together have every name. */
const VARIED: readonly Partial<Architecture>[] = [
  ...PRESETS.map(({ architecture }) => architecture),
  { service: 'init', xapi: true, socket: '/run/redis/redis.sock' },
  { tls: true, host: '192.0.2.10', redis: 'dedicated', auth: 'acl' },
  { arch: 'microservices', transcription: true, xapi: true, workers: 2, host: '192.0.2.10' },
  { arch: 'runner', bbb: true, workers: 1, host: '192.0.2.10', redis: 'dedicated' },
  { ...NAMED_SENTINELS, arch: 'microservices', xapi: true },
  { ...NAMED_SENTINELS, tls: false, auth: 'password' },
  { ...NAMED_SENTINELS, tls: true, auth: 'acl', sessions: 'cached_db' },
  { ...NAMED_SENTINELS, arch: 'microservices', transcription: true, workers: 1, tls: true },
  {
    ...{ arch: 'microservices', transcription: true, xapi: true, workers: 1 },
    ...{ tls: true, host: '192.0.2.10', redis: 'dedicated', auth: 'acl' },
  },
];

describe.each(Object.entries(PARTS))('%s', (_, part) => {
  test('has nothing that the reference does not name', () => {
    fc.assert(
      fc.property(architectures, (architecture) => {
        const found = emitted(architecture).flatMap(part.in);
        const unnamed = found.filter((name) => !Object.hasOwn(part.names, name));
        expect(unnamed, 'not in src/model/settings.ts or directives.ts').toEqual([]);
      }),
      { numRuns: runs(20, 100) },
    );
  });

  test('has everything that the reference names, in some architecture', () => {
    const found = VARIED.flatMap((architecture) => emitted(architecture).flatMap(part.in));
    expect([...new Set(found)].sort()).toEqual(Object.keys(part.names).sort());
  });
});

test.each(['fr', 'en'] as const)(
  'what a file reminds of in %s is in the reference, and nothing else',
  (language) => {
    const texts = Object.entries(TEXTS[language]).filter(([key]) => key.startsWith('file.needs.'));
    const found = texts.flatMap(([, text]) =>
      [...text.matchAll(/\b(?:[A-Z]+(?:_[A-Z]+)+(?:_\*)?|ADMINS|DEBUG|TRANSCRIPTION_\*)/g)].flat(),
    );
    expect([...new Set(found)].sort()).toEqual(Object.keys(REMINDERS).sort());
  },
);

/** Settings in the files of servers that do not read them, so that all web servers have the same lines. */
const UNREAD: Readonly<Record<string, readonly Role[]>> = {
  RM_TASKS_DELETED_AFTER_DAYS: ['web', 'worker'],
};

test('a role reads what the generator writes for it, and nothing else', () => {
  const roles: readonly Role[] = ['web', 'worker', 'encoding', 'transcription', 'xapi'];
  for (const architecture of VARIED) {
    const deployment = plan({ ...DEFAULTS, ...architecture });
    const running = new Set(deployment.servers.flatMap(({ roles: own }) => own));
    for (const role of roles.filter((each) => running.has(each))) {
      for (const { name } of emitSettings(deployment, writing, [role])) {
        if (name === undefined || name === 'CELERY_CONFIG_MODULE') continue;
        if (UNREAD[name]?.includes(role) === true) continue;
        const { roles: readers }: Setting = SETTINGS[name as keyof typeof SETTINGS];
        expect([name, readers]).toEqual([name, expect.arrayContaining([role])]);
      }
    }
    for (const role of running)
      if (needsConfigModule(deployment, role))
        expect(MODULE_SETTINGS.CELERY_CONFIG_MODULE.roles).toContain(role);
  }
  // Conversely, each setting is written for each of its roles in some architecture.
  for (const [name, { roles: readers }] of Object.entries<Setting>(SETTINGS))
    for (const role of readers) {
      const written = VARIED.some((architecture) => {
        const deployment = plan({ ...DEFAULTS, ...architecture });
        const has = deployment.servers.some(({ roles: own }) => own.includes(role));
        const statements = emitSettings(deployment, writing, [role]);
        return has && statements.some((statement) => statement.name === name);
      });
      expect([name, role, written]).toEqual([name, role, true]);
    }
});

describe('an example', () => {
  test('is lines of a file that is handed out, in every architecture', () => {
    fc.assert(
      fc.property(architectures, (architecture) => {
        const deployment = plan(architecture);
        const files = emitted(architecture, { language: 'en' }).map(fileText);
        for (const [anchor, { emit }] of REFERENCE_QUOTES) {
          const quotes = emit(deployment, writing);
          expect([anchor, quotes.length]).toEqual([anchor, 1]);
          for (const { lines, elsewhere = false } of quotes) {
            const within = files.some((text) => text.includes(codeText([...lines].slice(0, 1))));
            expect([anchor, within || elsewhere]).toEqual([anchor, true]);
            if (anchor in SETTINGS || anchor.includes('-'))
              expect(codeText(lines)).toContain(anchor.replace(/^(redis|sentinel)-/, ''));
          }
        }
      }),
      { numRuns: runs(10, 30) },
    );
  });

  test('is a whole statement', () => {
    const names = [...Object.keys(SETTINGS), ...Object.keys(MODULE_SETTINGS).slice(1)];
    for (const architecture of [{}, ...VARIED]) {
      const deployment = plan({ ...DEFAULTS, ...architecture });
      const sources = names.map((name) =>
        // Python does not know the placeholder for the password.
        (REFERENCE_QUOTES.get(name)?.emit(deployment, { ...writing, password: 'secret' }) ?? [])
          .map(({ lines }) => codeText(lines))
          .join(''),
      );
      expect(assignments(sources).map((each) => Object.keys(each))).toEqual(
        names.map((name) => [name]),
      );
    }
  });
});

/** The fields that no setting and no directive is made from. */
const UNTRIED: readonly FieldName[] = [
  'web',
  'workers',
  'transcription',
  'from.web',
  'from.cron',
  'from.workers',
  'from.transcription',
  'from.xapi',
  'shared',
  'comments',
];

/** Other values of the fields whose kind does not say which to try. */
const OTHER: Partial<Record<FieldName, readonly Architecture[FieldName][]>> &
  Record<Exclude<TextFieldName, ClientField>, readonly string[]> = {
  redis: ['dedicated', 'web'],
  host: ['192.0.2.99'],
  socket: ['/run/redis/other.sock', ''],
  sentinels: [NAMED_SENTINELS.sentinels, ''],
  master: ['other'],
  user: ['other'],
  ca: ['/etc/other.crt'],
  project: ['/srv/other'],
  venv: ['/srv/venv'],
  'venv.encode': ['/srv/light'],
  account: ['other'],
  logs: ['/srv/logs'],
  pids: ['/srv/pids'],
  results: ['/srv/celery', '/var/lib/celery-other'],
  prefix: ['other'],
};

/** Other values of a field: all of a choice, the highest number, on and off. */
function otherValues(name: FieldName): readonly Architecture[FieldName][] {
  if (UNTRIED.includes(name)) return [];
  const { values, range } = FIELDS[name];
  return OTHER[name] ?? values ?? (range ? [range[1]] : [true, false]);
}

describe('what a name is made from', () => {
  const said: [anchor: string, fields: readonly FieldName[]][] = [
    ...Object.entries<Setting>({ ...SETTINGS, ...MODULE_SETTINGS }).map(
      ([name, { fields }]): [string, readonly FieldName[]] => [name, fields],
    ),
    ...Object.entries<DirectiveReference>(REDIS_DIRECTIVES).map(
      ([name, { fields }]): [string, readonly FieldName[]] => [`redis-${name}`, fields],
    ),
    ...Object.entries<DirectiveReference>(SENTINEL_DIRECTIVES).map(
      ([name, { fields }]): [string, readonly FieldName[]] => [`sentinel-${name}`, fields],
    ),
  ];
  const bases = VARIED.filter(({ host = '', sentinels = '' }) => host !== '' || sentinels !== '')
    .concat([{ host: '192.0.2.10', redis: 'dedicated', workers: 1, xapi: true }])
    .concat([{ socket: '/run/redis/redis.sock' }])
    .concat([{ auth: 'acl', host: '192.0.2.10', redis: 'dedicated', arch: 'microservices' }])
    .concat([{ arch: 'microservices', xapi: true, socket: '/run/redis/redis.sock' }])
    .concat([{ ...NAMED_SENTINELS, auth: 'acl', arch: 'microservices' }])
    .map((choices) => ({ ...DEFAULTS, ...choices }));

  const plans = new Map<string, Deployment>();
  const planned = (architecture: Architecture) => {
    const key = JSON.stringify(architecture);
    const deployment = plans.get(key) ?? plan(architecture);
    plans.set(key, deployment);
    return deployment;
  };

  /** The example from the reader's files; empty where they have none. */
  const own = (anchor: string, architecture: Architecture) =>
    (REFERENCE_QUOTES.get(anchor)?.emit(planned(architecture), writing) ?? [])
      .filter(({ elsewhere }) => elsewhere !== true)
      .map(({ lines }) => codeText(lines))
      .join('');

  const wrong = (architecture: Architecture) =>
    check(architecture).some(({ severity }) => severity === 'error');

  /** The effects of a field's other values on the example. */
  const effects = (anchor: string, field: FieldName) => {
    const found = new Set<'is there' | 'differs'>();
    for (const base of bases)
      for (const value of otherValues(field)) {
        const other = { ...base, [field]: value };
        if (wrong(other)) continue;
        const [before, after] = [own(anchor, base), own(anchor, other)];
        if (before !== after) found.add(before === '' || after === '' ? 'is there' : 'differs');
      }
    return found;
  };

  test.each(said)('%s', (anchor, fields) => {
    for (const field of FIELD_NAMES) {
      const found = effects(anchor, field);
      // A field that decides the value is always listed; one that decides its presence may be.
      if (fields.includes(field)) expect([field, found.size]).not.toEqual([field, 0]);
      else expect([field, found.has('differs')]).toEqual([field, false]);
    }
  });
});
