import { CLI } from './cli.ts';
import { GROW } from './grow.ts';
import { INSTALL } from './install.ts';
import { MONITOR } from './monitor.ts';
import { OPERATE } from './operate.ts';
import type { Procedure } from './procedure.ts';
import { REFERENCE_QUOTES } from './reference.ts';
import { RUNNER } from './runner.ts';
import { SERVER } from './server.ts';
import { SIZING } from './sizing.ts';
import { TROUBLESHOOT } from './troubleshoot.ts';
import { UNDERSTAND } from './understand.ts';
import { VALKEY } from './valkey.ts';
import { WORKERS } from './workers.ts';

/**
 * Every step that a page quotes, by its id: the page's name, a dot, the step's name. Each is run on
 * real software, or says why it is not.
 */
export const PROCEDURES = {
  ...CLI,
  ...GROW,
  ...INSTALL,
  ...MONITOR,
  ...OPERATE,
  ...RUNNER,
  ...SERVER,
  ...SIZING,
  ...TROUBLESHOOT,
  ...UNDERSTAND,
  ...VALKEY,
  ...WORKERS,
} as const satisfies Record<string, Procedure>;

/** The id of one of {@link PROCEDURES}. */
export type ProcedureId = keyof typeof PROCEDURES;

/**
 * The procedure that a page names: one of {@link PROCEDURES} by its id, or one of
 * {@link REFERENCE_QUOTES} by the anchor of its name.
 */
export function procedureOf(id: string): Procedure | undefined {
  const procedures: Readonly<Record<string, Procedure>> = PROCEDURES;
  return Object.hasOwn(procedures, id) ? procedures[id] : REFERENCE_QUOTES.get(id);
}
