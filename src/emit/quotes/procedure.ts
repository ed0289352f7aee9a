import type { Deployment } from '../../model/deployment.ts';
import type { TextKey } from '../../model/say.ts';
import type { Role } from '../../pod/roles.ts';
import type { Line, Writing } from '../code.ts';

/** Commands, or a file, for one group of servers, as a page quotes them. */
export interface Quote {
  /**
   * The servers that it is for; `any` for one that has redis-cli and reaches Redis, `prometheus` for
   * the one that runs Prometheus.
   */
  readonly server: Role | 'all' | 'any' | 'prometheus';
  /** The address of the server that it is for, where it is for one of several only. */
  readonly host?: string;
  /** The path of the file on the server; not there for commands. */
  readonly path?: string;
  readonly lines: readonly Line[];
  /** It is of another architecture, since the reader's lacks what it shows. */
  readonly elsewhere?: boolean;
}

/** A step of a page: the commands and files of the reader's architecture. */
export interface Procedure {
  /** The quotes; none where the architecture does not need the step. */
  readonly emit: (deployment: Deployment, writing: Writing) => readonly Quote[];
  /** The reason why the tests do not run it, where they cannot; the page shows it. */
  readonly example?: TextKey;
}
