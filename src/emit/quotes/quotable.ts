import { EXAMPLES } from './reference.ts';
import { PROCEDURES } from './procedures.ts';
import type { Procedure } from './procedure.ts';

/**
 * What a page may quote, by the name that stands in the page: a step by its id, or what the
 * reference shows of a name by that name's anchor.
 */
export function procedureOf(id: string): Procedure | undefined {
  const procedures: Readonly<Record<string, Procedure>> = PROCEDURES;
  return Object.hasOwn(procedures, id) ? procedures[id] : EXAMPLES.get(id);
}
