import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { openPage, useBrowser } from '../browser.ts';
import { sites } from '../sites.ts';

const [site] = sites;
useBrowser([site]);

/** The result of a search: the number of pages, and the links of the first of them. */
interface Found {
  readonly pages: number;
  readonly links: readonly string[];
}

/** Types words into the search box, and waits for the results. */
async function search(page: Page, words: string): Promise<Found> {
  const box = page.locator('site-search');
  if (!(await box.locator('dialog').isVisible())) await page.keyboard.press('Control+k');
  const input = box.locator('dialog input');
  await input.waitFor();
  await input.fill(words);
  const message = () => box.locator('.pagefind-ui__message').textContent();
  // The words alone do not do: while Pagefind searches for them, it still shows the previous results.
  const found = async () => {
    const text = (await message()) ?? '';
    return /résultat|results?\b/.test(text) && text.includes(words);
  };
  await expect.poll(found).toBe(true);
  // Each result is a placeholder until its text has come.
  await expect.poll(() => box.locator('.pagefind-ui__loading').count()).toBe(0);
  return {
    pages: parseInt((await message()) ?? '') || 0,
    links: await box
      .locator('.pagefind-ui__result-link')
      .evaluateAll((all) => all.map((it) => it.getAttribute('href') ?? '')),
  };
}

describe('the search in French', () => {
  test.each([
    ['a plural for a singular', 'encodages', 'encodage'],
    ['a singular for a plural', 'sentinelle', 'sentinelles'],
    ['words without their accents', 'delai de visibilite', 'délai de visibilité'],
    ['a verb in another form', 'acquitter', 'acquittée'],
    ['an apostrophe of the keyboard', "l'acquittement tardif", 'l’acquittement tardif'],
  ])('finds the same pages by %s', async (_, typed, meant) => {
    await openPage(site, 'fr/links/', {}, async (page) => {
      const found = await search(page, typed);
      expect(found.pages).toBeGreaterThan(0);
      expect((await search(page, meant)).pages).toBe(found.pages);
    });
  });

  test('leads to the section that explains the words', async () => {
    await openPage(site, 'fr/links/', {}, async (page) => {
      const { links } = await search(page, 'delai de visibilite');
      expect(links).toContain('/fr/understand/#visibility-timeout');
    });
  });
});

test('the search in English finds a word by another of its forms', async () => {
  await openPage(site, 'en/links/', {}, async (page) => {
    const { pages, links } = await search(page, 'purged');
    expect(links).toContain('/en/operate/#purge');
    expect((await search(page, 'purging')).pages).toBe(pages);
    expect((await search(page, 'purges')).pages).toBe(pages);
  });
});

test.each([
  ['fr', 'directives', 'sentinelles voir aussi', 'Port de Redis. Voir aussi :'],
  ['en', 'directives', 'sentinels see also', 'Port of Redis. See also:'],
])(
  'an excerpt in %s has punctuation between terms and descriptions, and no button',
  async (code, at, words, text) => {
    await openPage(site, `${code}/links/`, {}, async (page) => {
      await search(page, words);
      const excerpts = await page
        .locator(`.pagefind-ui__result:has([href^="/${code}/${at}/"]) .pagefind-ui__result-excerpt`)
        .allTextContents();
      expect(excerpts.join('\n')).toContain(text);
      expect(excerpts.join('\n')).not.toMatch(/\b(Copier|Copy)\b/);
    });
  },
);

test.each([
  ['fr', 'failover', 'several'],
  ['fr', 'append only file', 'data'],
  ['en', 'courtier', 'tasks'],
  ['en', 'certification', 'access'],
])(
  'the search in %s finds a term by its name in the other language: %s',
  async (code, name, at) => {
    await openPage(site, `${code}/links/`, {}, async (page) => {
      expect((await search(page, name)).links).toContain(`/${code}/glossary/#${at}`);
    });
  },
);

describe.each(['fr', 'en'])('the search in %s', (code) => {
  test('finds names as they are written in files', async () => {
    await openPage(site, `${code}/links/`, {}, async (page) => {
      for (const [name, place] of [
        ['CELERY_BROKER_URL', 'reference/#CELERY_BROKER_URL'],
        ['visibility_timeout', 'understand/#visibility-timeout'],
        ['maxmemory', 'server/#memory'],
      ] as const) {
        expect((await search(page, name)).links, name).toContain(`/${code}/${place}`);
      }
    });
  });

  test('finds pages of its language, and neither the guide to print nor the home page', async () => {
    const words = ['Redis', 'session', 'SESSION_REDIS'];
    await openPage(site, `${code}/links/`, {}, async (page) => {
      for (const word of words) {
        const { links } = await search(page, word);
        expect(links.length, word).toBeGreaterThan(0);
        for (const link of links) {
          expect(link.startsWith(`/${code}/`), link).toBe(true);
          expect(link).not.toMatch(/\/print\/|^\/..\/$/);
        }
      }
      // The examples' files name every setting, but only their titles are searched.
      const setting = await search(page, 'CELERY_BROKER_URL');
      expect(setting.links.filter((link) => link.includes('/presets/'))).toEqual([]);
      const example = await search(page, code === 'fr' ? 'grande échelle' : 'at scale');
      expect(example.links).toContain(`/${code}/presets/celery-large/`);
    });
  });

  test('reports that there is no result', async () => {
    await openPage(site, `${code}/links/`, {}, async (page) => {
      expect(await search(page, 'zzzqqq')).toEqual({ pages: 0, links: [] });
    });
  });
});

test('words that every page has are ignored, unless there are no others', async () => {
  await openPage(site, 'fr/links/', {}, async (page) => {
    const expected = await search(page, 'persistance file');
    expect(expected.links).toContain('/fr/server/#persistence');
    expect(await search(page, 'la persistance de la file')).toEqual(expected);
    expect((await search(page, 'de la')).pages).toBeGreaterThan(0);
  });
});
