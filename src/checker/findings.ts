import type { Params } from '../model/say.ts';
import type { FindingDefinition, Severity } from './finding.ts';
import { acl } from './findings/acl.ts';
import { addresses } from './findings/addresses.ts';
import { brokers } from './findings/brokers.ts';
import { caches } from './findings/caches.ts';
import { celery } from './findings/celery.ts';
import { databases } from './findings/databases.ts';
import { directives } from './findings/directives.ts';
import { encodingModes } from './findings/encodingModes.ts';
import { obsoleteSettings } from './findings/obsoleteSettings.ts';
import { openRedis } from './findings/openRedis.ts';
import { packages } from './findings/packages.ts';
import { passwords } from './findings/passwords.ts';
import { redisData } from './findings/redisData.ts';
import { redisNetwork } from './findings/redisNetwork.ts';
import { runner } from './findings/runner.ts';
import { sentinel } from './findings/sentinel.ts';
import { redelivery } from './findings/redelivery.ts';
import { services } from './findings/services.ts';
import { sessions } from './findings/sessions.ts';
import { syntax } from './findings/syntax.ts';
import { tls } from './findings/tls.ts';
import { trust } from './findings/trust.ts';
import { workerDjango } from './findings/workerDjango.ts';
import { workers } from './findings/workers.ts';
import type { Span } from './read/span.ts';
import type { Edit } from './repair/edits.ts';

/** All findings, in the order in which the site lists them. */
const DEFINITIONS = [
  ...syntax,
  ...encodingModes,
  ...brokers,
  ...celery,
  ...databases,
  ...caches,
  ...addresses,
  ...passwords,
  ...openRedis,
  ...sessions,
  ...tls,
  ...sentinel,
  ...directives,
  ...redisNetwork,
  ...acl,
  ...redisData,
  ...workers,
  ...workerDjango,
  ...packages,
  ...redelivery,
  ...services,
  ...runner,
  ...trust,
  ...obsoleteSettings,
];

/** The code of a finding. */
export type FindingCode = (typeof DEFINITIONS)[number]['code'];

/** The definition of each finding. */
export const FINDINGS = Object.fromEntries(
  DEFINITIONS.map((definition) => [definition.code, definition]),
) as Readonly<Record<FindingCode, FindingDefinition & { readonly code: FindingCode }>>;

/** The codes of all findings, in their order. */
export const FINDING_CODES: readonly FindingCode[] = DEFINITIONS.map(({ code }) => code);

/** A problem that was found in a file. */
export interface Finding {
  readonly code: FindingCode;
  readonly severity: Severity;
  /** The name of the file. */
  readonly file: string;
  readonly span: Span;
  /** The parameters of the message, never a password; `case` chooses one of several messages. */
  readonly params: Params;
  /** The edits that repair this problem; left out where only the reader knows the right value. */
  readonly repair?: readonly Edit[];
}
