import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { addressOf, live, openPage, useBrowser } from '../browser.ts';
import { sites } from '../sites.ts';

useBrowser(sites);

const OWN = 'arch=microservices&workers=2&xapi=1&redis=dedicated&host=10.0.0.5&hours=5';
const key = 'redis-pod:architecture';
const commands = (page: Page) => page.locator('[data-procedure="understand.arguments"] pre');
const kept = (page: Page) => page.evaluate((name) => localStorage.getItem(name), key);
const followed = (page: Page) => page.locator('your-architecture[data-live]').waitFor();

/** The page's words for the architecture that it shows. */
const which = (page: Page) => page.locator('your-architecture [data-part=which]').textContent();

describe.each(sites)('under $base', (site) => {
  test.each(['fr', 'en'])(
    'a page in %s shows the architecture that was described in the guide',
    async (language) => {
      await openPage(site, `${language}/redis/#${OWN}`, {}, async (page) => {
        await page.goto(addressOf(site, `${language}/understand/`));
        await followed(page);
        expect(await commands(page).textContent()).toContain('--time-limit=18000');
        expect(await page.locator('your-architecture').textContent()).toContain('10.0.0.5:6379');

        // Its links into the guide open it on the same architecture.
        const link = page.locator('.sl-markdown-content a[href*="/redis/#settings"]').first();
        expect(await link.getAttribute('href')).toMatch(new RegExp(`#settings&${OWN}$`));
        await link.click();
        await page.waitForURL(/\/redis\//);
        await live(page);
        expect(await page.locator('#f-hours').inputValue()).toBe('5');
      });
    },
  );
});

const [root] = sites;

test('a page shows the default without a script, until another architecture is described', async () => {
  await openPage(root, 'en/understand/', {}, async (page) => {
    await page.waitForLoadState('networkidle');
    expect(await page.locator('your-architecture[data-live]').count()).toBe(0);
    expect(await commands(page).textContent()).toContain('--time-limit=86400');
    const scripts = () =>
      page.evaluate(() =>
        performance
          .getEntriesByType('resource')
          .filter(({ name }) => /architectureFollower.*\.js/.test(name)),
      );
    expect(await scripts()).toEqual([]);
    await page.evaluate(() => (location.hash = '#hours=5'));
    await followed(page);
    expect(await scripts()).not.toEqual([]);
  });
});

test('a link to a page brings its architecture and its heading', async () => {
  const link = 'en/understand/#xapi&xapi=1&venv=/opt/pod';
  await openPage(root, link, {}, async (page) => {
    await followed(page);
    const xapi = page.locator('[data-procedure="understand.xapi"] pre');
    expect(await xapi.textContent()).toContain('/opt/pod/bin/celery');
    const top = await page.locator('#xapi').evaluate((it) => it.getBoundingClientRect().top);
    expect(top).toBeGreaterThanOrEqual(0);
    expect(top).toBeLessThan(500);
  });
});

test('the reader returns to the default, and the browser stores nothing', async () => {
  await openPage(root, `en/understand/#${OWN}`, {}, async (page) => {
    await followed(page);
    const before = await which(page);
    expect(await kept(page)).not.toBeNull();
    await page.locator('your-architecture [data-part=forget]').press('Enter');
    expect(await commands(page).textContent()).toContain('--time-limit=86400');
    expect(await which(page)).not.toBe(before);
    expect(await kept(page)).toBeNull();
    expect(new URL(page.url()).hash).toBe('');
    await page.reload();
    expect(await commands(page).textContent()).toContain('--time-limit=86400');
  });
});

test('the guide opens on the default, and offers the architecture described before', async () => {
  await openPage(root, `en/redis/#${OWN}`, {}, async (page) => {
    await page.goto(addressOf(root, 'en/understand/'));
    await page.goto(addressOf(root, 'en/redis/'));
    expect(await page.locator('#f-hours').inputValue()).toBe('24');
    await page.locator('[data-part=resume] a').click();
    await page.locator('redis-generator[data-live]').waitFor();
    await expect.poll(() => page.locator('#f-hours').inputValue()).toBe('5');
    expect(await page.locator('[data-part=resume]').isHidden()).toBe(true);
  });
});

test('the commands of the default and of the reader are copied as shown', async () => {
  const permissions = { permissions: ['clipboard-read', 'clipboard-write'] };
  await openPage(root, 'fr/understand/', permissions, async (page) => {
    const copied = async () => {
      const block = page.locator('[data-procedure="understand.arguments"]');
      await block.locator('button').press('Enter');
      await expect.poll(() => block.locator('button').textContent()).toBe('Copié');
      const text = await page.evaluate(() => navigator.clipboard.readText());
      expect(text).toBe(await block.locator('code').last().textContent());
      return text;
    };
    expect(await copied()).toContain('--time-limit=86400');
    await page.goto(addressOf(root, `fr/understand/#${OWN}`));
    await page.reload();
    await followed(page);
    expect(await copied()).toMatch(/^cd .*\n.*--time-limit=18000.*\n$/);
  });
});

test('without JavaScript the commands are for the default, without buttons', async () => {
  await openPage(root, 'en/understand/', { javaScriptEnabled: false }, async (page) => {
    expect(await commands(page).textContent()).toContain('--time-limit=86400');
    expect(await page.locator('.quote button:visible').count()).toBe(0);
  });
});
