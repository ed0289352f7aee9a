import type { Architecture } from '../model/architecture.ts';
import { OFFERS, offerName } from '../model/offers.ts';
import { POD_PROOF, type PodProof } from './podProof.ts';
import proven from './proven.json' with { type: 'json' };

/** The result of a generator's case that was run on real software. */
export interface ProvenCase {
  /** The case's name, see `offerName`. */
  readonly name: string;
  /** The numbers of the databases in which Pod stored keys. */
  readonly databases: readonly number[];
  /** The queues from which a worker took the published tasks. */
  readonly queues: readonly string[];
}

/** The seconds from the loss of the Redis master until each use of Redis works again by itself. */
export interface Failover {
  readonly arch: Architecture['arch'];
  readonly caches: number;
  readonly sessions: number;
  readonly publishing: number;
  /** Until workers that were connected to the lost master run newly published tasks. */
  readonly workers: number;
}

/** The results of `npm run prove`. */
export interface Proof {
  /** The day of the run, as YYYY-MM-DD. */
  readonly date: string;
  /** The versions of the software by name. */
  readonly versions: Readonly<Record<string, string>>;
  readonly cases: readonly ProvenCase[];
  readonly failovers: readonly Failover[];
  /** The failover after a loss of power, in which the master closes no connection. */
  readonly power: Failover;
}

/** The results in the repository, see {@link Proof}. */
export const PROOF = proven as Proof;

/**
 * The cases that the generator offers and that were never run, with the stand-in for Pod or with Pod
 * itself.
 *
 * @returns their names; the site's build requires that there are none
 */
export function unproven(
  { cases }: Pick<Proof, 'cases'> = PROOF,
  { cases: podCases }: Pick<PodProof, 'cases'> = POD_PROOF,
): string[] {
  const run = [cases, podCases].map((all) => new Set(all.map(({ name }) => name)));
  return OFFERS.map(offerName).filter((name) => run.some((names) => !names.has(name)));
}
