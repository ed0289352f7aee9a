import type { FieldName } from '../model/architecture.ts';
import type { DatabaseRole } from '../pod/databases.ts';
import type { Role } from '../pod/roles.ts';
import type { Params, Say, TextKey } from '../model/say.ts';

/** What a piece of code is; its colour comes from this. */
export type TokenKind = 'plain' | 'comment' | 'name' | 'string' | 'number' | 'constant' | 'section';

/** Where a piece of code comes from: the field that set it, the database and the server it is about. */
export interface Source {
  readonly field?: FieldName;
  readonly database?: DatabaseRole;
  readonly server?: Role;
}

/** A piece of code. */
export interface Token {
  readonly text: string;
  readonly kind: TokenKind;
  readonly source?: Source;
  /** The text stands for a value that the reader has not given yet. */
  readonly placeholder?: boolean;
}

/** A line of code; its text is that of its tokens, joined. */
export type Line = readonly Token[];

/** The text of a line. */
export function lineText(line: Line): string {
  return line.map(({ text }) => text).join('');
}

/** The text of a file, with its last line ended. */
export function codeText(lines: readonly Line[]): string {
  return lines.map((line) => `${lineText(line)}\n`).join('');
}

/** Stands for the password the reader has not given yet; as a password it is refused. */
export const PASSWORD_PLACEHOLDER = 'REDIS-PASSWORD';

/** What emitters need besides the deployment. */
export interface Writing {
  readonly say: Say;
  /** The password of Redis as typed; empty for {@link PASSWORD_PLACEHOLDER}. */
  readonly password: string;
}

const token =
  (kind: TokenKind) =>
  (text: string, source?: Source): Token => ({ text, kind, ...(source && { source }) });

/** Makers of tokens, by kind. */
export const plain = token('plain');
export const name = token('name');
export const string = token('string');
export const number = token('number');
export const constant = token('constant');
export const section = token('section');
export const comment = token('comment');

/** Width at which comments are wrapped, in characters. */
const WIDTH = 76;

/** A text as comment lines, wrapped between words; a non-breaking space does not part. */
export function commentLines(text: string, source?: Source, indent = ''): Line[] {
  const lines: string[] = [];
  let line = `${indent}#`;
  for (const word of text.split(' ')) {
    if (line.length + 1 + word.length > WIDTH && line !== `${indent}#`) {
      lines.push(line);
      line = `${indent}#`;
    }
    line += ` ${word}`;
  }
  return [...lines, line].map((each) => [comment(each, source)]);
}

/** Collects the lines of a file. */
export class Code {
  readonly lines: Line[] = [];
  readonly #say: Say;
  readonly #comments: boolean;

  /** @param comments whether {@link note} writes anything */
  constructor(say: Say, comments: boolean) {
    this.#say = say;
    this.#comments = comments;
  }

  /** Adds a line. */
  line(...tokens: Line): this {
    this.lines.push(tokens);
    return this;
  }

  /** Adds an empty line, unless the file begins here or has one already. */
  gap(): this {
    if ((this.lines.at(-1)?.length ?? 0) > 0) this.lines.push([]);
    return this;
  }

  /** Adds a comment that says why the next line is there. */
  note(key: TextKey, source?: Source, params?: Params): this {
    if (this.#comments) this.lines.push(...commentLines(this.#say(key, params), source));
    return this;
  }

  /** The lines, without an empty one at the end. */
  done(): Line[] {
    if (this.lines.at(-1)?.length === 0) this.lines.pop();
    return this.lines;
  }
}
