import type { Architecture } from '../model/architecture.ts';
import { OFFERS, offerName } from '../model/offers.ts';
import proven from './proven.json' with { type: 'json' };

/** A case of the generator that was run on real software, and what was seen. */
export interface ProvenCase {
  /** See `offerName`. */
  readonly name: string;
  /** The numbers of the databases that had keys of Pod's. */
  readonly databases: readonly number[];
  /** The queues from which a worker took what was published. */
  readonly queues: readonly string[];
}

/** After how many seconds all works again by itself once the Redis master is gone. */
export interface Failover {
  readonly arch: Architecture['arch'];
  readonly caches: number;
  readonly sessions: number;
  readonly publishing: number;
  /** Workers that were connected to it run what is published afterwards. */
  readonly workers: number;
}

/** What `npm run prove` saw. */
export interface Proof {
  /** The day, as YYYY-MM-DD. */
  readonly date: string;
  /** The versions of the software, by its name. */
  readonly versions: Readonly<Record<string, string>>;
  readonly cases: readonly ProvenCase[];
  readonly failovers: readonly Failover[];
  /** The same when the master's machine loses its power, and so tells nobody. */
  readonly power: Failover;
}

/** What was run on real software. */
export const PROOF = proven as Proof;

/**
 * The cases that the generator offers and nobody has run.
 *
 * @returns their names; none, or the site is not to be built
 */
export function unproven({ cases }: Proof = PROOF): string[] {
  const names = new Set(cases.map(({ name }) => name));
  return OFFERS.map(offerName).filter((name) => !names.has(name));
}
