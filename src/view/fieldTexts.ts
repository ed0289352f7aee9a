import { FIELDS } from '../model/fields.ts';
import {
  fieldText,
  type Architecture,
  type ChoiceFieldName,
  type FieldName,
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
