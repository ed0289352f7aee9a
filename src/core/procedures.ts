import { CLI } from './procedures/cli.ts';
import { GROW } from './procedures/grow.ts';
import { INSTALL } from './procedures/install.ts';
import { MONITOR } from './procedures/monitor.ts';
import { OPERATE } from './procedures/operate.ts';
import type { Procedure } from './procedures/procedure.ts';
import { TROUBLESHOOT } from './procedures/troubleshoot.ts';
import { UNDERSTAND } from './procedures/understand.ts';
import { VALKEY } from './procedures/valkey.ts';
import { WORKERS } from './procedures/workers.ts';

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
