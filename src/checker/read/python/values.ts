import { PASSWORD_PLACEHOLDER } from '../../../model/password.ts';
import type { Span } from '../span.ts';
import type { DictValue, StringPiece, StringValue, Value } from '../values.ts';
import { accessOf, cast, quoted, variableDefault } from './environment.ts';
import { argumentsOf, childrenOf, type Scope } from './scope.ts';
import { readStringLiteral } from './strings.ts';
import type { SyntaxNode } from './tree.ts';

/** The depth at which expressions are no longer followed. Python refuses parentheses deeper than 200. */
const MAX_DEPTH = 200;

/** The longest string that is built up: names that double each other would never end. */
const MAX_LENGTH = 2 ** 16;

/** The most parts of a sum: a file that adds to a name in each line would copy them all each time. */
const MAX_PARTS = 2 ** 8;

/** The value of an expression, as far as it is known without running anything. */
export function valueOf(node: SyntaxNode, scope: Scope, depth = 0): Value {
  const span = { from: node.from, to: node.to };
  const unknown: Value = { kind: 'unknown', ...span };
  if (depth > MAX_DEPTH) return unknown;
  switch (node.name) {
    case 'String':
    case 'FormatString':
    case 'ContinuedString':
      return stringOf(node, scope, depth) ?? unknown;
    case 'Number': {
      const digits = scope.text(span).replaceAll('_', '');
      const number = Number(digits);
      return /^(0|[1-9]\d*|0x[\da-f]+|0o[0-7]+|0b[01]+|\d+\.\d*|\.\d+|\d[\d.]*e[+-]?\d+)$/i.test(
        digits,
      ) && Number.isFinite(number)
        ? { kind: 'number', number, ...span }
        : unknown;
    }
    case 'Boolean':
      return { kind: 'flag', flag: scope.text(span) === 'True', ...span };
    case 'None':
      return { kind: 'none', ...span };
    case 'ParenthesizedExpression': {
      const inner = [...childrenOf(node)][1];
      return inner && inner.name !== ')' ? valueOf(inner, scope, depth + 1) : unknown;
    }
    case 'ArrayExpression':
    case 'TupleExpression': {
      const items: Value[] = [];
      for (const child of childrenOf(node)) {
        if (/^[[\](),]$/.test(child.name)) continue;
        if (child.name === '*' || child.type.isError) return unknown;
        items.push(valueOf(child, scope, depth + 1));
      }
      return { kind: 'list', items, ...span };
    }
    case 'DictionaryExpression':
      return dictOf(node, scope, depth);
    case 'VariableName':
      return variableOf(node, scope);
    case 'MemberExpression':
      return memberOf(node, scope, depth);
    case 'UnaryExpression':
      return unaryOf(node, scope, depth);
    case 'BinaryExpression':
      return binaryOf(node, scope, depth);
    case 'CallExpression':
      return callOf(node, scope, depth);
    default:
      return unknown;
  }
}

function stringOf(node: SyntaxNode, scope: Scope, depth: number): StringValue | undefined {
  const pieces: StringPiece[] = [];
  const literals = node.name === 'ContinuedString' ? [...childrenOf(node)] : [node];
  let environment: string | undefined;
  for (const literal of literals) {
    const replaced: { span: Span; value: Value }[] = [];
    for (const child of childrenOf(literal)) {
      if (child.name === 'Escape') continue;
      if (child.name !== 'FormatReplacement') return undefined;
      const [, expression, ...rest] = childrenOf(child);
      if (!expression || rest.length !== 1) return undefined;
      const value = valueOf(expression, scope, depth + 1);
      replaced.push({ span: child, value });
      environment ??= value.environment;
    }
    const read = readStringLiteral(scope.text(literal), literal.from, replaced);
    if (read === undefined) return undefined;
    pieces.push(...read);
  }
  const text = pieces.map((piece) => piece.text).join('');
  if (text.length > MAX_LENGTH) return undefined;
  return {
    kind: 'string',
    text,
    pieces,
    from: node.from,
    to: node.to,
    ...(environment !== undefined && { environment }),
  };
}

function emptyDict({ from, to }: Span, literal: boolean): DictValue {
  return { kind: 'dict', entries: new Map(), incomplete: false, literal, from, to };
}

function dictOf(node: SyntaxNode, scope: Scope, depth: number): DictValue {
  const dict = emptyDict(node, true);
  const entries: SyntaxNode[][] = [[]];
  for (const child of childrenOf(node))
    if (child.name === ',') entries.push([]);
    else if (!/^[{}]$/.test(child.name)) entries.at(-1)?.push(child);
  for (const [first, second, third] of entries) {
    if (!first) continue;
    if (first.name === '**' && second) {
      const merged = valueOf(second, scope, depth + 1);
      if (merged.kind === 'dict') scope.merge(dict, merged, node);
      else dict.incomplete = true;
      continue;
    }
    const key = second?.name === ':' && third ? valueOf(first, scope, depth + 1) : undefined;
    const text =
      key?.kind === 'string' ? key.text : key?.kind === 'number' ? String(key.number) : undefined;
    if (text === undefined || !third) dict.incomplete = true;
    else
      scope.addEntry(dict, {
        key: text,
        value: valueOf(third, scope, depth + 1),
        from: first.from,
        to: third.to,
        statement: false,
      });
  }
  return dict;
}

