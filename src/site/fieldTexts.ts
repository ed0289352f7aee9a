import { FIELDS } from '../model/fields.ts';
import {
  DEFAULTS,
  fieldText,
  type Architecture,
  type ChoiceFieldName,
  type FieldName,
  type TextFieldName,
} from '../model/architecture.ts';
import type { Say } from '../model/say.ts';

/** The keys of the names of choices' values. */
type ValueKey = { [F in ChoiceFieldName]: `${F}.${Architecture[F]}` }[ChoiceFieldName];

/** Whether a field is a choice: each of its values has a name that the form shows. */
export function isChoice(field: FieldName): field is ChoiceFieldName {
  return FIELDS[field].values !== undefined;
}

/** The name of a choice's value, as the form shows it. */
export function valueLabel(field: ChoiceFieldName, value: string, say: Say): string {
  return say(`${field}.${value}` as ValueKey);
}

/** A field's value in words. */
export function valueText(architecture: Architecture, field: FieldName, say: Say): string {
  const value = architecture[field];
  if (typeof value === 'boolean') return say(value ? 'gen.yes' : 'gen.no');
  if (isChoice(field)) return valueLabel(field, String(value), say);
  return fieldText(architecture, field) || say('gen.empty');
}

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
