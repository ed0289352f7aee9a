import type { FieldName } from '../../model/architecture.ts';
import { PRESETS } from '../../model/presets.ts';

/**
 * The fields that the author of a link may choose: those that a documentation can know of its
 * readers' servers. The readers know their own addresses, folders and accounts.
 */
export const OFFERED = [
  'arch',
  'web',
  'workers',
  'transcription',
  'xapi',
  'redis',
  'sentinels',
  'sessions',
  'auth',
  'firewall',
  'service',
  'tls',
  'shared',
] as const satisfies readonly FieldName[];

/** The sentinels of a link, which are placeholders: those of the preset that has some. */
export const SENTINELS =
  PRESETS.find(({ architecture }) => architecture.sentinels !== '')?.architecture.sentinels ?? '';
