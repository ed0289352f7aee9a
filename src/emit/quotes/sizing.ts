import { ask } from '../cli.ts';
import { shell } from '../shell.ts';
import type { Procedure } from './procedure.ts';
import { onAny } from './servers.ts';

/** The numbers of a reader's site, as run with redis-server 7.0.15. */
export const SIZING = {
  'sizing.state': {
    emit: (deployment) =>
      onAny(
        ask(
          deployment,
          shell`INFO | grep -E '^(used_memory_human|used_memory_peak_human|maxmemory_human|evicted_keys|connected_clients|maxclients|rejected_connections|instantaneous_ops_per_sec):'`,
        ),
      ),
  },
} as const satisfies Record<string, Procedure>;
