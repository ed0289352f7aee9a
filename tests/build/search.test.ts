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

/** Queries of administrators, each with the page that must come first and, after a `#`, the section of it. */
const QUERIES = {
  fr: {
    CACHES: 'reference/#CACHES',
    SESSION_REDIS: 'reference/#SESSION_REDIS',
    CELERY_BROKER_URL: 'reference/#CELERY_BROKER_URL',
    maxmemory: 'directives/#redis-maxmemory',
    requirepass: 'directives/',
    'redis.conf': 'directives/#redis',
    'mot de passe': 'server/#password',
    'changer le mot de passe': 'operate/#password',
    'délai de visibilité': 'understand/#visibility-timeout',
    'visibility timeout': 'understand/#visibility-timeout',
    sentinelle: 'server/#sentinel',
    TLS: 'server/#tls',
    'pare-feu': 'server/#firewall',
    persistance: 'server/#persistence',
    "file d'attente": 'reference/#queues',
    docker: 'install/#docker',
    'installer redis': 'install/#redis',
    'démarrer un worker': 'workers/#start',
    'environnement virtuel': 'workers/#environments',
    microservices: 'understand/#microservices',
    "l'acquittement tardif": 'understand/#acks-late',
    'préfixe des clés': 'understand/#key-prefix',
    xapi: 'understand/#xapi',
    'esup-runner': 'runner/',
    valkey: 'operate/#valkey',
    'vider le cache': 'operate/#clear',
    'purger une file': 'operate/#purge',
    sauvegarde: 'operate/#backup',
    prometheus: 'monitor/#prometheus',
    surveiller: 'monitor/',
    'plusieurs serveurs web': 'grow/#web',
    'combien de mémoire': 'sizing/',
    'pod 3': 'pod-3/',
    'vérifier mes réglages': 'check/',
    'connection refused': 'troubleshoot/#refused',
    'NOAUTH Authentication required': 'troubleshoot/#noauth',
    'OOM command not allowed': 'troubleshoot/#out-of-memory',
    "No master found for 'mymaster'": 'troubleshoot/#sentinel-no-master',
    'encodage deux fois': 'troubleshoot/#runs-twice',
  },
  en: {
    CACHES: 'reference/#CACHES',
    SESSION_REDIS: 'reference/#SESSION_REDIS',
    CELERY_BROKER_URL: 'reference/#CELERY_BROKER_URL',
    maxmemory: 'directives/#redis-maxmemory',
    requirepass: 'directives/',
    'redis.conf': 'directives/#redis',
    password: 'server/#password',
    'change the password': 'operate/#password',
    'visibility timeout': 'understand/#visibility-timeout',
    sentinel: 'server/#sentinel',
    TLS: 'server/#tls',
    firewall: 'server/#firewall',
    persistence: 'server/#persistence',
    docker: 'install/#docker',
    'install redis': 'install/#redis',
    'start a worker': 'workers/#start',
    'virtual environment': 'workers/#environments',
    microservices: 'understand/#microservices',
    'late acknowledgement': 'understand/#acks-late',
    'key prefix': 'understand/#key-prefix',
    xapi: 'understand/#xapi',
    'esup-runner': 'runner/',
    valkey: 'operate/#valkey',
    'clear the cache': 'operate/#clear',
    'purge a queue': 'operate/#purge',
    backup: 'operate/#backup',
    prometheus: 'monitor/#prometheus',
    monitoring: 'monitor/',
    'several web servers': 'grow/#web',
    'redis cluster': 'grow/#cluster',
    'how much memory': 'sizing/',
    'pod 3': 'pod-3/',
    'check my settings': 'check/',
    'connection refused': 'troubleshoot/#refused',
    'NOAUTH Authentication required': 'troubleshoot/#noauth',
    'OOM command not allowed': 'troubleshoot/#out-of-memory',
    "No master found for 'mymaster'": 'troubleshoot/#sentinel-no-master',
    'encoding runs twice': 'troubleshoot/#runs-twice',
    'queue grows': 'troubleshoot/#queue-grows',
  },
} as const;

test.each(['fr', 'en'] as const)(
  'what administrators type in %s leads first to the page that answers, and there to the section',
  async (code) => {
    await openPage(site, `${code}/links/`, {}, async (page) => {
      const found: Record<string, string> = {};
      for (const [typed, place] of Object.entries(QUERIES[code])) {
        const { links } = await search(page, typed);
        // The first link is the page's own, the second that of its first section.
        const link = links[place.includes('#') ? 1 : 0] ?? '';
        found[typed] = link.replace(`/${code}/`, '');
      }
      expect(found).toEqual(QUERIES[code]);
    });
  },
);

describe('the search in French', () => {
  test.each([
    ['a plural for a singular', 'encodages', 'encodage'],
    ['a singular for a plural', 'sentinelle', 'sentinelles'],
    ['words without their accents', 'delai de visibilite', 'délai de visibilité'],
    ['a verb in another form', 'redémarrer', 'redémarre'],
    ['an apostrophe of the keyboard', "l'acquittement tardif", 'l’acquittement tardif'],
  ])('finds the same pages by %s', async (_, typed, meant) => {
    await openPage(site, 'fr/links/', {}, async (page) => {
      const found = await search(page, typed);
      expect(found.pages).toBeGreaterThan(0);
      expect((await search(page, meant)).pages).toBe(found.pages);
    });
  });

  test('shows apostrophes as the pages have them, and no field of the index', async () => {
    await openPage(site, 'fr/links/', {}, async (page) => {
      await search(page, "files d'attente");
      const shown = (await page.locator('.pagefind-ui__results').textContent()) ?? '';
      expect(shown).toContain('Les files d’attente');
      expect(shown).not.toMatch(/’\s/);
      expect(await page.locator('.pagefind-ui__result-tag').count()).toBe(0);
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
  ['fr', 'directives', 'port de redis voir aussi', 'Sentinelles. Voir aussi :'],
  ['en', 'directives', 'port of redis see also', 'Sentinels. See also:'],
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
