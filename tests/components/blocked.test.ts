import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { speaker } from '../../src/model/say.ts';
import { TEXTS } from '../../src/site/texts.ts';
import { addressOf, openPage, useBrowser } from '../browser.ts';
import { sites } from '../sites.ts';
import { trustTests, type Trusting } from '../trust.ts';

const [root] = sites;
useBrowser([root]);

const say = speaker(TEXTS.en, 'en');

/** The errors that the console reports of scripts that cannot be loaded. */
const expected =
  /Failed to (load|fetch)|ERR_FAILED|dynamically imported|WASM Error|worker terminated/;

const notice = (page: Page) => page.locator('[data-script-failed]:visible');
const built = /_astro\/.*\.js$/;

/** An action of the reader for which the page loads a further script. */
interface Turn {
  readonly path: string;
  readonly take: (page: Page) => Promise<void>;
  /** The element that reports the failure, and its text. */
  readonly told: [selector: string, text: string];
  /** The control that must keep its value. */
  readonly kept?: [selector: string, value: string];
  /** Waits until the action has worked. */
  readonly done: (page: Page) => Promise<unknown>;
}

const type = (selector: string, text: string) => async (page: Page) => {
  await page.locator('main').hover({ position: { x: 1, y: 1 } });
  await page.locator(selector).first().fill('');
  await page.locator(selector).first().fill(text);
};
const press = (selector: string) => (page: Page) => page.locator(selector).first().click();

async function search(page: Page): Promise<void> {
  await page.keyboard.press('Escape');
  await page.locator('site-search [data-open]').click();
  await page.locator('dialog input, #search-results:not(:empty)').first().waitFor();
  // In one call: the box disappears when it fails.
  await page.evaluate(() => {
    const input = document.querySelector<HTMLInputElement>('dialog input');
    if (input) input.value = 'sessions';
    input?.dispatchEvent(new Event('input'));
  });
}

const TURNS: Record<string, Turn> = {
  'the form': {
    path: 'en/redis/',
    take: type('#f-port', '6380'),
    told: ['redis-generator [data-part=failed]', say('gen.failed')],
    kept: ['#f-port', '6380'],
    done: (page) => page.locator('[data-part=files]', { hasText: ':6380' }).waitFor(),
  },
  'the checker': {
    path: 'en/check/',
    take: async (page) => {
      await page.locator('h1').hover();
      await page.locator('textarea').hover();
      await page.locator('textarea').fill('bind 0.0.0.0');
    },
    told: ['check-settings [data-part=failed]', say('check.failed')],
    kept: ['textarea', 'bind 0.0.0.0'],
    done: async (page) => {
      await page.locator('check-settings[data-live]').waitFor();
      await page.locator('[data-act=check]').click();
      await page.locator('check-settings ol > li').first().waitFor();
    },
  },
  'what finds a cause': {
    path: 'en/troubleshoot/',
    take: type('#message', 'NOAUTH Authentication required.'),
    told: ['find-message [data-part=status]', say('find.failed')],
    kept: ['#message', 'NOAUTH Authentication required.'],
    done: (page) => page.locator('find-message ol > li').first().waitFor(),
  },
  'the architecture of a link': {
    path: 'en/understand/#hours=5',
    take: async (page) => {
      await page.reload();
    },
    told: ['your-architecture [data-part=failed]', say('your.failed')],
    done: (page) => page.locator('main', { hasText: '--time-limit=18000' }).waitFor(),
  },
  'the zip': {
    path: 'en/redis/',
    take: press('[data-zip]'),
    told: ['[data-part=done]', say('gen.done.failed')],
    done: (page) => page.locator('[data-part=done]', { hasText: say('gen.zip.file') }).waitFor(),
  },
  'the drawing': {
    path: 'en/redis/',
    take: press('[data-svg]'),
    told: ['[data-part=done]', say('gen.done.failed')],
    done: (page) =>
      page.locator('[data-part=done]', { hasText: say('gen.diagram.file') }).waitFor(),
  },
  'the search': {
    path: 'en/install/',
    take: search,
    told: ['#search-results', say('site.searchFailed')],
    done: (page) =>
      expect
        .poll(async () => {
          // A request of the failed attempt may fail only now.
          const failed = page.locator('#search-results', { hasText: say('site.searchFailed') });
          if (await failed.isVisible()) await search(page);
          return page.locator('dialog .pagefind-ui__result-link').count();
        })
        .toBeGreaterThan(0),
  },
};

