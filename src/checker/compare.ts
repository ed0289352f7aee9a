import { DEFAULTS } from '../model/architecture.ts';
import { codeText } from '../emit/code.ts';
import { settingsLocal } from '../emit/settings.ts';
import { plan } from '../model/deployment.ts';
import { SETTINGS } from '../model/settings.ts';
import type { SettingsFile } from './read/files.ts';
import { readPython, type PythonFile } from './read/python/file.ts';
import type { Understood } from './understood.ts';
import type { Value } from './read/values.ts';

/** One setting, or one entry of one, in two files. */
export interface Difference {
  /** As Python has it: `CACHES["default"]["LOCATION"]`. */
  readonly name: string;
  /** What the reader's file has; not there where it has none. */
  readonly given?: string;
  /** What the generator writes; not there where it writes none. */
  readonly generated?: string;
}

/** Values as short texts, by path. */
function leaves(name: string, value: Value, into: Map<string, string>, depth = 0): void {
  if (value.kind === 'dict' && depth < 6) {
    for (const { key, value: inner } of value.entries.values())
      leaves(`${name}["${key}"]`, inner, into, depth + 1);
    if (value.entries.size === 0) into.set(name, '{}');
    return;
  }
  into.set(name, shown(value));
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

function settingsIn({ bindings }: PythonFile): Map<string, string> {
  const found = new Map<string, string>();
  for (const name of Object.keys(SETTINGS)) {
    const value = bindings.get(name)?.value;
    if (value) leaves(name, value, found);
  }
  return found;
}

/**
 * How a settings file differs from the one that the generator writes for what was understood of it,
 * setting by setting: order, comments and quotes are no difference.
 */
export function compare(file: SettingsFile, { architecture, password }: Understood): Difference[] {
  const deployment = plan({ ...DEFAULTS, redis: 'dedicated', ...architecture, comments: false });
  const roles = deployment.servers
    .flatMap((group) => group.roles)
    .filter((role) => role !== 'redis');
  const own = file.rolesKnown ? roles.filter((role) => file.roles.has(role)) : roles;
  const lines = settingsLocal(
    deployment,
    { say: () => '', password },
    own.length > 0 ? own : ['web'],
  );
  const given = settingsIn(file.python);
  const generated = settingsIn(readPython(codeText(lines)));
  return [...new Set([...given.keys(), ...generated.keys()])].flatMap((name) => {
    const [a, b] = [given.get(name), generated.get(name)];
    return a === b
      ? []
      : [{ name, ...(a !== undefined && { given: a }), ...(b !== undefined && { generated: b }) }];
  });
}
