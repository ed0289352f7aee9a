import { SETTINGS } from '../../model/settings.ts';
import { BROKER_SETTINGS } from '../../pod/brokers.ts';
import { perFile, type FindingDefinition, type Problem } from '../finding.ts';
import type { PythonFile } from '../read/python/file.ts';
import { FILE_START, type Span } from '../read/span.ts';
import type { Value } from '../read/values.ts';
import { readDirectives } from './directives.ts';
import { but, pair, settings, SETTINGS_TEXT } from './exampleFiles.ts';

/** The most findings of one code in one file: a file that is no settings file has thousands. */
const MAX_ERRORS = 20;
const MAX_UNKNOWN = 100;

/** The settings that the checker looks at: what a file says beside them need not be understood. */
const RELEVANT: readonly string[] = [
  ...Object.keys(SETTINGS),
  ...Object.keys(BROKER_SETTINGS),
  'CELERY_TASK_TIME_LIMIT',
  'broker_transport_options',
  'task_acks_late',
  'worker_prefetch_multiplier',
];

/** A value and the values inside of it. */
function* nestedValues(value: Value, depth = 0, seen = new Set<Value>()): Generator<Value> {
  if (depth > 6 || seen.has(value)) return;
  seen.add(value);
  yield value;
  if (value.kind === 'dict')
    for (const entry of value.entries.values()) yield* nestedValues(entry.value, depth + 1, seen);
  if (value.kind === 'list')
    for (const item of value.items.slice(0, 50)) yield* nestedValues(item, depth + 1, seen);
}

/** A variable of the environment that replaces a value of the file. */
interface EnvironmentRead {
  readonly span: Span;
  readonly name: string;
  /** The file has a default for it. */
  readonly hasDefault: boolean;
}

/** The parts of relevant settings that are not understood or that come from the environment. */
const gapsOf = perFile((python: PythonFile): { unknown: Span[]; reads: EnvironmentRead[] } => {
  const unknown = new Map<number, Span>();
  const reads = new Map<string, EnvironmentRead>();
  for (const { from, to, names } of python.unfollowed)
    if (names.length === 0 || names.some((name) => RELEVANT.includes(name)))
      unknown.set(from, { from, to });
  for (const setting of RELEVANT) {
    const value = python.bindings.get(setting)?.value;
    if (!value) continue;
    for (const part of nestedValues(value)) {
      const span = { from: part.from, to: part.to };
      if (part.environment !== undefined)
        reads.set(part.environment, {
          span: python.reads.get(part.environment) ?? span,
          name: part.environment,
          hasDefault: part.kind !== 'unknown',
        });
      else if (part.kind === 'unknown') unknown.set(part.from, span);
      else if (part.kind === 'dict' && part.incomplete && part === value)
        unknown.set(part.from, span);
    }
  }
  return { unknown: [...unknown.values()], reads: [...reads.values()].slice(0, MAX_UNKNOWN) };
});

const problemsAt = (spans: readonly Span[], most: number): Problem[] =>
  spans.slice(0, most).map((at) => ({ at }));

const unknownIn = (python: PythonFile) => problemsAt(gapsOf(python).unknown, MAX_UNKNOWN);

const environmentProblem = ({ span, name }: EnvironmentRead): Problem => ({
  at: span,
  params: { name: name.slice(0, 60) },
});

/** Files and settings that the checker could not read. */
export const syntax = [
  {
    code: 'syntax',
    severity: 'error',
    settings: ({ python }) => problemsAt(python.syntaxErrors, MAX_ERRORS),
    module: ({ python }) => problemsAt(python.syntaxErrors, MAX_ERRORS),
    redis: ({ redis }) => problemsAt(redis.syntaxErrors, MAX_ERRORS),
    sentinel: ({ redis }) => problemsAt(redis.syntaxErrors, MAX_ERRORS),
    ...pair('"redis://10.0.0.9:6379/5"', '"redis://10.0.0.9:6379/5'),
    repairable: false,
  },
  {
    code: 'not-understood',
    severity: 'advice',
    settings: ({ python }) => [
      ...unknownIn(python),
      ...gapsOf(python)
        .reads.filter(({ hasDefault }) => !hasDefault)
        .map(environmentProblem),
    ],
    module: ({ python }) => unknownIn(python),
    // A directive that is near none of the known ones may be a newer release's or a module's.
    redis: ({ redis }) =>
      readDirectives(redis).flatMap(({ line, right }) =>
        right === undefined ? [{ at: line }] : [],
      ),
    worker: ({ worker, role }) => [
      ...problemsAt(worker.unfollowed, MAX_UNKNOWN),
      ...(role === undefined
        ? [{ at: worker.app ?? worker.properties.get('ExecStart') ?? FILE_START }]
        : []),
    ],
    example: [settings(but(SETTINGS_TEXT, '"redis://10.0.0.9:6379/5"', 'broker()'))],
    nearMiss: [
      settings(`${SETTINGS_TEXT}MEDIA_ROOT = folder()\nif DEBUG:\n    MEDIA_URL = "/m/"\n`),
    ],
    repairable: false,
  },
  {
    code: 'environment-default',
    severity: 'advice',
    settings: ({ python }) =>
      gapsOf(python)
        .reads.filter(({ hasDefault }) => hasDefault)
        .map(environmentProblem),
    example: [
      settings(
        `import os\n${but(SETTINGS_TEXT, '"redis://10.0.0.9:6379/5"', 'os.environ.get("BROKER", "redis://10.0.0.9:6379/5")')}`,
      ),
    ],
    nearMiss: [
      settings(`import os\nMEDIA_ROOT = os.environ.get("MEDIA", "/data")\n${SETTINGS_TEXT}`),
    ],
    repairable: false,
  },
] as const satisfies readonly FindingDefinition[];
