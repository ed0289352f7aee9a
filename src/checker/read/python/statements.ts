import type { Span } from '../span.ts';
import type { Value } from '../values.ts';
import { accessOf, importedAccess } from './environment.ts';
import { argumentsOf, childrenOf, type Scope } from './scope.ts';
import { subscriptOf, sumOf, valueOf } from './values.ts';
import type { SyntaxNode } from './tree.ts';

/** Reads one statement at the top level of a module into the scope. */
export function readStatement(node: SyntaxNode, scope: Scope): void {
  switch (node.name) {
    case 'AssignStatement':
      assign(node, scope);
      break;
    case 'UpdateStatement':
      update(node, scope);
      break;
    case 'ExpressionStatement':
      if (node.firstChild) callMethod(node.firstChild, node, scope);
      break;
    case 'ImportStatement':
      importNames(node, scope);
      break;
    case 'DeleteStatement':
      for (const child of childrenOf(node))
        if (child.name === 'VariableName') scope.bindings.delete(scope.text(child));
        else forget(child, node, scope);
      break;
    case 'FunctionDefinition':
    case 'ClassDefinition':
    case 'PassStatement':
      break;
    default:
      forget(node, node, scope);
  }
}

/**
 * The longest part of a statement whose names are looked for, in characters: the time grows with the depth of the
 * tree, and the tree of a text made of signs may be as deep as the text is long.
 */
const LONGEST_PART = 50_000;

/** The kinds of nodes that {@link changedBy} looks into. */
const CHANGING: ReadonlySet<string> = new Set([
  'AssignStatement',
  'UpdateStatement',
  'ForStatement',
  'WithStatement',
  'ImportStatement',
  'DeleteStatement',
  'CallExpression',
]);

/** Makes every name unknown that a part of a statement may have changed; all names, if the part is too long. */
function forget(part: SyntaxNode, statement: Span, scope: Scope): void {
  if (part.to - part.from > LONGEST_PART) {
    scope.incomplete = true;
    scope.unfollowed.push({ from: statement.from, to: statement.to, names: [] });
    return;
  }
  const names = new Set<string>();
  let all = false;
  const cursor = part.cursor();
  do {
    if (cursor.from > part.to) break;
    if (cursor.name === '*' && cursor.node.parent?.name === 'ImportStatement') all = true;
    if (cursor.name === 'CallExpression' && changesAnyName(cursor.node, scope)) all = true;
    // A node costs far more than the cursor: only those that change something are asked for.
    if (!CHANGING.has(cursor.name)) continue;
    for (const node of changedBy(cursor.node, scope)) {
      const name = baseName(node, scope);
      if (name !== undefined) names.add(name);
    }
  } while (cursor.next() && cursor.from < part.to);
  const span = { from: statement.from, to: statement.to };
  for (const name of names) scope.bind(name, { kind: 'unknown', ...span }, span);
  scope.incomplete ||= all;
  scope.unfollowed.push({ ...span, names: all ? [] : [...names] });
}

/** Makes an expression's name unknown, with all that the expression may have changed. */
function forgetTarget(target: SyntaxNode, statement: Span, scope: Scope): void {
  forget(target, statement, scope);
  const name = baseName(target, scope);
  const { from, to } = statement;
  if (name !== undefined) scope.bind(name, { kind: 'unknown', from, to }, statement);
}

/** The expressions that a statement assigns to, or that a call may change. */
function* changedBy(node: SyntaxNode, scope: Scope): Generator<SyntaxNode> {
  const children = [...childrenOf(node)];
  const indexOf = (name: string) => children.findIndex((child) => child.name === name);
  switch (node.name) {
    case 'AssignStatement':
      yield* children.slice(
        0,
        children.findLastIndex(({ name }) => name === 'AssignOp'),
      );
      break;
    case 'UpdateStatement':
      yield* children.slice(0, 1);
      break;
    case 'ForStatement':
      yield* children.slice(indexOf('for') + 1, indexOf('in'));
      break;
    case 'WithStatement':
      yield* children.filter((_, index) => children[index - 1]?.name === 'as');
      break;
    case 'ImportStatement':
      yield* children.slice(indexOf('import') + 1);
      break;
    case 'DeleteStatement':
      yield* children;
      break;
    case 'CallExpression': {
      const [callee, list] = children;
      const all = [...(callee ? [callee] : []), ...(list ? childrenOf(list) : [])];
      // No call can change a string or a number.
      yield* all.filter((each) => {
        const value = scope.bindings.get(baseName(each, scope) ?? '')?.value;
        return value?.kind === 'dict' || value?.kind === 'list';
      });
      break;
    }
    default:
  }
}

/** Whether a call may change any name: it runs a text as Python, or gets the dict of all names. */
function changesAnyName(call: SyntaxNode, scope: Scope): boolean {
  const callee = call.firstChild;
  return (
    callee?.name === 'VariableName' &&
    /^(exec|eval|execfile|globals|locals|vars|include)$/.test(scope.text(callee))
  );
}

/** The name that an expression begins with: `A` of `A["x"].y`. */
function baseName(node: SyntaxNode, scope: Scope): string | undefined {
  let inner: SyntaxNode | null = node;
  while (inner?.name === 'MemberExpression') inner = inner.firstChild;
  return inner?.name === 'VariableName' ? scope.text(inner) : undefined;
}

/** The kinds of targets whose value is known after an assignment. */
const ASSIGNABLE: ReadonlySet<string> = new Set(['VariableName', 'MemberExpression']);

