import type { Architecture } from '../model/architecture.ts';
import proven from './provenPod.json' with { type: 'json' };

/** The result of a generator's case that was run with Pod itself. */
export interface PodCase {
  /** The case's name, see `offerName`; `-several` after it where each worker had a separate server. */
  readonly name: string;
  /** The numbers of the databases in which Pod stored keys. */
  readonly databases: readonly number[];
  /** The fields of a video's form that found their choices in Redis. */
  readonly fields: number;
  /** The seconds in which a video of three seconds was encoded. */
  readonly encoded: number;
}

/** A second of a visitor who loads a page every half second. */
export interface VisitSecond {
  /** The second, counted from the loss of the master. */
  readonly second: number;
  /** The HTTP status of each page; 0 for a connection that was closed. */
  readonly statuses: readonly number[];
  /** The longest time that a page took, in seconds. */
  readonly slowest: number;
  /** Whether the visitor was still logged in. */
  readonly loggedIn: boolean;
}

/** The result of a failover: the master was killed while a video was being encoded. */
export interface PodFailover {
  /** The case's name, see {@link PodCase}. */
  readonly name: string;
  /** The seconds until there was another master. */
  readonly elected: number;
  /** Whether the visitor had to log in again. */
  readonly loggedOut: boolean;
  /** The pages of the visitor until every page came quickly again. */
  readonly visit: readonly VisitSecond[];
}

/** A transcription. */
export interface PodTranscription {
  /** The architecture; `-several` after it where each worker had a separate server. */
  readonly name: string;
  readonly captions: number;
  readonly seconds: number;
}

/**
 * The loss of a worker while it encoded: Redis by a restart, by SIGKILL, by a planned failover, by the death of the
 * master, or over the end of the task; its connections; or its own life.
 */
export type LossName =
  'restart' | 'kill' | 'connections' | 'failover' | 'master' | 'outage' | 'worker';

/** The outcome of a task whose worker lost Redis. */
export interface PodLoss {
  readonly arch: 'celery' | 'microservices';
  /** The service that keeps the worker running. */
  readonly service: 'systemd' | 'init';
  readonly loss: LossName;
  /** How many times the encoding began. */
  readonly runs: number;
  /** How many tasks were unacknowledged in the end. */
  readonly unacked: number;
}

/** How Redis was away: stopped, killed, failed over by sentinels, frozen (SIGSTOP), or its packets dropped. */
export type AbsenceName = 'stopped' | 'killed' | 'failover' | 'frozen' | 'dropped';

/** The behaviour of Pod while Redis was away. */
export interface PodAbsence {
  /** Where sessions were kept. */
  readonly sessions: Architecture['sessions'];
  readonly absence: AbsenceName;
  /** How long Redis was away. */
  readonly seconds: number;
  /** How many pages a visitor loaded meanwhile, and how many of them were errors. */
  readonly pages: number;
  readonly errors: number;
  /** The longest time that a page took, in seconds. */
  readonly slowest: number;
  /** Whether the visitor had to log in again afterwards. */
  readonly loggedOut: boolean;
  /** The HTTP status of a log-in, of the start of an encoding, and of an xAPI statement meanwhile. */
  readonly logIn: number;
  readonly encode: number;
  readonly statement: number;
  /** Whether the cookie of somebody who logged out meanwhile opened pages again afterwards. */
  readonly outlives: boolean;
}

/** The results of running Pod itself. */
export interface PodProof {
  /** The day of the run, as YYYY-MM-DD. */
  readonly date: string;
  /** Pod's version, the id of its commit, and the day of that. */
  readonly pod: { readonly version: string; readonly commit: string; readonly committed: string };
  /** The versions of the software by name. */
  readonly versions: Readonly<Record<string, string>>;
  readonly cases: readonly PodCase[];
  readonly failovers: readonly PodFailover[];
  readonly transcriptions: readonly PodTranscription[];
  readonly losses: readonly PodLoss[];
  readonly absences: readonly PodAbsence[];
}

/** The results in the repository, see {@link PodProof}. */
export const POD_PROOF = proven as PodProof;
