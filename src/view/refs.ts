import type { FieldName } from '../model/architecture.ts';
import type { Line } from '../emit/code.ts';
import type { DatabaseRole } from '../pod/databases.ts';
import type { Role } from '../pod/roles.ts';

/**
 * The names in the attribute `data-of`. Elements that share a name light up together.
 */
export const ref = {
  field: (name: FieldName) => `f-${name}`,
  database: (role: DatabaseRole) => `d-${role}`,
  server: (role: Role | 'all') => `s-${role}`,
};

/** The names of a line: its fields and databases. Its server is that of its file. */
export function lineRefs(line: Line): string {
  const refs = new Set<string>();
  for (const { source } of line) {
    if (source?.field) refs.add(ref.field(source.field));
    if (source?.database) refs.add(ref.database(source.database));
  }
  return [...refs].join(' ');
}
