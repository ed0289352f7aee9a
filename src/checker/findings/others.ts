import { BROKERS } from '../read/connections.ts';
import { without } from '../repair/edits.ts';
import { binding } from '../read/files.ts';
import { SETTINGS } from '../../model/settings.ts';
import type { SettingsRule } from '../report.ts';
import type { Span, Value } from '../read/values.ts';
import type { PythonFile } from '../read/python.ts';

/** Settings that are looked at: what is not understood elsewhere in the file is of no concern. */
const RELEVANT: readonly string[] = [
  ...Object.keys(SETTINGS),
  ...Object.keys(BROKERS),
  'CELERY_TASK_TIME_LIMIT',
  'broker_transport_options',
  'task_acks_late',
  'worker_prefetch_multiplier',
];

/** What is unknown in a value, and which of it comes from the environment. */
function* partsOf(value: Value, depth = 0, seen = new Set<Value>()): Generator<Value> {
  if (depth > 6 || seen.has(value)) return;
  seen.add(value);
  yield value;
  if (value.kind === 'dict')
    for (const entry of value.entries.values()) yield* partsOf(entry.value, depth + 1, seen);
  if (value.kind === 'list')
    for (const item of value.items.slice(0, 50)) yield* partsOf(item, depth + 1, seen);
}

/** The gaps of a Python file: what is not understood, and defaults that the environment may replace. */
export function gapsOf(python: PythonFile): {
  unknown: Span[];
  defaults: { span: Span; name: string; given: boolean }[];
} {
  const unknown = new Map<number, Span>();
  const defaults = new Map<string, { span: Span; name: string; given: boolean }>();
  for (const { from, to, names } of python.unfollowed)
    if (names.length === 0 || names.some((name) => RELEVANT.includes(name)))
      unknown.set(from, { from, to });
  for (const name of RELEVANT) {
    const value = python.bindings.get(name)?.value;
    if (!value) continue;
    for (const part of partsOf(value)) {
      const span = { from: part.from, to: part.to };
      if (part.environment !== undefined)
        defaults.set(part.environment, {
          span: python.reads.get(part.environment) ?? span,
          name: part.environment,
          given: part.kind !== 'unknown',
        });
      else if (part.kind === 'unknown') unknown.set(part.from, span);
      else if (part.kind === 'dict' && part.open && part === value) unknown.set(part.from, span);
    }
  }
  return { unknown: [...unknown.values()], defaults: [...defaults.values()] };
}

/** What the file says that is not followed. */
export const notUnderstood: SettingsRule = (file, report) => {
  for (const span of file.python.faults.slice(0, 20)) report.add('syntax', file, span);
  const { unknown, defaults } = gapsOf(file.python);
  for (const span of unknown.slice(0, 100)) report.add('not-understood', file, span);
  for (const { span, name, given } of defaults.slice(0, 100))
    report.add(given ? 'environment-default' : 'not-understood', file, span, {
      name: name.slice(0, 60),
    });
};

/** Settings of earlier releases that Pod 4 does not read, with those that took their place. */
const OLD: Readonly<Record<string, string>> = {
  USE_DISTANT_ENCODING_TRANSCODING: 'USE_REMOTE_ENCODING_TRANSCODING',
  CELERY_BROKER: 'CELERY_BROKER_URL',
  CELERY_NAME: '',
  CELERY_BACKEND: '',
};

/** What comes from an earlier release of Pod, and what can never be turned on. */
export const old: SettingsRule = (file, report) => {
  const source = file.given.text;
  for (const [name, now] of Object.entries(OLD)) {
    const given = binding(file, name);
    if (!given) continue;
    const start = given.statement.from;
    const renamed =
      now !== '' &&
      now !== 'CELERY_BROKER_URL' &&
      !binding(file, now) &&
      source.startsWith(name, start);
    report.add(
      'pod-3-setting',
      file,
      given.statement,
      { setting: name, now },
      renamed
        ? [{ from: start, to: start + name.length, insert: now }]
        : without(source, given.statement),
    );
  }
  const live = binding(file, 'LIVE_CELERY_TRANSCRIPTION');
  if (live) report.add('live-transcription', file, live.statement);
};
