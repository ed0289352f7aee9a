import type { Span } from './span.ts';

/** A word of a command line. */
export interface Word extends Span {
  readonly text: string;
  /** The file has it without quotes or escapes. */
  readonly plain: boolean;
}

/** An assignment: a shell variable, an environment variable, or a property of a systemd unit. */
interface Variable extends Span {
  readonly text: string;
  /** The span of its value without quotes. */
  readonly value: Span;
  /** The worker's process gets it in its environment. */
  readonly exported: boolean;
}

/** A file that starts a worker: `/etc/default/celeryd`, a systemd unit, or a script. */
export interface WorkerFile {
  readonly variables: ReadonlyMap<string, Variable>;
  /** The properties of a systemd unit; of several with one name, the last. */
  readonly properties: ReadonlyMap<string, Variable>;
  /** The words of the command, or only the options where an init script adds the rest. */
  readonly words: readonly Word[];
  /** The value of `-A`. */
  readonly app?: Word;
  /** `celery multi` starts the worker: it reads `--option value` as an option and a node. */
  readonly multi: boolean;
  /** Lines that are not followed: variables in values, commands. */
  readonly unfollowed: readonly Span[];
}

/** Splits a command line into words as a shell and systemd do. */
function wordsOf(text: string, start: number): Word[] {
  const words: Word[] = [];
  const each = /(?:[^\s'"\\]|\\[^]|'[^']*'?|"(?:[^"\\]|\\[^])*"?)+/g;
  for (const { 0: raw, index } of text.matchAll(each)) {
    const plain = !/['"\\]/.test(raw);
    const read = raw.replace(
      /'([^']*)'?|"((?:[^"\\]|\\[^])*)"?|\\([^])/g,
      (_, single?: string, double?: string, escaped?: string) =>
        single ?? double?.replace(/\\(["\\$`])/g, '$1') ?? escaped ?? '',
    );
    if (read !== '\n')
      words.push({ text: read, from: start + index, to: start + index + raw.length, plain });
  }
  return words;
}

/** The value of an option: `-A APP`, `-AAPP`, `--app APP` or `--app=APP`. */
function optionValue(words: readonly Word[], ...names: string[]): Word | undefined {
  for (const [at, word] of words.entries()) {
    if (names.includes(word.text)) return words[at + 1];
    const name = names.find((each) => each.startsWith('--') && word.text.startsWith(`${each}=`));
    if (name !== undefined)
      return { ...word, text: word.text.slice(name.length + 1), from: word.from + name.length + 1 };
    const short = names.find((each) => !each.startsWith('--') && word.text.startsWith(each));
    if (short !== undefined)
      return {
        ...word,
        text: word.text.slice(short.length).replace(/^=/, ''),
        from: word.from + short.length,
      };
  }
  return undefined;
}

/** The value of an option of the worker, by all of its names. */
export function workerOption({ words }: WorkerFile, ...names: string[]): Word | undefined {
  return optionValue(words, ...names);
}

/** Splits a text into lines, each with its offset; a line that ends with a backslash goes on. */
export function linesOf(source: string): { text: string; from: number }[] {
  const lines: { text: string; from: number }[] = [];
  const each = /(?:[^\\\n]|\\[^]|\\$)*(?:\n|$)/gy;
  let from = 0;
  while (from < source.length) {
    each.lastIndex = from;
    const [line = ''] = each.exec(source) ?? [];
    if (line === '') break;
    lines.push({ text: line.replace(/\n$/, ''), from });
    from += line.length;
  }
  return lines;
}

/** The offset of `celery` in a line where an option names its app; `undefined` in any other line. */
function celeryWithApp(line: string): number | undefined {
  const at = line.search(/\bcelery\b/);
  return at >= 0 && /\s(?:-A|--app)/.test(line.slice(at)) ? at : undefined;
}

/** The command of words: of `sh -c "celery …"` it is the words in the quotes. */
function commandOf(line: readonly Word[]): Pick<WorkerFile, 'words' | 'multi'> & { app?: Word } {
  const inner = line.find(({ text }) =>
    text.split('\n').some((each) => celeryWithApp(each) !== undefined),
  );
  const words =
    inner && inner.to - inner.from === inner.text.length + 2
      ? wordsOf(inner.text, inner.from + 1)
      : line;
  const app = optionValue(words, '-A', '--app');
  return { words, multi: words.some(({ text }) => text === 'multi'), ...(app && { app }) };
}

/** Reads `/etc/default/celeryd`, shell assignments that Celery's generic init script sources. */
export function readDefaults(source: string): WorkerFile {
  const variables = new Map<string, Variable>();
  const unfollowed: Span[] = [];
  for (const { text, from } of linesOf(source)) {
    const [whole, exported, name = '', rest = ''] =
      /^\s*(export\s+)?([A-Za-z_]\w*)=([^]*)$/.exec(text) ?? [];
    if (whole === undefined) {
      if (!/^\s*(#|$)/.test(text)) unfollowed.push({ from, to: from + text.length });
      continue;
    }
    const start = from + text.length - rest.length;
    const [, single, double, bare = ''] =
      /^(?:'([^']*)'|"((?:[^"\\]|\\[^])*)"|([^\s'"#;&|]*))\s*(?:#.*)?$/.exec(rest) ?? [];
    const value =
      single ??
      double?.replace(/\\(["\\$`\n])/g, (_, escaped: string) =>
        escaped === '\n' ? '' : escaped,
      ) ??
      bare;
    const quoted = single !== undefined || double !== undefined;
    const content = single ?? double ?? bare;
    if (
      (!quoted && bare === '' && rest.trim() !== '') ||
      (single === undefined && /[$`]/.test(content))
    )
      unfollowed.push({ from, to: from + text.length });
    const begin = start + (quoted ? 1 : 0);
    variables.set(name, {
      text: value,
      from,
      to: from + text.length,
      value: { from: begin, to: begin + content.length },
      exported: exported !== undefined,
    });
  }
  const options = variables.get('CELERYD_OPTS');
  const app = variables.get('CELERY_APP');
  const words = options
    ? wordsOf(source.slice(options.value.from, options.value.to), options.value.from)
    : [];
  return {
    variables,
    properties: new Map(),
    words,
    ...(app && { app: { text: app.text.trim(), ...app.value, plain: true } }),
    multi: true,
    unfollowed,
  };
}

/** Reads a systemd unit: its properties, its environment, and the command of its last `ExecStart`. */
export function readUnit(source: string): WorkerFile {
  const variables = new Map<string, Variable>();
  const properties = new Map<string, Variable>();
  const unfollowed: Span[] = [];
  let words: Word[] = [];
  for (const { text, from } of linesOf(source)) {
    const [head = '', name = ''] = /^\s*([A-Za-z]+)\s*=\s*/.exec(text) ?? [];
    const rest = name === '' ? '' : text.slice(head.length);
    const start = from + head.length;
    if (name === 'ExecStart' && rest.trim() !== '') words = wordsOf(rest, start);
    const value = rest.trim();
    if (name !== '')
      properties.set(name, {
        text: value,
        from: from + head.length - head.trimStart().length,
        to: from + text.trimEnd().length,
        value: { from: start, to: start + value.length },
        exported: false,
      });
    if (name === 'EnvironmentFile') unfollowed.push({ from, to: from + text.length });
    if (name !== 'Environment') continue;
    for (const word of wordsOf(rest, start)) {
      const [, variable = '', value = ''] = /^(\w+)=([^]*)$/.exec(word.text) ?? [];
      if (variable !== '')
        variables.set(variable, {
          text: value,
          from,
          to: from + text.length,
          value: { from: word.to - value.length, to: word.to },
          exported: true,
        });
    }
  }
  return { variables, properties, unfollowed, ...commandOf(words) };
}

/** Whether a line of a script starts a worker, and does not inspect or control running ones. */
export function startsWorker(line: string): boolean {
  const at = celeryWithApp(line);
  return (
    at !== undefined &&
    !line.slice(0, at).includes('#') &&
    !/\b(inspect|control|status|events|purge|report|shell)\b/.test(line)
  );
}

/** Reads a script that exports variables and then runs Celery. */
export function readScript(source: string): WorkerFile {
  const variables = new Map<string, Variable>();
  let words: Word[] = [];
  for (const { text, from } of linesOf(source)) {
    const [, head = '', name = '', value = ''] = /^(\s*export\s+(\w+)=)(\S*)\s*$/.exec(text) ?? [];
    if (name !== '') {
      const start = from + head.length;
      variables.set(name, {
        text: value.replace(/^(["'])(.*)\1$/, '$2'),
        from,
        to: from + text.length,
        value: { from: start, to: start + value.length },
        exported: true,
      });
    } else if (startsWorker(text)) words = wordsOf(text, from);
  }
  return { variables, properties: new Map(), unfollowed: [], ...commandOf(words) };
}
