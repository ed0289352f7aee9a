import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { speaker } from '../../src/model/say.ts';
import { TEXTS, type Language } from '../../src/site/texts.ts';
import { addressOf, live, openPage, useBrowser, type Opening } from '../browser.ts';
import { sites } from '../sites.ts';

const [root] = sites;
useBrowser([root]);

const languages = Object.keys(TEXTS) as Language[];
const said = { fr: speaker(TEXTS.fr, 'fr'), en: speaker(TEXTS.en, 'en') };

/** Opens pages in turn, in a browser that refuses something. */
async function visit(
  paths: readonly string[],
  refuse: () => void,
  journey: (page: Page, path: string) => Promise<void>,
): Promise<void> {
  await openPage(root, '404.html', { viewport: { width: 1440, height: 1000 } }, async (page) => {
    await page.addInitScript(refuse);
    for (const path of paths) {
      await page.goto(addressOf(root, path));
      await journey(page, path);
    }
  });
}

describe('a browser that stores nothing for the site', () => {
  const refuse = () => {
    for (const name of ['localStorage', 'sessionStorage'])
      Object.defineProperty(window, name, {
        get() {
          throw new DOMException('The operation is insecure.', 'SecurityError');
        },
      });
  };

  test('shows every kind of page without an error, in the chosen theme', async () => {
    const paths = ['fr/redis/', 'en/check/', 'fr/links/', 'en/troubleshoot/', 'en/install/'];
    await visit(paths, refuse, async (page) => {
      const theme = () => page.evaluate(() => document.documentElement.dataset['theme']);
      for (const choice of ['light', 'dark']) {
        await page.locator('starlight-theme-select:visible select').selectOption(choice);
        expect(await theme()).toBe(choice);
      }
      expect(await page.locator('[data-script-failed]').isVisible()).toBe(false);
    });
  });

  test('has the generator live; other pages show the default, or the architecture of their link', async () => {
    const paths = ['fr/redis/', 'fr/install/', 'fr/understand/#hours=5'];
    await visit(paths, refuse, async (page, path) => {
      if (path !== 'fr/redis/') {
        const which = path === 'fr/install/' ? 'your.default' : 'your.link';
        const shown = page.locator('[data-part=which]', { hasText: said.fr(which) });
        await shown.waitFor();
        return;
      }
      await live(page);
      await page.locator('#f-port').fill('6380');
      await expect.poll(() => page.evaluate(() => location.hash)).toBe('#port=6380');
      const files = page.locator('[data-part=files]');
      await expect.poll(() => files.textContent()).toContain(':6380');
      await page.locator('.presets a').first().click();
      await expect.poll(() => page.locator('#f-port').inputValue()).toBe('6379');
    });
  });

  test('checks a file, and finds the cause of a message', async () => {
    await visit(['en/check/', 'en/troubleshoot/'], refuse, async (page, path) => {
      const box = page.locator('textarea').first();
      await box.focus();
      if (path === 'en/check/') {
        await page.locator('check-settings[data-live]').waitFor();
        await box.fill('bind 0.0.0.0\n');
        await page.locator('[data-act=check]').click();
        await page.locator('check-settings ol > li').first().waitFor();
      } else {
        await box.fill('NOAUTH Authentication required.');
        await page.locator('find-message ol > li').first().waitFor();
      }
    });
  });
});

/** The ways in which a browser refuses to copy. */
const REFUSALS: [string, Opening, () => void][] = [
  // A browser context refuses every permission but those that it is given.
  ['forbids the site to copy', { permissions: ['geolocation'] }, () => undefined],
  [
    'has no clipboard, as without encryption',
    {},
    () => {
      Object.defineProperty(Navigator.prototype, 'clipboard', { get: () => undefined });
    },
  ],
];

describe.each(REFUSALS)('a browser that %s', (_, opening, refuse) => {
  test.each(languages)('says so, and what to do, in %s', async (language) => {
    const say = said[language];
    const opened = { viewport: { width: 360, height: 800 }, ...opening };
    await openPage(root, '404.html', opened, async (page) => {
      await page.addInitScript(refuse);
      const part = (name: string) => page.locator(`[data-part=${name}]`);
      const open = async (path: string) => {
        await page.goto(addressOf(root, `${language}/${path}/`));
      };
      const fits = async () => {
        const wider = () => document.documentElement.scrollWidth - innerWidth;
        expect(await page.evaluate(wider)).toBeLessThanOrEqual(0);
      };

      for (const path of ['redis', 'presets/celery-servers']) {
        await open(path);
        await page.locator('[data-copy]').first().click();
        await expect.poll(() => part('done').textContent()).toBe(say('gen.done.refused'));
        await fits();
      }

      await open('check');
      await page.locator('textarea').focus();
      await page.locator('check-settings[data-live]').waitFor();
      await page.locator('textarea').fill('bind 0.0.0.0\n');
      await page.locator('[data-act=check]').click();
      await page.locator('[data-act=copy]').click();
      await expect.poll(() => part('status').textContent()).toBe(say('check.refused'));
      await page.locator('[data-act=edit]').click();
      expect(await page.locator('textarea').isVisible()).toBe(true);
      await fits();

      await open('install');
      const quote = page.locator('.quote:has([data-copy]:visible)').first();
      const button = quote.locator('button');
      await button.click();
      await expect.poll(() => button.textContent()).toBe(say('commands.refused'));
      expect(await part('said').textContent()).toBe(say('commands.refused'));
      // The text is selected as it is, so that one key copies it.
      const selected = await page.evaluate(() => String(getSelection()));
      const text = (await quote.locator('pre').textContent()) ?? '';
      expect(text.trim()).not.toBe('');
      expect(selected.trim()).toBe(text.trim());
      await fits();
    });
  });
});

test('a button that is pressed again gets its own label back', async () => {
  const permissions = ['clipboard-read', 'clipboard-write'];
  await openPage(root, 'en/install/', { permissions }, async (page) => {
    const buttons = page.locator('.quote button:visible');
    for (const at of [0, 0, 1]) {
      await buttons.nth(at).click();
      await expect.poll(() => buttons.nth(at).textContent()).toBe(said.en('commands.copied'));
    }
    // Only the button that was pressed last reports the copy.
    expect((await buttons.nth(0).textContent())?.trim()).toBe(said.en('gen.copy'));
    await expect
      .poll(async () => (await buttons.nth(1).textContent())?.trim())
      .toBe(said.en('gen.copy'));
  });
});
