import type { Architecture } from '../model/architecture.ts';
import { OFFERS, offerName } from '../model/offers.ts';
import { POD_PROOF } from './podProof.ts';
import debian11 from './proven/debian-11.json' with { type: 'json' };
import debian12 from './proven/debian-12.json' with { type: 'json' };
import debian13 from './proven/debian-13.json' with { type: 'json' };
import debian13Valkey from './proven/debian-13-valkey.json' with { type: 'json' };
import podNext from './proven/pod-next.json' with { type: 'json' };
import pod from './proven/pod.json' with { type: 'json' };

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

/** The results of `npm run prove` on a stack, with the stand-in for Pod. */
export interface Proof {
  /** The day of the run, as YYYY-MM-DD. */
  readonly date: string;
  /** The versions of the software by name. */
  readonly versions: Readonly<Record<string, string>>;
  readonly cases: readonly ProvenCase[];
  readonly failovers: readonly Failover[];
  /** The failover after a loss of power, in which the master closes no connection; on one stack only. */
  readonly power?: Failover;
}

/** The outcome of a server that is too old. */
export interface OldServer {
  /** The day of the run, as YYYY-MM-DD. */
  readonly date: string;
  readonly version: string;
  /** The forms whose servers start. */
  readonly starts: readonly string[];
  /** The forms whose servers do not start, by the message. */
  readonly refused: Readonly<Record<string, readonly string[]>>;
}

/** The results of Debian 11's Redis. */
export const OLD_SERVER = debian11 as OldServer;

/** The results in the repository, by the stack (`tests/stacks/stacks.ts`). */
export const PROOFS = {
  pod: pod as Proof,
  'pod-next': podNext as Proof,
  'debian-12': debian12 as Proof,
  'debian-13': debian13 as Proof,
  'debian-13-valkey': debian13Valkey as Proof,
};

/** The results with the packages that Pod installs. */
export const PROOF = PROOFS.pod;

/**
 * The cases that the generator offers and that were never run: with Pod itself, and with its stand-in on each stack
 * where all are run.
 *
 * @returns their names; the site's build requires that there are none
 */
export function unproven(
  proofs: readonly { readonly cases: readonly { readonly name: string }[] }[] = [
    POD_PROOF,
    PROOF,
    PROOFS['debian-12'],
  ],
): string[] {
  const run = proofs.map(({ cases }) => new Set(cases.map(({ name }) => name)));
  return OFFERS.map(offerName).filter((name) => run.some((names) => !names.has(name)));
}
