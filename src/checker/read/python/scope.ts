import type { Span } from '../span.ts';
import type { DictEntry, DictValue, Value } from '../values.ts';
import type { SyntaxNode } from './tree.ts';

/** The objects by which settings files read the environment, and `quote` of urllib.parse. */
export type Access =
  | 'os'
  | 'environ'
  | 'getenv'
  | 'config'
  | 'environ-module'
  | 'Env'
  | 'env'
  | 'urllib'
  | 'urllib.parse'
  | 'quote';

/** The last value of a name at the top level of a module. */
export interface Binding {
  readonly value: Value;
  /** The statement that assigns it. */
  readonly statement: Span;
}

/** The most entries that are copied from dict to dict: a file that copies a growing one in each line would never end. */
const MAX_COPIED = 2 ** 14;

/** The state of a Python file before a statement; reading the statement changes it. */
export class Scope {
  readonly bindings = new Map<string, Binding>();
  /** The names that read the environment or quote for a URL: `os`, `config`, `env`… */
  readonly access = new Map<string, Access>();
  /** Every value that was assigned to a name, replaced ones included. */
  readonly assigned: { name: string; value: Value }[] = [];
  /** Environment variables that the file sets itself. */
  readonly environment = new Map<string, Binding>();
  /** The first place where the file reads each environment variable. */
  readonly reads = new Map<string, Span>();
  /** Statements that were not followed, with the names that they may change. */
  readonly unfollowed: (Span & { readonly names: readonly string[] })[] = [];
  /** The file may give a value to any name: it has `from … import *`, `exec(…)` or the like. */
  incomplete = false;
  readonly #source: string;
  /** The entries that have been copied from dict to dict. */
  #copied = 0;

  constructor(source: string) {
    this.#source = source;
  }

  text({ from, to }: Span): string {
    return this.#source.slice(from, to);
  }

  bind(name: string, value: Value, { from, to }: Span): void {
    this.access.delete(name);
    this.assigned.push({ name, value });
    this.bindings.set(name, { value, statement: { from, to } });
  }

  /** Puts an entry into a dict. Of two with one key the later counts, in its own position. */
  addEntry(dict: DictValue, entry: DictEntry): void {
    dict.entries.delete(entry.key);
    dict.entries.set(entry.key, entry);
  }

  /** Puts the entries of a value into a dict, as `update` and `**` do. */
  merge(into: DictValue, from: Value, statement: Span): void {
    if (from.kind !== 'dict') {
      into.incomplete = true;
      this.unfollowed.push({ from: statement.from, to: statement.to, names: [] });
      return;
    }
    this.#copied += from.entries.size;
    if (this.#copied > MAX_COPIED) {
      into.incomplete = true;
      this.unfollowed.push({ from: statement.from, to: statement.to, names: [] });
      return;
    }
    into.incomplete ||= from.incomplete;
    for (const entry of [...from.entries.values()]) this.addEntry(into, entry);
  }
}

/** The children of a syntax node without comments. */
export function* childrenOf(node: SyntaxNode): Generator<SyntaxNode> {
  for (let child = node.firstChild; child; child = child.nextSibling)
    if (child.name !== 'Comment') yield child;
}

/** An argument of a call, with its name if it has one; `**` for one that is unpacked. */
export interface Argument {
  readonly name?: string;
  readonly node: SyntaxNode;
}

/** The arguments of a call. */
export function argumentsOf(call: SyntaxNode, scope: Scope): Argument[] {
  const list = call.lastChild;
  if (list?.name !== 'ArgList') return [];
  const found: Argument[] = [];
  let name: string | undefined;
  const nodes = [...childrenOf(list)];
  for (const [index, node] of nodes.entries()) {
    if (nodes[index + 1]?.name === 'AssignOp') name = scope.text(node);
    else if (!/^([(),]|AssignOp|\*\*?)$/.test(node.name)) {
      const stars = /^\*/.test(nodes[index - 1]?.name ?? '');
      found.push({ ...(name !== undefined && { name }), ...(stars && { name: '**' }), node });
      name = undefined;
    }
  }
  return found;
}