function variableOf(node: SyntaxNode, scope: Scope): Value {
  const name = scope.text(node);
  const value = scope.bindings.get(name)?.value;
  const { from, to } = node;
  // The generator's placeholder counts as a password, which a finding is about.
  if (value === undefined && name === PASSWORD_PLACEHOLDER)
    return {
      kind: 'string',
      text: name,
      pieces: [{ text: name, from, to, exact: true, named: false }],
      from,
      to,
    };
  if (value === undefined || value.kind === 'unknown') return { kind: 'unknown', from, to };
  // A dict stays the same object: an entry that is added by one of its names is there by all.
  if (value.kind === 'dict') return value;
  if (value.kind === 'string')
    return {
      ...value,
      named: name,
      pieces: value.pieces.map((piece) => ({ ...piece, named: true })),
    };
  return { ...value, named: name };
}

/** The value of KEY in `A[KEY]`; `undefined` for any other member. */
export function subscriptOf(node: SyntaxNode, scope: Scope): Value | undefined {
  const [, bracket, key, ...rest] = childrenOf(node);
  return bracket?.name === '[' && key && rest.length === 1 ? valueOf(key, scope) : undefined;
}

function memberOf(node: SyntaxNode, scope: Scope, depth: number): Value {
  const unknown: Value = { kind: 'unknown', from: node.from, to: node.to };
  const object = node.firstChild;
  const key = subscriptOf(node, scope);
  if (!object || key?.kind !== 'string') return unknown;
  if (accessOf(object, scope) === 'environ')
    return scope.environment.get(key.text)?.value ?? { ...unknown, environment: key.text };
  const dict = valueOf(object, scope, depth + 1);
  return (dict.kind === 'dict' ? dict.entries.get(key.text)?.value : undefined) ?? unknown;
}

function unaryOf(node: SyntaxNode, scope: Scope, depth: number): Value {
  const [operator, operand] = childrenOf(node);
  const span = { from: node.from, to: node.to };
  const value = operand && valueOf(operand, scope, depth + 1);
  const text = operator && scope.text(operator);
  if (value?.kind === 'number' && text === '-')
    return { kind: 'number', number: -value.number, ...span };
  if (value?.kind === 'flag' && text === 'not') return { kind: 'flag', flag: !value.flag, ...span };
  return { kind: 'unknown', ...span };
}

function binaryOf(node: SyntaxNode, scope: Scope, depth: number): Value {
  const [left, operatorNode, right] = childrenOf(node);
  const span = { from: node.from, to: node.to };
  const unknown: Value = { kind: 'unknown', ...span };
  if (!left || !operatorNode || !right) return unknown;
  const a = valueOf(left, scope, depth + 1);
  const b = valueOf(right, scope, depth + 1);
  const operator = scope.text(operatorNode);
  if (operator === '+') return sumOf(a, b, node);
  // `os.environ.get("X") or "default"`
  if (operator === 'or' && a.kind === 'unknown' && a.environment !== undefined)
    return { ...b, environment: a.environment };
  if (operator === '|' && a.kind === 'dict' && b.kind === 'dict') {
    const both: DictValue = {
      ...emptyDict(node, false),
      entries: new Map(a.entries),
      incomplete: a.incomplete,
    };
    scope.merge(both, b, node);
    return both;
  }
  if (a.kind !== 'number' || b.kind !== 'number') return unknown;
  const results: Readonly<Record<string, number>> = {
    '-': a.number - b.number,
    '*': a.number * b.number,
    '//': Math.floor(a.number / b.number),
    '/': a.number / b.number,
  };
  const number = results[operator];
  return number === undefined || !Number.isFinite(number)
    ? unknown
    : { kind: 'number', number, ...span };
}

/** The value of `a + b`. */
export function sumOf(a: Value, b: Value, { from, to }: Span): Value {
  const environment = a.environment ?? b.environment;
  const common = { from, to, ...(environment !== undefined && { environment }) };
  if (a.kind === 'number' && b.kind === 'number')
    return { kind: 'number', number: a.number + b.number, ...common };
  if (a.kind === 'list' && b.kind === 'list' && a.items.length + b.items.length < MAX_PARTS)
    return { kind: 'list', items: [...a.items, ...b.items], ...common };
  if (
    a.kind === 'string' &&
    b.kind === 'string' &&
    a.text.length + b.text.length < MAX_LENGTH &&
    a.pieces.length + b.pieces.length < MAX_PARTS
  )
    return {
      kind: 'string',
      text: a.text + b.text,
      pieces: [...a.pieces, ...b.pieces],
      ...common,
    };
  return { kind: 'unknown', from, to };
}

function callOf(node: SyntaxNode, scope: Scope, depth: number): Value {
  const unknown: Value = { kind: 'unknown', from: node.from, to: node.to };
  const callee = node.firstChild;
  if (!callee) return unknown;
  const args = argumentsOf(node, scope);
  const evaluate = (inner: SyntaxNode) => valueOf(inner, scope, depth + 1);
  const access = accessOf(callee, scope);
  if (access === 'getenv' || access === 'config' || access === 'env')
    return variableDefault(node, access, args, scope, evaluate);
  if (access === 'quote') return quoted(args, node, evaluate);
  const name = callee.name === 'VariableName' ? scope.text(callee) : '';
  if (scope.bindings.has(name)) return unknown;
  if (name === 'dict') {
    const dict = emptyDict(node, false);
    for (const { name: key, node: argument } of args) {
      const value = evaluate(argument);
      if (key === undefined || key === '**') scope.merge(dict, value, node);
      else
        scope.addEntry(dict, {
          key,
          value,
          from: argument.from,
          to: argument.to,
          statement: false,
        });
    }
    return dict;
  }
  const [only, ...more] = args;
  if (!only || only.name !== undefined || more.length > 0) return unknown;
  return cast(name, evaluate(only.node), scope) ?? unknown;
}
