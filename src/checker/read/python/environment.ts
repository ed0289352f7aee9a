import { urlPart } from '../../../emit/escape.ts';
import type { Span } from '../span.ts';
import type { StringPiece, Value } from '../values.ts';
import type { Access, Argument, Scope } from './scope.ts';
import type { SyntaxNode } from './tree.ts';

/** The members of modules that are such objects (os; python-decouple; django-environ; environs; urllib). */
const MEMBERS: Readonly<Record<string, Readonly<Record<string, Access>>>> = {
  os: { environ: 'environ', getenv: 'getenv' },
  decouple: { config: 'config' },
  environ: { Env: 'Env', FileAwareEnv: 'Env' },
  environs: { Env: 'Env' },
  urllib: { parse: 'urllib.parse' },
  'urllib.parse': { quote: 'quote' },
};
const MODULES: Readonly<Record<string, Access>> = {
  os: 'os',
  environ: 'environ-module',
  urllib: 'urllib',
};

/**
 * The access that an import gives to a name.
 *
 * @param module the module of `from MODULE import …`; empty for `import NAME`
 */
export function importedAccess(module: string, name: string): Access | undefined {
  if (module === '') return MODULES[name];
  return Object.hasOwn(MEMBERS, module) ? MEMBERS[module]?.[name] : undefined;
}

/** The access that an expression is: `os.environ`, `env`, `environ.get`… */
export function accessOf(node: SyntaxNode, scope: Scope): Access | undefined {
  if (node.name === 'VariableName') return scope.access.get(scope.text(node));
  if (node.name !== 'MemberExpression' || !node.firstChild || !node.lastChild) return undefined;
  const member = scope.text(node.lastChild);
  const object = accessOf(node.firstChild, scope);
  if (object === 'os') return MEMBERS['os']?.[member];
  if (object === 'environ-module') return MEMBERS['environ']?.[member];
  if (object === 'urllib' || object === 'urllib.parse') return MEMBERS[object]?.[member];
  if (object === 'environ' && member === 'get') return 'getenv';
  return object === 'env' ? 'env' : undefined;
}

/** Evaluates an expression inside of the one that is being read. */
type Evaluate = (node: SyntaxNode) => Value;

/** The value of a call that reads an environment variable: its default, marked as such. */
export function variableDefault(
  call: SyntaxNode,
  access: 'getenv' | 'config' | 'env',
  args: readonly Argument[],
  scope: Scope,
  evaluate: Evaluate,
): Value {
  const [first, second] = args;
  const key = first && first.name === undefined ? evaluate(first.node) : undefined;
  const environment = key?.kind === 'string' ? key.text : '';
  const unknown: Value = { kind: 'unknown', from: call.from, to: call.to, environment };
  if (environment !== '' && !scope.reads.has(environment))
    scope.reads.set(environment, { from: call.from, to: call.to });
  const named = args.find(({ name }) => name === 'default');
  // The second argument of decouple's config() is its default, that of Env's methods the type.
  const initial = named ?? (second?.name === undefined && access !== 'env' ? second : undefined);
  if (environment === '' || !initial) return unknown;
  const value = evaluate(initial.node);
  const castArgument = args.find(({ name }) => name === 'cast');
  const type = castArgument
    ? scope.text(castArgument.node)
    : /\.(int|bool|str)$/.exec(scope.text(call.firstChild ?? call))?.[1];
  const known = type === undefined ? value : (cast(type, value, scope) ?? value);
  return known.kind === 'unknown' || known.kind === 'none' ? unknown : { ...known, environment };
}

/**
 * The value of `int(…)`, `str(…)` or `bool(…)`, by which files read numbers and switches from
 * environment variables; `undefined` for any other call.
 */
export function cast(type: string, value: Value, scope: Scope): Value | undefined {
  const { from, to } = value;
  const environment = value.environment === undefined ? {} : { environment: value.environment };
  if (value.kind === 'unknown') return undefined;
  if (type === 'int' && value.kind === 'string' && /^\s*-?\d{1,15}\s*$/.test(value.text))
    return { kind: 'number', number: Number(value.text), from, to, ...environment };
  if (type === 'int' && value.kind === 'number')
    return { ...value, number: Math.trunc(value.number) };
  if (type === 'str' && value.kind === 'string') return value;
  if (type === 'str' && value.kind === 'number' && Number.isInteger(value.number)) {
    const text = String(value.number);
    const piece: StringPiece = {
      text,
      from,
      to,
      exact: scope.text(value) === text,
      named: value.named !== undefined,
    };
    return { kind: 'string', text, pieces: [piece], from, to, ...environment };
  }
  if (type === 'bool' && value.kind === 'flag') return value;
  return undefined;
}

/** The value of `quote(…)` of urllib.parse, which keeps the characters of `safe`: `/` by default. */
export function quoted(args: readonly Argument[], { from, to }: Span, evaluate: Evaluate): Value {
  const [text, second] = args;
  const value = text && evaluate(text.node);
  const safe = args.find(({ name }) => name === 'safe') ?? (second?.name ? undefined : second);
  const kept = safe ? evaluate(safe.node) : undefined;
  if (value?.kind !== 'string' || (kept && kept.kind !== 'string') || !value.text.isWellFormed())
    return { kind: 'unknown', from, to };
  const safeCharacters = kept?.text ?? '/';
  const encoded = Array.from(value.text, (character) =>
    safeCharacters.includes(character) ? character : urlPart(character),
  ).join('');
  const piece = { text: encoded, from: value.from, to: value.to, exact: false, named: true };
  return { ...value, text: encoded, pieces: [piece], from, to };
}