/** `A = …`, `A = B = …`, `A["x"] = …` */
function assign(node: SyntaxNode, scope: Scope): void {
  const sides: SyntaxNode[][] = [[]];
  for (const child of childrenOf(node))
    if (child.name === 'AssignOp') sides.push([]);
    else if (child.name !== 'TypeDef') sides.at(-1)?.push(child);
  const value = sides.pop();
  if (!value || sides.length === 0) return;
  const [only] = value;
  const targets = sides.flatMap((side) => (side.length === 1 ? side : []));
  const followed =
    targets.length === sides.length && targets.every(({ name }) => ASSIGNABLE.has(name));
  if (!only || value.length > 1 || !followed) {
    forget(node, node, scope);
    return;
  }
  for (const target of targets)
    if (target.name === 'VariableName') assignName(scope.text(target), only, node, scope);
    else assignEntry(target, valueOf(only, scope), node, scope);
}

/** `A = …`, also where the value is a way of reading the environment, as in `env = Env()`. */
function assignName(name: string, value: SyntaxNode, statement: SyntaxNode, scope: Scope): void {
  const called =
    value.name === 'CallExpression' && value.firstChild
      ? accessOf(value.firstChild, scope)
      : undefined;
  scope.bind(name, valueOf(value, scope), statement);
  const access = called === 'Env' ? 'env' : accessOf(value, scope);
  if (access !== undefined) scope.access.set(name, access);
}

/** `A["x"]["y"] = …`, `os.environ["X"] = …` */
function assignEntry(target: SyntaxNode, value: Value, statement: SyntaxNode, scope: Scope): void {
  const object = target.firstChild;
  const key = subscriptOf(target, scope);
  if (object && key?.kind === 'string') {
    if (accessOf(object, scope) === 'environ') {
      scope.environment.set(key.text, { value, statement });
      return;
    }
    const dict = valueOf(object, scope);
    if (dict.kind === 'dict') {
      scope.addEntry(dict, {
        key: key.text,
        value,
        from: statement.from,
        to: statement.to,
        statement: true,
      });
      return;
    }
  }
  forgetTarget(target, statement, scope);
}

/** `A += …`, `A |= …` */
function update(node: SyntaxNode, scope: Scope): void {
  const [target, operator, value] = childrenOf(node);
  const name = target?.name === 'VariableName' ? scope.text(target) : undefined;
  const before = name === undefined ? undefined : scope.bindings.get(name)?.value;
  const operation = operator && scope.text(operator);
  if (name !== undefined && before && value && operation === '+=')
    scope.bind(name, sumOf(before, valueOf(value, scope), node), node);
  else if (before?.kind === 'dict' && value && operation === '|=')
    scope.merge(before, valueOf(value, scope), node);
  else if (target) forgetTarget(target, node, scope);
}

/** A statement that is a call: `CACHES.update(…)`, `os.environ.setdefault(…)`. */
function callMethod(call: SyntaxNode, statement: SyntaxNode, scope: Scope): void {
  const callee = call.firstChild;
  if (call.name !== 'CallExpression') return;
  if (callee?.name !== 'MemberExpression') {
    forget(call, statement, scope);
    return;
  }
  const object = callee.firstChild;
  const method = callee.lastChild ? scope.text(callee.lastChild) : '';
  const args = argumentsOf(call, scope);
  if (!object) return;
  const access = accessOf(object, scope);
  if (access === 'environ') {
    const [key, value] = args.map(({ node }) => valueOf(node, scope));
    if (method === 'setdefault' && key?.kind === 'string' && value) {
      if (!scope.environment.has(key.text)) scope.environment.set(key.text, { value, statement });
    }
    return;
  }
  if (access !== undefined) return;
  const dict = baseName(object, scope) === undefined ? undefined : valueOf(object, scope);
  if (dict?.kind === 'dict' && method === 'update' && args.length > 0) {
    for (const { name, node } of args) {
      const value = valueOf(node, scope);
      if (name === undefined) scope.merge(dict, value, statement);
      else
        scope.addEntry(dict, { key: name, value, from: node.from, to: node.to, statement: false });
    }
    return;
  }
  forget(call, statement, scope);
}

/** `import a`, `import a.b`, `from a import b as c, d` */
function importNames(node: SyntaxNode, scope: Scope): void {
  const words = [...childrenOf(node)];
  if (words.some(({ name }) => name === '*')) {
    scope.incomplete = true;
    scope.unfollowed.push({ from: node.from, to: node.to, names: [] });
    return;
  }
  const start = words.findIndex(({ name }) => name === 'import');
  const module =
    words[0]?.name === 'from'
      ? scope.text({ from: words[1]?.from ?? 0, to: words[start - 1]?.to ?? 0 })
      : '';
  let name = '';
  let local = '';
  const bindImported = () => {
    if (local === '') return;
    const access = importedAccess(module, name);
    scope.bind(local, { kind: 'unknown', from: node.from, to: node.to }, node);
    if (access !== undefined) scope.access.set(local, access);
    name = local = '';
  };
  let renamed = false;
  for (const word of words.slice(start + 1)) {
    if (word.name === ',') bindImported();
    else if (word.name === 'as') renamed = true;
    else if (word.name === 'VariableName') {
      if (renamed) local = scope.text(word);
      else if (name === '') name = local = scope.text(word);
      renamed = false;
    }
  }
  bindImported();
}
