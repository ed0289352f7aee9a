import fc from 'fast-check';
import { createHighlighter, type BundledLanguage, type ThemedTokenScopeExplanation } from 'shiki';
import { afterAll, expect, test } from 'vitest';
import type { Architecture } from '../../src/model/architecture.ts';
import { lineText, type Token } from '../../src/emit/code.ts';
import { fileText, type ConfigFile, type ConfigFileKind } from '../../src/emit/files.ts';
import { architectures, passwords } from '../model/architecture.ts';
import { runs } from '../sets.ts';
import { emitted, placeOf } from './emitted.ts';

const THEME = 'github-light';
const highlighter = await createHighlighter({
  themes: [THEME],
  langs: ['python', 'shellscript', 'systemd'],
});
afterAll(() => {
  highlighter.dispose();
});

type Kind = Token['kind'];

/** A Shiki grammar, and the token kinds in which it must agree with the emitters. */
interface Grammar {
  readonly language: BundledLanguage;
  readonly kinds: Partial<Record<Kind, RegExp>>;
}

/** The scopes of quotes, which differ from those of the quoted text. */
const QUOTES = 'punctuation\\.definition\\.string\\.';

/** Python has every kind except sections; a name has none of the other scopes. */
const PYTHON: Grammar = {
  language: 'python',
  kinds: {
    comment: /^comment\./,
    string: new RegExp(`^string\\.|^${QUOTES}`),
    number: /^constant\.numeric\./,
    constant: /^constant\.language\./,
  },
};

/**
 * The grammar of shells calls `6379` a number and `--concurrency` a constant, but to a shell all words
 * are text. Only comments and quotes, heredocs included, have a meaning of their kind.
 */
const SHELL: Grammar = {
  language: 'shellscript',
  kinds: { comment: /^comment\./, string: new RegExp(`^string\\.quoted\\.|^${QUOTES}`) },
};

/** The values of a unit are text; the grammar guesses at digits and words like `exec`. */
const SYSTEMD: Grammar = {
  language: 'systemd',
  kinds: { comment: /^comment\./, section: /^entity\.name\.section/ },
};

/** The grammar of each kind of file; Shiki has none for those of Redis and nftables. */
const GRAMMARS: Readonly<Record<ConfigFileKind, Grammar | undefined>> = {
  settings: PYTHON,
  'celery-module': PYTHON,
  'systemd-unit': SYSTEMD,
  'init-defaults': SHELL,
  'container-start': SHELL,
  'redis-conf': undefined,
  'sentinel-conf': undefined,
  nftables: undefined,
  ufw: SHELL,
  verify: SHELL,
};

const scopeOf = (grammar: Grammar, scopes: readonly ThemedTokenScopeExplanation[]): Kind =>
  (Object.keys(grammar.kinds) as Kind[]).find((kind) =>
    scopes.some(({ scopeName }) => grammar.kinds[kind]?.test(scopeName)),
  ) ?? 'plain';

/** Adjacent tokens of one kind, joined; blanks have no colour and join the token before them. */
function pieces(characters: readonly (readonly [text: string, kind: Kind])[]): string[] {
  const found: { kind: Kind; text: string }[] = [];
  for (const [text, kind] of characters) {
    const last = found.at(-1);
    if (last && (text.trim() === '' || last.kind === kind)) last.text += text;
    else if (text.trim() !== '') found.push({ kind, text });
  }
  return found.map(({ kind, text }) => `${kind}: ${text.trim()}`);
}

/** The joined tokens of each line according to Shiki. */
function theirs(text: string, grammar: Grammar): string[][] {
  const options = {
    lang: grammar.language,
    theme: THEME,
    includeExplanation: 'scopeName',
    // No time limit for a line: on a busy machine it would end the line early.
    tokenizeTimeLimit: 0,
  } as const;
  return highlighter
    .codeToTokensBase(text, options)
    .map((line) =>
      pieces(
        line
          .flatMap(({ explanation }) => explanation ?? [])
          .flatMap(({ content, scopes }) =>
            [...content].map((sign) => [sign, scopeOf(grammar, scopes)] as const),
          ),
      ),
    );
}

/** The joined tokens of each line according to the emitters. */
function ours({ lines }: ConfigFile, grammar: Grammar): string[][] {
  const kindOf = (kind: Kind) => (kind in grammar.kinds ? kind : 'plain');
  return lines.map((line) =>
    pieces(
      line.flatMap(({ text, kind }) => [...text].map((sign) => [sign, kindOf(kind)] as const)),
    ),
  );
}

const EVERY_KIND: Partial<Architecture>[] = [
  {},
  { workers: 2, auth: 'password', xapi: true, host: 'redis.univ.fr' },
  { arch: 'microservices', workers: 1, transcription: true, xapi: true },
  { arch: 'microservices', transcription: true, xapi: true, redis: 'docker' },
  { redis: 'docker' },
  { service: 'init', xapi: true },
  { redis: 'dedicated', sentinels: 'a,b,c', xapi: true, firewall: 'ufw' },
];

function expectAgreement(files: readonly ConfigFile[]): void {
  for (const file of files) {
    const grammar = GRAMMARS[file.kind];
    if (!grammar) continue;
    // Shiki counts one more line, after the last line break.
    const place = placeOf(file);
    expect({ place, lines: [...ours(file, grammar), []] }).toEqual({
      place,
      lines: theirs(fileText(file), grammar),
    });
  }
}

test.each(EVERY_KIND)('our colours are those of Shiki: %j', (choices) => {
  for (const language of ['fr', 'en'] as const)
    expectAgreement(emitted(choices, { language, password: `a"'\\é` }));
});

test('our colours are those of Shiki whatever the architecture', () => {
  fc.assert(
    fc.property(architectures, passwords, (architecture, password) => {
      expectAgreement(emitted(architecture, { password }));
    }),
    { numRuns: runs(10, 30) },
  );
});

test('the files of Redis, which Shiki does not know, have comments in lines of their own, and plain values', () => {
  fc.assert(
    fc.property(architectures, passwords, (architecture, password) => {
      const files = emitted(architecture, { password }).filter(({ kind }) =>
        /^(redis|sentinel)-conf$/.test(kind),
      );
      for (const line of files.flatMap(({ lines }) => lines)) {
        const kinds = line.map(({ kind }) => kind);
        const comment = lineText(line).startsWith('#');
        expect(new Set(kinds)).toEqual(
          new Set(comment ? ['comment'] : line.length > 0 ? ['name', 'plain'] : []),
        );
      }
    }),
  );
});
