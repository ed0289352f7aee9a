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

/** A language of files: Shiki's grammar, and the kinds in which it and our tokens must agree. */
interface Grammar {
  readonly language: BundledLanguage;
  readonly kinds: Partial<Record<Kind, RegExp>>;
}

/** Quotes are named apart from what they quote. */
const QUOTES = 'punctuation\\.definition\\.string\\.';

/** Python has all of our kinds but sections, and a name is what is none of them. */
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
 * A shell's words are all text: the grammar calls `6379` a number and `--concurrency` a constant, by
 * their looks. Only comments and quotes mean something to a shell, heredocs among them.
 */
const SHELL: Grammar = {
  language: 'shellscript',
  kinds: { comment: /^comment\./, string: new RegExp(`^string\\.quoted\\.|^${QUOTES}`) },
};

/** A unit's values are text too; digits and words like `exec` are guessed. */
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

/** Neighbours of one kind as one piece; blanks have no colour and belong to what they follow. */
function pieces(characters: readonly (readonly [text: string, kind: Kind])[]): string[] {
  const found: { kind: Kind; text: string }[] = [];
  for (const [text, kind] of characters) {
    const last = found.at(-1);
    if (last && (text.trim() === '' || last.kind === kind)) last.text += text;
    else if (text.trim() !== '') found.push({ kind, text });
  }
  return found.map(({ kind, text }) => `${kind}: ${text.trim()}`);
}

/** The pieces of each line as Shiki sees them. */
function theirs(text: string, grammar: Grammar): string[][] {
  const options = {
    lang: grammar.language,
    theme: THEME,
    includeExplanation: 'scopeName',
    // A busy machine must not end a line early.
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

/** The pieces of each line as its tokens have them. */
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
    // Shiki sees one more line, after the last line break.
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
