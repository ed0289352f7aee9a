import type { FieldName } from '../model/architecture.ts';
import type { Params, Say, TextKey } from '../model/say.ts';
import type { DatabaseRole } from '../pod/databases.ts';
import type { Role } from '../pod/roles.ts';

/** The kinds of tokens; each has a colour. */
export type TokenKind = 'plain' | 'comment' | 'name' | 'string' | 'number' | 'constant' | 'section';

/** The origin of a token: the field that set it, the database and the server it is about. */
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
  /** The text is a placeholder for a value that the reader has not given yet. */
  readonly placeholder?: boolean;
}

/** A line of code; its text is that of its tokens, joined. */
export type Line = readonly Token[];

/** A key of a Python dict and its value. */
export type DictEntry = readonly [key: string | number, value: PythonValue];

/** A Python value: a literal as tokens, or what a list, a tuple or a dict is made of. */
export type PythonValue =
  | { readonly kind: 'literal'; readonly tokens: readonly Token[] }
  | { readonly kind: 'list' | 'tuple'; readonly items: readonly PythonValue[] }
  | { readonly kind: 'dict'; readonly entries: readonly DictEntry[] };

/** Lines of a file that belong together: a setting, a directive, a comment, an empty line. */
export interface Statement {
  /** The name of the setting, directive or variable that it sets, if it sets one. */
  readonly name?: string;
  readonly lines: readonly Line[];
  /** The value of a Python setting. */
  readonly value?: PythonValue;
}

/** The lines of statements, in order. */
export function linesOf(statements: readonly Statement[]): Line[] {
  return statements.flatMap(({ lines }) => lines);
}

/** The text of a line. */
export function lineText(line: Line): string {
  return line.map(({ text }) => text).join('');
}

/** The text of lines, each of them ended. */
export function codeText(lines: readonly Line[]): string {
  return lines.map((line) => `${lineText(line)}\n`).join('');
}

/** The input of emitters besides the deployment. */
export interface Writing {
  readonly say: Say;
  /** The password of Redis as typed; empty for its placeholder. */
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

/** The width at which comments are wrapped, in characters. */
const WIDTH = 76;

/** A text as comment lines, wrapped between words; a non-breaking space does not split. */
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

/** Collects the statements of a file. */
export class CodeWriter {
  readonly #statements: Statement[] = [];
  readonly #say: Say;
  readonly #comments: boolean;

  /** @param comments whether {@link note} writes anything */
  constructor(say: Say, comments: boolean) {
    this.#say = say;
    this.#comments = comments;
  }

  /** Adds a line without a name. */
  line(...tokens: Line): this {
    this.#statements.push({ lines: [tokens] });
    return this;
  }

  /**
   * Adds a statement.
   *
   * @param name the name of the setting, directive or variable that it sets
   * @param value the value of a Python setting
   */
  statement(name: string, lines: readonly Line[], value?: PythonValue): this {
    this.#statements.push({ name, lines, ...(value && { value }) });
    return this;
  }

  /** Adds an empty line, unless the file begins here or has one already. */
  gap(): this {
    if ((this.#statements.at(-1)?.lines.at(-1)?.length ?? 0) > 0) this.line();
    return this;
  }

  /** Adds a comment that says why the next line is there. */
  note(key: TextKey, source?: Source, params?: Params, indent?: string): this {
    if (this.#comments)
      this.#statements.push({ lines: commentLines(this.#say(key, params), source, indent) });
    return this;
  }

  /** The statements, without an empty line at the end. */
  done(): Statement[] {
    if (this.#statements.at(-1)?.lines.at(-1)?.length === 0) this.#statements.pop();
    return this.#statements;
  }
}
