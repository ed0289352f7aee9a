import { FIELDS, fieldText, type Architecture, type FieldName } from '../core/architecture.ts';
import type { Say, TextKey } from '../core/say.ts';

/** The name of a choice's value, as the form shows it. */
export function valueLabel(field: 'arch' | 'redis' | 'auth', value: string, say: Say): string {
  return say(`${field}.${value}` as TextKey);
}

/** A field's value in words. */
export function valueText(architecture: Architecture, field: FieldName, say: Say): string {
  const value = architecture[field];
  if (typeof value === 'boolean') return say(value ? 'gen.yes' : 'gen.no');
  if (field === 'arch' || field === 'redis' || field === 'auth')
    return valueLabel(field, String(value), say);
  return fieldText(architecture, field) || say('gen.empty');
}

/** What a field accepts, in words; the names of a choice's values are those of a link. */
export function acceptedText(field: FieldName, say: Say): string {
  const { values, range, initial } = FIELDS[field];
  if (range) return say('reference.range', { min: range[0], max: range[1] });
  if (values) return values.join(', ');
  if (typeof initial === 'boolean') return say('reference.flag');
  return say(`reference.text.${field as 'host' | 'prefix' | 'socket' | 'ca' | 'user'}`);
}
