import type { Line, Writing } from '../code.ts';
import type { Deployment } from '../../model/deployment.ts';
import type { TextKey } from '../../model/say.ts';
import type { Role } from '../../pod/roles.ts';

/** Commands, or a file, as a page quotes them for one group of servers. */
export interface Quote {
  /**
   * The servers that it is for; `any` for one that has redis-cli and reaches Redis, `prometheus` for
   * the one that watches.
   */
  readonly server: Role | 'all' | 'any' | 'prometheus';
  /** The address of the only one of them that it is for, if it is. */
  readonly host?: string;
  /** Where the file goes on the server; not there for commands. */
  readonly path?: string;
  readonly lines: readonly Line[];
  /** It is of another architecture, since this one lacks what it shows. */
  readonly elsewhere?: boolean;
}

/** A step of a page: what there is to type or to write down in the reader's architecture. */
export interface Procedure {
  /** What to quote; nothing where the architecture does not need the step. */
  readonly emit: (deployment: Deployment, writing: Writing) => readonly Quote[];
  /** Why the tests do not run it, where they cannot: the page says so beside it. */
  readonly example?: TextKey;
}
