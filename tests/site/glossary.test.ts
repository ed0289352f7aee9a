import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { TEXTS } from '../../src/site/texts.ts';
import { origin, pagesOf, sites, type Page } from '../sites.ts';

/** A term as shown on a page. */
interface Shown {
  readonly id: string;
  readonly name: string;
  readonly translation: string;
  /** The `lang` attribute of the translation. */
  readonly lang: string;
  readonly meaning: string;
  /** The link to the explanation: its address and its text. */
  readonly link: readonly [address: string, text: string];
}

/** The terms on a page, grouped by list. */
function termsOf({ document }: Page): Shown[][] {
  return document.querySelectorAll('dl.glossary').map((list) =>
    list.querySelectorAll('div').map((term) => {
      const text = (selector: string) => term.querySelector(selector)?.text ?? '';
      const link = term.querySelector('dd a');
      const explained = link?.text ?? '';
      return {
        id: term.id,
        name: text('dfn'),
        translation: text('[lang]'),
        lang: term.querySelector('[lang]')?.getAttribute('lang') ?? '',
        meaning: text('dd').replace(explained, '').trim(),
        link: [link?.getAttribute('href') ?? '', explained],
      };
    }),
  );
}

const inOrder = (names: readonly string[], language: string) =>
  names.toSorted((one, next) => one.localeCompare(next, language));

describe.each(sites)('built for $base', async (site) => {
  const pages = await pagesOf(site);
  const page = (file: string) => {
    const found = pages.find((it) => it.file === file);
    if (!found) throw new Error(`There is no ${file}.`);
    return found;
  };
  const glossaries = {
    fr: termsOf(page('fr/glossary/index.html')),
    en: termsOf(page('en/glossary/index.html')),
  };

  test('both languages have the same terms, each the translation of the other', () => {
    const sets = Object.values(glossaries).map((lists) =>
      lists.map((list) => new Set(list.map(({ id }) => id))),
    );
    expect(sets[0]).toEqual(sets[1]);
    const english = new Map(glossaries.en.flat().map((term) => [term.id, term]));
    expect(english.size).toBeGreaterThan(30);
    for (const { id, name, translation } of glossaries.fr.flat()) {
      expect(name, id).not.toBe('');
      expect([english.get(id)?.translation, english.get(id)?.name], id).toEqual([
        name,
        translation,
      ]);
    }
  });

  describe.each(['fr', 'en'] as const)('the glossary in %s', (code) => {
    const lists = glossaries[code];
    const terms = lists.flat();
    const { file, document } = page(`${code}/glossary/index.html`);
    const address = origin + site.base + file.replace('index.html', '');

    test('is in alphabetical order, accents aside', () => {
      for (const list of lists) {
        const names = list.map(({ name }) => name);
        expect(names).toEqual(inOrder(names, code));
      }
      const all = document.querySelectorAll('.on-this-page a');
      expect(all.map((it) => it.text)).toEqual(
        inOrder(
          terms.map(({ name }) => name),
          code,
        ),
      );
      const idOf = new Map(terms.map(({ id, name }) => [name, id]));
      for (const it of all) expect(it.getAttribute('href')).toBe(`#${idOf.get(it.text)}`);
    });

    test('marks the language of each translation', () => {
      expect(new Set(terms.map(({ lang }) => lang))).toEqual(
        new Set([code === 'fr' ? 'en' : 'fr']),
      );
    });

    test('has a meaning for each term, and a link that names the section which explains it', () => {
      for (const { id, meaning, link } of terms) {
        expect(meaning, id).toMatch(/^\p{Lu}.*\.$/u);
        const [to, text] = link;
        const { pathname, hash } = new URL(to, address);
        const target = page(`${pathname.slice(site.base.length)}index.html`).document;
        const heading = target
          .querySelectorAll('h2[id], h3[id]')
          .find((it) => it.id === hash.slice(1));
        const title = target.querySelector('h1')?.text;
        expect(text, id).toBe(`${title}${code === 'fr' ? '\u00a0' : ''}: ${heading?.text}`);
      }
    });

    test('has structured data with all terms', () => {
      const script = document.querySelector('script[type="application/ld+json"]');
      const data = JSON.parse(script?.rawText ?? '') as { '@graph': Record<string, unknown>[] };
      const set = data['@graph'].find((it) => it['@type'] === 'DefinedTermSet');
      expect(set).toMatchObject({ url: address, inLanguage: code });
      const byName = (one: { name: string }, next: { name: string }) =>
        one.name.localeCompare(next.name, code);
      expect(set?.['hasDefinedTerm']).toEqual(
        terms.toSorted(byName).map(({ id, name, translation, lang, meaning }) => ({
          '@type': 'DefinedTerm',
          name,
          alternateName: { '@language': lang, '@value': translation },
          description: meaning,
          url: `${address}#${id}`,
        })),
      );
    });
  });

  test('no other page has structured data of terms', () => {
    const defining = pages.filter(({ html }) => html.includes('DefinedTermSet'));
    expect(defining.map(({ file }) => file)).toEqual([
      'en/glossary/index.html',
      'fr/glossary/index.html',
    ]);
  });
});

test('the vocabulary in CONTRIBUTING.md is the glossary’s', () => {
  const guide = readFileSync(join(import.meta.dirname, '../../CONTRIBUTING.md'), 'utf8');
  const [, table = ''] =
    /\n\| English +\| French +\| note +\|\n\|[- |]+\|\n((?:\|.*\n)+)/.exec(guide) ?? [];
  const rows = table.split('\n').filter(Boolean);
  expect(rows.length).toBeGreaterThan(10);
  const known = Object.entries(TEXTS.en)
    .filter(([key]) => key.startsWith('glossary.'))
    .map(([key, english]) => `${english} = ${(TEXTS.fr as Record<string, string>)[key]}`);
  for (const row of rows) {
    const [english, french] = row
      .split('|')
      .slice(1)
      .map((cell) => cell.trim());
    expect(known).toContain(`${english} = ${french}`);
  }
});
