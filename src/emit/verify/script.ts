import type { Deployment } from '../../model/deployment.ts';
import type { Params, TextKey } from '../../model/say.ts';
import type { ServerGroup } from '../../model/servers.ts';
import {
  CodeWriter,
  plain,
  string,
  type Line,
  type Source,
  type Token,
  type Writing,
} from '../code.ts';
import { shellString } from '../escape.ts';
import { shell } from '../shell.ts';

/** The command that prints the last line of a program's output. */
export const PRINT_LAST_LINE = shell`tail -n 1 <<<"$said" | head -c 4096 | clean`;

/** The command that reads at most this much of an answer, so that bash, whose patterns are slow, stays fast. */
export const SHORT = shell`head -c 65536`;

/** The script of one server that is being written. */
export class ShellScript {
  readonly code: CodeWriter;
  readonly deployment: Deployment;
  readonly group: ServerGroup;
  readonly #say: Writing['say'];

  constructor(deployment: Deployment, { say }: Writing, group: ServerGroup) {
    this.code = new CodeWriter(say, deployment.comments);
    this.deployment = deployment;
    this.group = group;
    this.#say = say;
  }

  /** A translated text, without quotes. */
  say(key: TextKey, params?: Params): string {
    return this.#say(key, params);
  }

  /** A translated text as one word of the shell. */
  text(key: TextKey, params?: Params, source?: Source): Token {
    return string(shellString(this.#say(key, params)), source);
  }

  /** Adds lines. */
  add(...lines: readonly Line[]): void {
    for (const line of lines) this.code.line(...line);
  }

  /** Adds a function, with these lines in it. */
  addFunction(name: string, ...lines: readonly Line[]): void {
    this.add(shell`${plain(name)}() {`, ...lines.map((line) => [plain('  '), ...line]), shell`}`);
  }
}
