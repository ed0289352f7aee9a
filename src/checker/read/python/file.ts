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
  const syntaxErrors: Span[] = [];
  const enter = ({ type, from, to, name }: SyntaxNodeRef) => {
    const literal = /String$/.test(name) && name !== 'ContinuedString';
    if (literal) literals.push({ from, to });
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
    syntaxErrors,
  };
}