/** The files that a test has blocked already: pages share most of them. */
const missed = new Set<string>();

describe.each(Object.entries(TURNS))('when %s cannot be loaded', (_, turn) => {
  test('the page says so, keeps what was typed, and a later turn works', async () => {
    await openPage(root, '404.html', { expected }, async (page) => {
      const asked: string[] = [];
      page.on('request', (request) => asked.push(request.url()));
      const open = (path: string) => page.goto(addressOf(root, path));
      // The page loads these by itself.
      await open(turn.path.replace(/#.*/, ''));
      await page.waitForLoadState('networkidle');
      const own = new Set(asked);
      await open(turn.path);
      await turn.take(page);
      await turn.done(page);
      // Pagefind works without its worker. Without a part of its index it silently finds less.
      const parts = asked.filter(
        (url) => !own.has(url) && /_astro\/|pagefind\/(?!index|pagefind-worker)/.test(url),
      );
      let tried = 0;
      for (const url of parts) {
        const part = new URL(url).pathname;
        const kind = part.replace(/.*(?=\.pf_fragment)/, '');
        if (missed.has(kind)) continue;
        missed.add(kind);
        tried++;
        const route = (it: URL) => it.pathname === part;
        await page.route(route, (it) => it.abort());
        await open(turn.path);
        await turn.take(page);
        const [selector, text] = turn.told;
        await page.locator(selector, { hasText: text }).waitFor();
        if (turn.kept) expect(await page.locator(turn.kept[0]).inputValue()).toBe(turn.kept[1]);
        await page.unroute(route);
        await turn.take(page);
        await turn.done(page);
        expect(await page.locator('[data-part=failed]:visible').count(), part).toBe(0);
      }
      expect(tried).toBeGreaterThan(0);
    });
  });
});

/** Pages with a custom element, and the element. */
const LIVE: [path: string, element: string][] = [
  ['en/redis/', 'redis-generator'],
  ['en/presets/celery-servers/', 'config-files'],
  ['en/check/', 'check-settings'],
  ['en/troubleshoot/', 'find-message'],
  ['en/install/', 'your-architecture'],
];

/** Expects that the page reports missing scripts, and that the element is as the build made it. */
async function leftAsBuilt(page: Page, element: string): Promise<void> {
  await notice(page).waitFor();
  expect(await notice(page).textContent()).toContain(say('site.scriptFailed'));
  const same = await page.evaluate(async (name) => {
    const answer = await fetch(location.pathname);
    const { trustMarkup } = window as unknown as Trusting;
    const built = new DOMParser().parseFromString(trustMarkup(await answer.text()), 'text/html');
    return built.querySelector(name)?.innerHTML === document.querySelector(name)?.innerHTML;
  }, element);
  expect(same).toBe(true);
  expect(await page.locator(`${element}:defined`).count()).toBe(0);
}

test('the page reports any of its own scripts that is missing', async () => {
  await openPage(root, '404.html', { expected }, async (page) => {
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    await page.goto(addressOf(root, 'en/redis/'));
    await page.waitForLoadState('networkidle');
    expect(await notice(page).count()).toBe(0);
    const scripts = new Set(asked.filter((url) => built.test(url)));
    expect(scripts.size).toBeGreaterThan(2);
    for (const script of scripts) {
      await page.route(script, (route) => route.abort());
      await page.goto(addressOf(root, 'en/redis/'));
      await notice(page).waitFor();
      expect(await page.locator('[data-file] pre').count()).toBeGreaterThan(2);
      await page.unroute(script);
    }
  });
});

test.each(LIVE)(
  'the page %s says that its script is missing, and stays as it was built',
  async (path, element) => {
    await openPage(root, '404.html', { expected }, async (page) => {
      await trustTests(page);
      await page.route(/_astro\/page\.[^/]*\.js$/, (route) => route.abort());
      await page.goto(addressOf(root, path));
      await leftAsBuilt(page, element);
      // A button without its script does nothing.
      const button = page.locator('[data-copy]:visible, [data-act]:visible').first();
      if ((await button.count()) > 0) await button.click();
      await leftAsBuilt(page, element);
      expect(await page.locator('fieldset[data-part=fields]:enabled').count()).toBe(0);
    });
  },
);
