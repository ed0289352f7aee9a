import type { SyntaxNode, Tree } from '@lezer/common';
import { parser } from '@lezer/python';
import { urlPart } from '../../emit/escape.ts';
import { pythonText } from './pythonText.ts';
import type { DictValue, Entry, Piece, Span, StringValue, Value } from './values.ts';

/** What a name was last given at the top of a module. */
export interface Binding {
  readonly value: Value;
  /** The statement that gives it. */
  readonly statement: Span;
}

/** What a Python file of settings says, as far as it can be known without running it. */
export interface PythonFile {
  readonly bindings: ReadonlyMap<string, Binding>;
  /** Everything that a name was given, also what another value took the place of. */
  readonly given: readonly { readonly name: string; readonly value: Value }[];
  /** Where each of its literal texts stands, with its quotes. */
  readonly literals: readonly Span[];
  /** Environment variables that it sets itself. */
  readonly environment: ReadonlyMap<string, Binding>;
  /** Where it reads a variable of the environment first. */
  readonly reads: ReadonlyMap<string, Span>;
  /** What Python itself would refuse. */
  readonly faults: readonly Span[];
  /** Statements that give names in a way that is not followed: conditions, loops, imports. */
  readonly unfollowed: readonly (Span & { readonly names: readonly string[] })[];
  /** It takes every name of another module. */
  readonly open: boolean;
}

/** How deep expressions may be in each other. Python itself refuses parentheses deeper than 200. */
const DEEPEST = 200;

/**
 * How long the parser may take, in milliseconds. A file of 1 MiB takes half of it; without an end,
 * one made of errors would keep the page busy for seconds.
 */
const LONGEST_PARSE = 600;

/** After how many steps it looks at the time. */
const STEPS = 1000;

/** A longer text is no setting; names that double each other would never end. */
const LONGEST = 2 ** 16;

/** What is known of modules: ways of reading the environment, and of encoding for a URL. */
type Access =
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

