import { FIELDS } from '../model/fields.ts';
import { DEFAULTS, type FieldName, type TextFieldName } from '../model/architecture.ts';
import type { Say } from '../model/say.ts';

/** Kinds of text: one sentence describes the values that all fields of a kind accept. */
const KINDS = {
  host: 'host',
  ca: 'path',
  project: 'path',
  venv: 'path',
  'venv.encode': 'path',
  logs: 'path',
  pids: 'path',
  results: 'path',
  prefix: 'prefix',
  socket: 'socket',
  sentinels: 'sentinels',
  master: 'master',
  account: 'account',
  user: 'user',
  'from.web': 'from',
  'from.workers': 'from',
  'from.cron': 'from',
  'from.transcription': 'from',
  'from.xapi': 'from',
} as const satisfies Record<TextFieldName, string>;

/** The values that a field accepts, in words. A choice's values are those in links. */
export function acceptedText(field: FieldName, say: Say): string {
  const { values, range } = FIELDS[field];
  if (range) return say('reference.range', { min: range[0], max: range[1] });
  if (values) return values.join(', ');
  if (typeof DEFAULTS[field] === 'boolean') return say('reference.flag');
  return say(`reference.text.${KINDS[field as TextFieldName]}`);
}
