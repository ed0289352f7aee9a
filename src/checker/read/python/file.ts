import { parser } from '@lezer/python';
import type { Span } from '../span.ts';
import { childrenOf, Scope } from './scope.ts';
import { readStatement } from './statements.ts';
import type { SyntaxNode, SyntaxNodeRef, Tree } from './tree.ts';

/** A Python file of settings, as far as it is known without running it. */
export interface PythonFile extends Readonly<
  Pick<Scope, 'bindings' | 'assigned' | 'environment' | 'reads' | 'unfollowed' | 'incomplete'>
> {
  /** The span of each string literal, with its quotes. */
  readonly literals: readonly Span[];
  /** Those of them that belong to the name of a secret: in its assignment, or after it in a dict or a call. */
  readonly secretLiterals: readonly Span[];
  /** The places where Python would refuse the file. */
  readonly syntaxErrors: readonly Span[];
}

/**
 * The time that the parser may take, in milliseconds. A file of 1 MiB takes half of it; a file made
 * of errors would keep the page busy for seconds.
 */
const PARSE_LIMIT = 600;

/** The number of steps between two looks at the clock. */
const STEPS = 1000;

/** Parses a source. A part that comes after {@link PARSE_LIMIT} is left out and noted as unfollowed. */
function parse(source: string, scope: Scope): Tree {
  const partial = parser.startParse(source);
  const end = performance.now() + PARSE_LIMIT;
  for (let step = 1; ; step += 1) {
    const tree = partial.advance();
    if (tree) return tree;
    if (step % STEPS !== 0 || partial.stoppedAt !== null || performance.now() < end) continue;
    const from = partial.parsedPos;
    partial.stopAt(from);
    scope.incomplete = true;
    scope.unfollowed.push({ from, to: source.length, names: [] });
  }
}

/** Names of settings, keys and variables that a secret belongs to, anywhere in a text. */
const SECRET_NAME = /passw|passphrase|(?:pass|pwd)\b|secret|token|(?:\b|_)auth\b/i;

/** The number of levels of the tree above a text in which its name is looked for: settings have fewer. */
const MAX_DEPTH = 16;

/** The longest name that is looked at, in characters. */
const MAX_NAME = 200;

/** Whether a string literal belongs to the name of a secret. */
function belongsToSecret(literal: SyntaxNode, source: string): boolean {
  const isName = (node: SyntaxNode | null | undefined) =>
    node != null &&
    SECRET_NAME.test(source.slice(node.from, Math.min(node.to, node.from + MAX_NAME)));
  let node = literal;
  for (let depth = 0; depth < MAX_DEPTH; depth++) {
    const { parent, prevSibling: before } = node;
    if (parent === null) return false;
    const follows = before?.name === ':' || before?.name === 'AssignOp';
    if (
      /^(DictionaryExpression|ArgList)$/.test(parent.name) &&
      follows &&
      isName(before.prevSibling)
    )
      return true;
    // A default value comes after the name of the variable.
    const first = parent.name === 'ArgList' ? parent.firstChild?.nextSibling : undefined;
    if (first && first.from < node.from && first.name === 'String' && isName(first)) return true;
    if (/^(Assign|Update)Statement$/.test(parent.name))
      return SECRET_NAME.test(source.slice(Math.max(parent.from, node.from - MAX_NAME), node.from));
    if (/Statement$|^Body$|^Script$/.test(parent.name)) return false;
    node = parent;
  }
  return false;
}

/** Whether a string ends with the quotes that it begins with; the parser ends it with the line. */
function isClosed(literal: string): boolean {
  const [, quotes = ''] = /^[a-z]{0,3}("""|'''|"|')/i.exec(literal) ?? [];
  return (
    quotes !== '' &&
    literal.length >= literal.indexOf(quotes) + 2 * quotes.length &&
    literal.endsWith(quotes)
  );
}

/**
 * Reads a Python file of settings without running anything: literals, simple expressions, names
 * that were assigned earlier, and the defaults of environment variables. A statement that it does
 * not follow is listed as such, and its names are unknown. Never throws, whatever the text.
 */
export function readPython(text: string): PythonFile {
  // Python ignores a byte order mark; the parser takes it for a part of the first name.
  const source = text.replace(/^\uFEFF/, '\n');
  const scope = new Scope(source);
  const literals: Span[] = [];
  const secretLiterals: Span[] = [];
  const syntaxErrors: Span[] = [];
  const enter = (ref: SyntaxNodeRef) => {
    const { type, from, to, name } = ref;
    const literal = /String$/.test(name) && name !== 'ContinuedString';
    if (literal) literals.push({ from, to });
    if (literal && belongsToSecret(ref.node, source)) secretLiterals.push({ from, to });
    // The parser also reads the print statement of Python 2.
    const wrong =
      type.isError || name === 'PrintStatement' || (literal && !isClosed(scope.text({ from, to })));
    if (wrong) syntaxErrors.push({ from, to: Math.max(to, from) });
  };
  let tree: Tree | undefined;
  try {
    const parsed = parse(source, scope);
    parsed.iterate({ enter });
    tree = parsed;
  } catch {
    // Of a long text that is made of signs, the parser makes a damaged tree (`$('"` 5,000 times) or none, for want of
    // stack (a minus in each of 80,000 lines): @lezer/python 1.1.19.
    scope.incomplete = true;
    scope.unfollowed.push({ from: 0, to: source.length, names: [] });
  }
  const readBlock = (block: SyntaxNode): void => {
    for (const node of childrenOf(block)) {
      if (node.name === 'StatementGroup') {
        readBlock(node);
        continue;
      }
      let start = node.from;
      while (/^[ \t]$/.test(source.charAt(start - 1))) start -= 1;
      // The parser accepts a statement that is indented without reason.
      if (start < node.from && /^\n?$/.test(source.charAt(start - 1)))
        syntaxErrors.push({ from: node.from, to: node.from + 1 });
      readStatement(node, scope);
    }
  };
  if (tree) readBlock(tree.topNode);
  const { bindings, assigned, environment, reads, unfollowed, incomplete } = scope;
  return {
    bindings,
    assigned,
    environment,
    reads,
    unfollowed,
    incomplete,
    literals,
    secretLiterals,
    syntaxErrors,
  };
}