/** What modules offer of that (os; python-decouple; django-environ; environs; urllib). */
const OFFERED: Readonly<Record<string, Readonly<Record<string, Access>>>> = {
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

function* childrenOf(node: SyntaxNode): Generator<SyntaxNode> {
  for (let child = node.firstChild; child; child = child.nextSibling)
    if (child.name !== 'Comment') yield child;
}

/** An argument of a call, by its name if it has one. */
interface Argument {
  readonly name?: string;
  readonly node: SyntaxNode;
}

class Reader {
  readonly bindings = new Map<string, Binding>();
  readonly given: { name: string; value: Value }[] = [];
  readonly literals: Span[] = [];
  readonly environment = new Map<string, Binding>();
  readonly reads = new Map<string, Span>();
  readonly faults: Span[] = [];
  readonly unfollowed: (Span & { names: readonly string[] })[] = [];
  readonly #source: string;
  readonly #access = new Map<string, Access>();
  open = false;

  constructor(source: string) {
    // Python takes a byte order mark for nothing, the parser for a part of the first name.
    this.#source = source.replace(/^\uFEFF/, '\n');
  }

  #text({ from, to }: Span): string {
    return this.#source.slice(from, to);
  }

  read(): this {
    const tree = this.#parse();
    tree.iterate({
      enter: (node) => {
        const { from, to, name } = node;
        const literal = /String$/.test(name) && name !== 'ContinuedString';
        if (literal) this.literals.push({ from, to });
        // The parser reads what only Python 2 did, too.
        const broken =
          node.type.isError || name === 'PrintStatement' || (literal && !this.#closed(node));
        if (broken) this.faults.push({ from, to: Math.max(to, from) });
      },
    });
    this.#block(tree.topNode);
    return this;
  }

  /** What comes after {@link LONGEST_PARSE} is not looked at, and said not to be understood. */
  #parse(): Tree {
    const parse = parser.startParse(this.#source);
    const end = performance.now() + LONGEST_PARSE;
    for (let step = 1; ; step += 1) {
      const tree = parse.advance();
      if (tree) return tree;
      if (step % STEPS !== 0 || parse.stoppedAt !== null || performance.now() < end) continue;
      const from = parse.parsedPos;
      parse.stopAt(from);
      this.open = true;
      this.unfollowed.push({ from, to: this.#source.length, names: [] });
    }
  }

  /** Whether a string ends with the quotes that it begins with; the parser ends it with the line. */
  #closed({ from, to }: Span): boolean {
    const text = this.#text({ from, to });
    const [, open = ''] = /^[a-z]{0,3}("""|'''|"|')/i.exec(text) ?? [];
    return (
      open !== '' && text.length >= text.indexOf(open) + 2 * open.length && text.endsWith(open)
    );
  }

  #block(block: SyntaxNode): void {
    for (const node of childrenOf(block)) {
      if (node.name === 'StatementGroup') {
        this.#block(node);
        continue;
      }
      let start = node.from;
      while (/^[ \t]$/.test(this.#source.charAt(start - 1))) start -= 1;
      if (start < node.from && /^\n?$/.test(this.#source.charAt(start - 1)))
        this.faults.push({ from: node.from, to: node.from + 1 });
      this.#statement(node);
    }
  }

  #statement(node: SyntaxNode): void {
    switch (node.name) {
      case 'AssignStatement':
        this.#assign(node);
        break;
      case 'UpdateStatement':
        this.#update(node);
        break;
      case 'ExpressionStatement':
        if (node.firstChild) this.#act(node.firstChild, node);
        break;
      case 'ImportStatement':
        this.#import(node);
        break;
      case 'DeleteStatement':
        for (const child of childrenOf(node))
          if (child.name === 'VariableName') this.bindings.delete(this.#text(child));
          else this.#forget(child, node);
        break;
      case 'FunctionDefinition':
      case 'ClassDefinition':
      case 'PassStatement':
        break;
      default:
        this.#forget(node, node);
    }
  }

  /** Gives up what a statement may have given to names. */
  #forget(within: SyntaxNode, statement: Span): void {
    const names = new Set<string>();
    let every = false;
    const cursor = within.cursor();
    do {
      if (cursor.from > within.to) break;
      if (cursor.name === '*' && cursor.node.parent?.name === 'ImportStatement') every = true;
      if (cursor.name === 'CallExpression' && this.#givesAny(cursor.node)) every = true;
      for (const node of this.#given(cursor.node)) {
        const name = this.#base(node);
        if (name !== undefined) names.add(name);
      }
    } while (cursor.next() && cursor.from < within.to);
    const span = { from: statement.from, to: statement.to };
    for (const name of names) this.#bind(name, { kind: 'unknown', ...span }, span);
    this.open ||= every;
    this.unfollowed.push({ ...span, names: every ? [] : [...names] });
  }

  /** The expressions that a statement gives something to, or that a call may change. */
  *#given(node: SyntaxNode): Generator<SyntaxNode> {
    const children = [...childrenOf(node)];
    const place = (name: string) => children.findIndex((child) => child.name === name);
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
        yield* children.slice(place('for') + 1, place('in'));
        break;
      case 'WithStatement':
        yield* children.filter((_, at) => children[at - 1]?.name === 'as');
        break;
      case 'ImportStatement':
        yield* children.slice(place('import') + 1);
        break;
      case 'DeleteStatement':
        yield* children;
        break;
      case 'CallExpression': {
        const [callee, list] = children;
        const all = [...(callee ? [callee] : []), ...(list ? childrenOf(list) : [])];
        // A text or a number stays what it is, whatever is called with it.
        yield* all.filter((each) => {
          const value = this.bindings.get(this.#base(each) ?? '')?.value;
          return value?.kind === 'dict' || value?.kind === 'list';
        });
        break;
      }
      default:
    }
  }

  /** Whether a call may give any name at all: it runs a text, or reaches for all names. */
  #givesAny(call: SyntaxNode): boolean {
    const callee = call.firstChild;
    return (
      callee?.name === 'VariableName' &&
      /^(exec|eval|execfile|globals|locals|vars|include)$/.test(this.#text(callee))
    );
  }

  /** The name that an expression begins with: `A` of `A["x"].y`. */
  #base(node: SyntaxNode): string | undefined {
    let inner: SyntaxNode | null = node;
    while (inner?.name === 'MemberExpression') inner = inner.firstChild;
    return inner?.name === 'VariableName' ? this.#text(inner) : undefined;
  }

  #bind(name: string, value: Value, { from, to }: Span): void {
    this.#access.delete(name);
    this.given.push({ name, value });
    this.bindings.set(name, { value, statement: { from, to } });
  }

  #assign(node: SyntaxNode): void {
    const parts: SyntaxNode[][] = [[]];
    for (const child of childrenOf(node))
      if (child.name === 'AssignOp') parts.push([]);
      else if (child.name !== 'TypeDef') parts.at(-1)?.push(child);
    const value = parts.pop();
    if (!value || parts.length === 0) return;
    const [only] = value;
    const single = only !== undefined && value.length === 1;
    for (const targets of parts) {
      const [target] = targets;
      if (!target || targets.length > 1 || !single) this.#forget(node, node);
      else if (target.name === 'VariableName') this.#give(this.#text(target), only, node);
      else if (target.name === 'MemberExpression') this.#put(target, this.#value(only), node);
      else this.#forget(node, node);
    }
  }

  /** Gives a name a value, or a way of reading the environment. */
  #give(name: string, value: SyntaxNode, statement: SyntaxNode): void {
    const made =
      value.name === 'CallExpression' && value.firstChild
        ? this.#accessOf(value.firstChild)
        : undefined;
    this.#bind(name, this.#value(value), statement);
    const access = made === 'Env' ? 'env' : this.#accessOf(value);
    if (access !== undefined) this.#access.set(name, access);
  }

  /** Which way of reading the environment an expression is. */
  #accessOf(node: SyntaxNode): Access | undefined {
    if (node.name === 'VariableName') return this.#access.get(this.#text(node));
    if (node.name !== 'MemberExpression' || !node.firstChild || !node.lastChild) return undefined;
    const member = this.#text(node.lastChild);
    const of = this.#accessOf(node.firstChild);
    if (of === 'os') return OFFERED['os']?.[member];
    if (of === 'environ-module') return OFFERED['environ']?.[member];
    if (of === 'urllib' || of === 'urllib.parse') return OFFERED[of]?.[member];
    if (of === 'environ' && member === 'get') return 'getenv';
    return of === 'env' ? 'env' : undefined;
  }

  /** The key of `A[KEY]`, if it is one. */
  #key(node: SyntaxNode): Value | undefined {
    const [, bracket, key, ...rest] = childrenOf(node);
    return bracket?.name === '[' && key && rest.length === 1 ? this.#value(key) : undefined;
  }

  /** `A["x"]["y"] = …`, `os.environ["X"] = …` */
  #put(target: SyntaxNode, value: Value, statement: SyntaxNode): void {
    const of = target.firstChild;
    const key = this.#key(target);
    if (of && key?.kind === 'string') {
      if (this.#accessOf(of) === 'environ') {
        this.environment.set(key.text, { value, statement });
        return;
      }
      const dict = this.#value(of);
      if (dict.kind === 'dict') {
        this.#enter(dict, {
          key: key.text,
          value,
          from: statement.from,
          to: statement.to,
          statement: true,
        });
        return;
      }
    }
    this.#forget(target, statement);
    const base = this.#base(target);
    if (base !== undefined)
      this.#bind(base, { kind: 'unknown', from: statement.from, to: statement.to }, statement);
  }

  #enter(dict: DictValue, entry: Entry): void {
    // Of two entries with one key the later counts, and keeps its own place.
    dict.entries.delete(entry.key);
    dict.entries.set(entry.key, entry);
  }

  #update(node: SyntaxNode): void {
    const [target, sign, value] = childrenOf(node);
    const name = target?.name === 'VariableName' ? this.#text(target) : undefined;
    const before = name === undefined ? undefined : this.bindings.get(name)?.value;
    if (name !== undefined && before && value && sign && this.#text(sign) === '+=')
      this.#bind(name, this.#sum(before, this.#value(value), node), node);
    else if (before?.kind === 'dict' && value && sign && this.#text(sign) === '|=')
      this.#merge(before, this.#value(value), node);
    else if (target) {
      this.#forget(target, node);
      const base = this.#base(target);
      if (base !== undefined)
        this.#bind(base, { kind: 'unknown', from: node.from, to: node.to }, node);
    }
  }

  /** A statement that is a call: `CACHES.update(…)`, `os.environ.setdefault(…)`. */
  #act(call: SyntaxNode, statement: SyntaxNode): void {
    const callee = call.firstChild;
    if (call.name !== 'CallExpression') return;
    if (callee?.name !== 'MemberExpression') {
      this.#forget(call, statement);
      return;
    }
    const of = callee.firstChild;
    const method = callee.lastChild ? this.#text(callee.lastChild) : '';
    const given = this.#arguments(call);
    if (!of) return;
    if (this.#accessOf(of) === 'environ') {
      const [key, value] = given.map(({ node }) => this.#value(node));
      if (method === 'setdefault' && key?.kind === 'string' && value) {
        if (!this.environment.has(key.text)) this.environment.set(key.text, { value, statement });
      }
      return;
    }
    if (this.#accessOf(of) !== undefined) return;
    const dict = this.#base(of) === undefined ? undefined : this.#value(of);
    if (dict?.kind === 'dict' && method === 'update' && given.length > 0) {
      for (const { name, node } of given) {
        const value = this.#value(node);
        if (name === undefined) this.#merge(dict, value, statement);
        else
          this.#enter(dict, { key: name, value, from: node.from, to: node.to, statement: false });
      }
      return;
    }
    this.#forget(call, statement);
  }

  #merge(into: DictValue, from: Value, statement: Span): void {
    if (from.kind !== 'dict') {
      into.open = true;
      this.unfollowed.push({ from: statement.from, to: statement.to, names: [] });
      return;
    }
    into.open ||= from.open;
    for (const entry of [...from.entries.values()]) this.#enter(into, entry);
  }

  #import(node: SyntaxNode): void {
    const words = [...childrenOf(node)];
    if (words.some(({ name }) => name === '*')) {
      this.open = true;
      this.unfollowed.push({ from: node.from, to: node.to, names: [] });
      return;
    }
    const imports = words.findIndex(({ name }) => name === 'import');
    const from =
      words[0]?.name === 'from'
        ? this.#text({ from: words[1]?.from ?? 0, to: words[imports - 1]?.to ?? 0 })
        : '';
    let name = '';
    let local = '';
    const done = () => {
      if (local === '') return;
      const access =
        from === ''
          ? MODULES[name]
          : Object.hasOwn(OFFERED, from)
            ? OFFERED[from]?.[name]
            : undefined;
      this.#bind(local, { kind: 'unknown', from: node.from, to: node.to }, node);
      if (access !== undefined) this.#access.set(local, access);
      name = local = '';
    };
    let renamed = false;
    for (const word of words.slice(imports + 1)) {
      if (word.name === ',') done();
      else if (word.name === 'as') renamed = true;
      else if (word.name === 'VariableName') {
        if (renamed) local = this.#text(word);
        else if (name === '') name = local = this.#text(word);
        renamed = false;
      }
    }
    done();
  }

  #arguments(call: SyntaxNode): Argument[] {
    const list = call.lastChild;
    if (list?.name !== 'ArgList') return [];
    const found: Argument[] = [];
    let name: string | undefined;
    const nodes = [...childrenOf(list)];
    for (const [at, node] of nodes.entries()) {
      if (nodes[at + 1]?.name === 'AssignOp') name = this.#text(node);
      else if (!/^([(),]|AssignOp|\*\*?)$/.test(node.name)) {
        const stars = /^\*/.test(nodes[at - 1]?.name ?? '');
        found.push({ ...(name !== undefined && { name }), ...(stars && { name: '**' }), node });
        name = undefined;
      }
    }
    return found;
  }

  #value(node: SyntaxNode, depth = 0): Value {
    const span = { from: node.from, to: node.to };
    const unknown: Value = { kind: 'unknown', ...span };
    if (depth > DEEPEST) return unknown;
    switch (node.name) {
      case 'String':
      case 'FormatString':
      case 'ContinuedString':
        return this.#string(node, depth) ?? unknown;
      case 'Number': {
        const digits = this.#text(span).replaceAll('_', '');
        const number = Number(digits);
        return /^(0|[1-9]\d*|0x[\da-f]+|\d+\.\d*|\.\d+|\d[\d.]*e[+-]?\d+)$/i.test(digits) &&
          Number.isFinite(number)
          ? { kind: 'number', number, ...span }
          : unknown;
      }
      case 'Boolean':
        return { kind: 'flag', flag: this.#text(span) === 'True', ...span };
      case 'None':
        return { kind: 'none', ...span };
      case 'ParenthesizedExpression': {
        const inner = [...childrenOf(node)][1];
        return inner && inner.name !== ')' ? this.#value(inner, depth + 1) : unknown;
      }
      case 'ArrayExpression':
      case 'TupleExpression': {
        const items: Value[] = [];
        for (const child of childrenOf(node)) {
          if (/^[[\](),]$/.test(child.name)) continue;
          if (child.name === '*' || child.type.isError) return unknown;
          items.push(this.#value(child, depth + 1));
        }
        return { kind: 'list', items, ...span };
      }
      case 'DictionaryExpression':
        return this.#dict(node, depth);
      case 'VariableName':
        return this.#named(node);
      case 'MemberExpression':
        return this.#member(node, depth);
      case 'UnaryExpression':
        return this.#unary(node, depth);
      case 'BinaryExpression':
        return this.#binary(node, depth);
      case 'CallExpression':
        return this.#call(node, depth);
      default:
        return unknown;
    }
  }

  #named(node: SyntaxNode): Value {
    const name = this.#text(node);
    const value = this.bindings.get(name)?.value;
    if (value === undefined || value.kind === 'unknown')
      return { kind: 'unknown', from: node.from, to: node.to };
    // A dict keeps its identity: what is put into it is in it under all its names.
    if (value.kind === 'dict') return value;
    if (value.kind === 'string')
      return {
        ...value,
        named: name,
        pieces: value.pieces.map((piece) => ({ ...piece, named: true })),
      };
    return { ...value, named: name };
  }

  #member(node: SyntaxNode, depth: number): Value {
    const unknown: Value = { kind: 'unknown', from: node.from, to: node.to };
    const of = node.firstChild;
    const key = this.#key(node);
    if (!of || key?.kind !== 'string') return unknown;
    if (this.#accessOf(of) === 'environ')
      return this.environment.get(key.text)?.value ?? { ...unknown, environment: key.text };
    const dict = this.#value(of, depth + 1);
    return (dict.kind === 'dict' ? dict.entries.get(key.text)?.value : undefined) ?? unknown;
  }

  #dict(node: SyntaxNode, depth: number): Value {
    const dict: DictValue = {
      kind: 'dict',
      entries: new Map(),
      open: false,
      literal: true,
      from: node.from,
      to: node.to,
    };
    const parts: SyntaxNode[][] = [[]];
    for (const child of childrenOf(node))
      if (child.name === ',') parts.push([]);
      else if (!/^[{}]$/.test(child.name)) parts.at(-1)?.push(child);
    for (const part of parts) {
      const [first, second, third] = part;
      if (!first) continue;
      if (first.name === '**' && second) {
        const merged = this.#value(second, depth + 1);
        if (merged.kind === 'dict') this.#merge(dict, merged, node);
        else dict.open = true;
        continue;
      }
      const key = second?.name === ':' && third ? this.#value(first, depth + 1) : undefined;
      const text =
        key?.kind === 'string' ? key.text : key?.kind === 'number' ? String(key.number) : undefined;
      if (text === undefined || !third) dict.open = true;
      else
        this.#enter(dict, {
          key: text,
          value: this.#value(third, depth + 1),
          from: first.from,
          to: third.to,
          statement: false,
        });
    }
    return dict;
  }

  #unary(node: SyntaxNode, depth: number): Value {
    const [sign, operand] = childrenOf(node);
    const span = { from: node.from, to: node.to };
    const value = operand && this.#value(operand, depth + 1);
    const text = sign && this.#text(sign);
    if (value?.kind === 'number' && text === '-')
      return { kind: 'number', number: -value.number, ...span };
    if (value?.kind === 'flag' && text === 'not')
      return { kind: 'flag', flag: !value.flag, ...span };
    return { kind: 'unknown', ...span };
  }

  #binary(node: SyntaxNode, depth: number): Value {
    const [left, sign, right] = childrenOf(node);
    const span = { from: node.from, to: node.to };
    const unknown: Value = { kind: 'unknown', ...span };
    if (!left || !sign || !right) return unknown;
    const a = this.#value(left, depth + 1);
    const b = this.#value(right, depth + 1);
    const operator = this.#text(sign);
    if (operator === '+') return this.#sum(a, b, node);
    // `os.environ.get("X") or "default"`
    if (operator === 'or' && a.kind === 'unknown' && a.environment !== undefined)
      return { ...b, environment: a.environment };
    if (operator === '|' && a.kind === 'dict' && b.kind === 'dict') {
      const both: DictValue = {
        kind: 'dict',
        entries: new Map(a.entries),
        open: a.open,
        literal: false,
        ...span,
      };
      this.#merge(both, b, node);
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

  #sum(a: Value, b: Value, { from, to }: Span): Value {
    const environment = a.environment ?? b.environment;
    const common = { from, to, ...(environment !== undefined && { environment }) };
    if (a.kind === 'number' && b.kind === 'number')
      return { kind: 'number', number: a.number + b.number, ...common };
    if (a.kind === 'list' && b.kind === 'list' && a.items.length + b.items.length < LONGEST)
      return { kind: 'list', items: [...a.items, ...b.items], ...common };
    if (a.kind === 'string' && b.kind === 'string' && a.text.length + b.text.length < LONGEST)
      return {
        kind: 'string',
        text: a.text + b.text,
        pieces: [...a.pieces, ...b.pieces],
        ...common,
      };
    return { kind: 'unknown', from, to };
  }

  #call(node: SyntaxNode, depth: number): Value {
    const span = { from: node.from, to: node.to };
    const unknown: Value = { kind: 'unknown', ...span };
    const callee = node.firstChild;
    if (!callee) return unknown;
    const given = this.#arguments(node);
    const access = this.#accessOf(callee);
    if (access === 'getenv' || access === 'config' || access === 'env')
      return this.#variable(given, access, node, depth);
    if (access === 'quote') return this.#quoted(given, node, depth);
    const name = callee.name === 'VariableName' ? this.#text(callee) : '';
    if (this.bindings.has(name)) return unknown;
    const [only, ...more] = given;
    if (name === 'dict') {
      const dict: DictValue = {
        kind: 'dict',
        entries: new Map(),
        open: false,
        literal: false,
        ...span,
      };
      for (const { name: key, node: of } of given) {
        const value = this.#value(of, depth + 1);
        if (key === undefined || key === '**') this.#merge(dict, value, node);
        else this.#enter(dict, { key, value, from: of.from, to: of.to, statement: false });
      }
      return dict;
    }
    if (!only || only.name !== undefined || more.length > 0) return unknown;
    return this.#cast(name, this.#value(only.node, depth + 1)) ?? unknown;
  }

  /** `int(…)`, `str(…)` or `bool(…)` of a value, as environment variables need it. */
  #cast(type: string, value: Value): Value | undefined {
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
      const piece: Piece = {
        text,
        from,
        to,
        exact: this.#text(value) === text,
        named: value.named !== undefined,
      };
      return { kind: 'string', text, pieces: [piece], from, to, ...environment };
    }
    if (type === 'bool' && value.kind === 'flag') return value;
    return undefined;
  }

  /** `quote(…)` of urllib.parse, which leaves what `safe` has as it is: `/` unless told otherwise. */
  #quoted(given: readonly Argument[], { from, to }: SyntaxNode, depth: number): Value {
    const [text, second] = given;
    const value = text && this.#value(text.node, depth + 1);
    const safe = given.find(({ name }) => name === 'safe') ?? (second?.name ? undefined : second);
    const kept = safe ? this.#value(safe.node, depth + 1) : undefined;
    if (value?.kind !== 'string' || (kept && kept.kind !== 'string') || !value.text.isWellFormed())
      return { kind: 'unknown', from, to };
    const signs = kept?.text ?? '/';
    const encoded = Array.from(value.text, (sign) => (signs.includes(sign) ? sign : urlPart(sign)));
    const piece = {
      text: encoded.join(''),
      from: value.from,
      to: value.to,
      exact: false,
      named: true,
    };
    return { ...value, text: piece.text, pieces: [piece], from, to };
  }

  /** The default of an environment variable that the file reads. */
  #variable(given: readonly Argument[], access: Access, node: SyntaxNode, depth: number): Value {
    const [first, second] = given;
    const key = first && first.name === undefined ? this.#value(first.node, depth + 1) : undefined;
    const environment = key?.kind === 'string' ? key.text : '';
    const missing: Value = { kind: 'unknown', from: node.from, to: node.to, environment };
    if (environment !== '' && !this.reads.has(environment))
      this.reads.set(environment, { from: node.from, to: node.to });
    const named = given.find(({ name }) => name === 'default');
    // The second argument of decouple's config() is its default, that of Env's methods the type.
    const initial = named ?? (second?.name === undefined && access !== 'env' ? second : undefined);
    if (environment === '' || !initial) return missing;
    const value = this.#value(initial.node, depth + 1);
    const cast = given.find(({ name }) => name === 'cast');
    const type = cast
      ? this.#text(cast.node)
      : /\.(int|bool|str)$/.exec(this.#text(node.firstChild ?? node))?.[1];
    const known = type === undefined ? value : (this.#cast(type, value) ?? value);
    return known.kind === 'unknown' || known.kind === 'none' ? missing : { ...known, environment };
  }

  #string(node: SyntaxNode, depth: number): StringValue | undefined {
    const pieces: Piece[] = [];
    const literals = node.name === 'ContinuedString' ? [...childrenOf(node)] : [node];
    let environment: string | undefined;
    for (const literal of literals) {
      const replaced: { span: Span; value: Value }[] = [];
      for (const child of childrenOf(literal)) {
        if (child.name === 'Escape') continue;
        if (child.name !== 'FormatReplacement') return undefined;
        const [, expression, ...rest] = childrenOf(child);
        if (!expression || rest.length !== 1) return undefined;
        const value = this.#value(expression, depth + 1);
        replaced.push({ span: child, value });
        environment ??= value.environment;
      }
      const read = pythonText(this.#text(literal), literal.from, replaced);
      if (read === undefined) return undefined;
      pieces.push(...read);
    }
    const text = pieces.map((piece) => piece.text).join('');
    if (text.length > LONGEST) return undefined;
    return {
      kind: 'string',
      text,
      pieces,
      from: node.from,
      to: node.to,
      ...(environment !== undefined && { environment }),
    };
  }
}

/**
 * Reads a Python file of settings without running anything: literals, what is made of them, names
 * given earlier, and the defaults of environment variables. What it does not follow it says, and
 * never guesses. Never throws, whatever the text.
 */
export function readPython(source: string): PythonFile {
  return new Reader(source).read();
}
