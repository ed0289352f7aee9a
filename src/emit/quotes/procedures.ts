import { CLI } from './cli.ts';
import { GROW } from './grow.ts';
import { INSTALL } from './install.ts';
import { MONITOR } from './monitor.ts';
import { OPERATE } from './operate.ts';
import type { Procedure } from './procedure.ts';
import { TROUBLESHOOT } from './troubleshoot.ts';
import { UNDERSTAND } from './understand.ts';
import { VALKEY } from './valkey.ts';
import { WORKERS } from './workers.ts';

/**
 * Every step that a page quotes, by its id: the page's name, a dot, the step's own. Each is run on
 * real software, or says why it is not.
 */
export const PROCEDURES = {
  ...CLI,
  ...GROW,
  ...INSTALL,
  ...MONITOR,
  ...OPERATE,
  ...TROUBLESHOOT,
  ...UNDERSTAND,
  ...VALKEY,
  ...WORKERS,
} as const satisfies Record<string, Procedure>;

/** The id of one of {@link PROCEDURES}. */
export type ProcedureId = keyof typeof PROCEDURES;
