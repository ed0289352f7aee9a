import { lineText, type PythonValue } from '../emit/code.ts';
import { emitSettings } from '../emit/settings.ts';
import { SETTINGS } from '../model/settings.ts';
import type { SettingsFile } from './read/files.ts';
import type { Value } from './read/values.ts';
import { planUnderstood, type Understood } from './understood.ts';

/** A difference between two files, in one setting or one entry of a setting. */
export interface Difference {
  /** As Python has it: `CACHES["default"]["LOCATION"]`. */
  readonly name: string;
  /** The value in the reader's file; not there where it has none. */
  readonly given?: string;
  /** The value that the generator writes; not there where it writes none. */
  readonly generated?: string;
}

/** Adds the values of the reader's file as short texts, by name: one for each entry of a dict. */
function addValues(texts: Map<string, string>, name: string, value: Value, depth = 0): void {
  if (value.kind === 'dict' && depth < 6) {
    for (const { key, value: inner } of value.entries.values())
      addValues(texts, `${name}["${key}"]`, inner, depth + 1);
    if (value.entries.size === 0) texts.set(name, '{}');
    return;
  }
  texts.set(name, shown(value));
}

/** Adds the values of a generated file, as {@link addValues} does. */
function addGenerated(texts: Map<string, string>, name: string, value: PythonValue): void {
  if (value.kind === 'dict')
    for (const [key, inner] of value.entries) addGenerated(texts, `${name}["${key}"]`, inner);
  else texts.set(name, shownGenerated(value));
}

function shownGenerated(value: Exclude<PythonValue, { kind: 'dict' }>): string {
  if (value.kind === 'literal') return lineText(value.tokens);
  const items = value.items.map((item) => (item.kind === 'dict' ? '…' : shownGenerated(item)));
  return `[${items.join(', ')}]`;
}

function shown(value: Value, depth = 0): string {
  switch (value.kind) {
    case 'string':
      return JSON.stringify(value.text);
    case 'number':
      return String(value.number);
    case 'flag':
      return value.flag ? 'True' : 'False';
    case 'none':
      return 'None';
    case 'list':
      return depth > 4
        ? '…'
        : `[${value.items
            .slice(0, 20)
            .map((item) => shown(item, depth + 1))
            .join(', ')}]`;
    default:
      return '…';
  }
}

/**
 * The differences between a settings file and the one that the generator writes for the same
 * architecture, setting by setting: order, comments and quotes are no difference.
 */
export function compare(file: SettingsFile, understood: Understood): Difference[] {
  const { password } = understood;
  const deployment = planUnderstood(understood, { comments: false });
  const roles = deployment.servers
    .flatMap((group) => group.roles)
    .filter((role) => role !== 'redis');
  const own = file.rolesKnown ? roles.filter((role) => file.roles.has(role)) : roles;
  const statements = emitSettings(
    deployment,
    { say: () => '', password },
    own.length > 0 ? own : ['web'],
  );
  const given = new Map<string, string>();
  const generated = new Map<string, string>();
  for (const setting of Object.keys(SETTINGS)) {
    const value = file.python.bindings.get(setting)?.value;
    if (value) addValues(given, setting, value);
    const statement = statements.find(({ name }) => name === setting);
    if (statement?.value) addGenerated(generated, setting, statement.value);
  }
  return [...new Set([...given.keys(), ...generated.keys()])].flatMap((name) => {
    const [a, b] = [given.get(name), generated.get(name)];
    return a === b
      ? []
      : [{ name, ...(a !== undefined && { given: a }), ...(b !== undefined && { generated: b }) }];
  });
}
