import type { parser } from '@lezer/python';

/** The syntax tree of a Python file. */
export type Tree = ReturnType<typeof parser.parse>;

/** A node of the syntax tree. */
export type SyntaxNode = Tree['topNode'];

/** A node that an iteration over the tree meets. */
export type SyntaxNodeRef = Parameters<Parameters<Tree['iterate']>[0]['enter']>[0];
