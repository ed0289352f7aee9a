import type { FieldName } from '../../model/architecture.ts';
import { PRESETS } from '../../model/presets.ts';

/**
 * What the author of a link may choose: what a documentation can know of its readers' servers. Their
 * addresses, folders and accounts are theirs.
 */
export const OFFERED = [
  'arch',
  'web',
  'workers',
  'transcription',
  'xapi',
  'redis',
  'sentinels',
  'auth',
  'firewall',
  'service',
  'tls',
  'shared',
] as const satisfies readonly FieldName[];

/** The sentinels of a link: names that its reader replaces. */
export const SENTINELS = PRESETS.map(({ architecture }) => architecture.sentinels).join('');
