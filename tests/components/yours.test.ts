import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { addressOf, live, openPage, useBrowser } from '../browser.ts';
import { sites, type Site } from '../sites.ts';

useBrowser(sites);

const OWN = 'arch=microservices&workers=2&xapi=1&redis=dedicated&host=10.0.0.5&hours=5';
const key = 'redis-pod:architecture';
const commands = (page: Page) => page.locator('[data-procedure="understand.arguments"] pre');
const kept = (page: Page) => page.evaluate((name) => localStorage.getItem(name), key);
const followed = (page: Page) => page.locator('your-architecture[data-followed]').waitFor();

/** Makes the architecture of the page's link the reader's own, as a reader does. */
const use = (page: Page) => page.locator('link-report [data-use]').press('Enter');

/** Describes an architecture in the guide, in this page's browser. */
async function describeOwn(page: Page, site: Site, fragment: string): Promise<void> {
  await page.goto(addressOf(site, `en/redis/#${fragment}`));
  await live(page);
  await use(page);
  await expect.poll(() => kept(page)).toBe(fragment);
}

/** The page's words for the architecture that it shows. */
const which = (page: Page) => page.locator('your-architecture [data-part=which]').textContent();

describe.each(sites)('under $base', (site) => {
  test.each(['fr', 'en'])(
    'a page in %s shows the architecture that was described in the guide',
    async (language) => {
      await openPage(site, `${language}/redis/`, {}, async (page) => {
        await describeOwn(page, site, OWN);
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
  await openPage(root, `en/understand/#xapi&${OWN}`, {}, async (page) => {
    await followed(page);
    expect(await kept(page)).toBeNull();
    await use(page);
    expect(await kept(page)).toBe(OWN);
    expect(new URL(page.url()).hash).toBe('#xapi');
    expect(await commands(page).textContent()).toContain('--time-limit=18000');
    const before = await which(page);
    expect(before).toContain('your architecture');
    await page.locator('your-architecture [data-part=forget]').press('Enter');
    expect(await commands(page).textContent()).toContain('--time-limit=86400');
    expect(await which(page)).not.toBe(before);
    expect(await kept(page)).toBeNull();
    expect(new URL(page.url()).hash).toBe('#xapi');
    await page.reload();
    expect(await commands(page).textContent()).toContain('--time-limit=86400');
  });
});

test('the guide opens on the default, and offers the architecture described before', async () => {
  await openPage(root, 'en/redis/', {}, async (page) => {
    await describeOwn(page, root, OWN);
    await page.goto(addressOf(root, 'en/understand/'));
    await page.goto(addressOf(root, 'en/redis/'));
    expect(await page.locator('#f-hours').inputValue()).toBe('24');
    await page.locator('[data-part=resume] a').click();
    await page.locator('redis-generator[data-live]').waitFor();
    await expect.poll(() => page.locator('#f-hours').inputValue()).toBe('5');
    expect(await page.locator('[data-part=resume]').isHidden()).toBe(true);
  });
});

const HOSTILE = 'host=redis.univ-paris.example&workers=1&venv=/opt/other&venv.encode=/opt/light';

test('a link is shown on a page and named beside its commands, and never stored', async () => {
  await openPage(root, 'en/redis/', {}, async (page) => {
    await describeOwn(page, root, OWN);
    await page.goto(addressOf(root, `en/understand/#xapi&${HOSTILE}`));
    await followed(page);
    expect(await which(page)).toContain('of a link');
    const report = page.locator('link-report');
    await report.waitFor();
    const trusted = await report.locator('.trusted li').allInnerTexts();
    expect(trusted).toContain('Address of Redis: redis.univ-paris.example (yours: 10.0.0.5)');
    const beside = page.locator('[data-procedure="understand.arguments"] .issue');
    expect(await beside.textContent()).toContain('Address of Redis (redis.univ-paris.example)');
    expect(await commands(page).textContent()).toContain('--time-limit=86400');
    // The link's architecture has no server for this value: the page's example of microservices does without it.
    expect(await commands(page).textContent()).not.toContain('/opt/light');
    expect(await kept(page)).toBe(OWN);

    // The note leads to the whole list, and the link stays.
    await beside.locator('a').press('Enter');
    await expect.poll(() => new URL(page.url()).hash).toMatch(/^#your-architecture&/);
    expect(await commands(page).textContent()).toContain('--time-limit=86400');

    // A page without a fragment shows the reader's own.
    await page.goto(addressOf(root, 'en/workers/'));
    await followed(page);
    expect(await page.locator('body').textContent()).not.toContain('univ-paris');
    expect(await page.locator('your-architecture').textContent()).toContain('10.0.0.5:6379');

    await page.goto(addressOf(root, `en/understand/#${HOSTILE}`));
    await followed(page);
    await page.locator('link-report [data-leave]').press('Enter');
    await expect.poll(() => commands(page).textContent()).toContain('--time-limit=18000');
    expect(await report.isVisible()).toBe(false);
    expect(await kept(page)).toBe(OWN);
  });
});

test('a page has no commands for an architecture with an error, and says why', async () => {
  const wrong = 'arch=microservices&workers=1&redis=dedicated&host=0.0.0.0&auth=none&firewall=none';
  await openPage(root, `en/install/#${wrong}`, {}, async (page) => {
    await followed(page);
    const procedures = page.locator('[data-procedure]');
    await expect.poll(() => procedures.first().locator('.issue.error').count()).toBe(1);
    expect(await procedures.locator('pre, button').count()).toBe(0);
    const report = page.locator('link-report');
    expect(await report.textContent()).toContain('Address of Redis');
    expect(await report.locator('.issue.error').count()).toBeGreaterThan(1);
    expect(await report.locator('[data-use]').isVisible()).toBe(false);
    // A part that cannot be read is reported too.
    await page.goto(addressOf(root, 'en/install/#port=x'));
    await page.reload();
    await followed(page);
    await report.locator('.issue.warning').waitFor();
  });
});

test('a page shows the warnings of an architecture beside its commands', async () => {
  await openPage(root, 'en/install/#host=203.0.113.66', {}, async (page) => {
    await followed(page);
    const first = page.locator('[data-procedure]').first();
    await expect.poll(() => first.textContent()).toContain('2 warnings about the architecture');
    const about = await page.locator('link-report .about').allTextContents();
    expect(about).toEqual(['Address of Redis', 'Encrypt with TLS']);
    expect(await first.locator('pre').count()).toBeGreaterThan(0);
  });
});

test('the form shows what a link chose, and stores nothing until a button is pressed', async () => {
  await openPage(root, 'en/redis/', {}, async (page) => {
    await describeOwn(page, root, OWN);
    await page.goto(addressOf(root, `en/redis/#${HOSTILE}`));
    await page.reload();
    await live(page);
    const report = page.locator('redis-generator link-report');
    await report.waitFor();
    expect(await report.locator('.trusted li').allInnerTexts()).toEqual([
      'Where Redis runs: On the (first) web server (yours: On a server of its own)',
      'Address of Redis: redis.univ-paris.example (yours: 10.0.0.5)',
      'Virtual environment: /opt/other (yours: /home/pod/.virtualenvs/django_pod4)',
      'Virtual environment without Django: /opt/light (yours: /home/pod/.virtualenvs/pod4_encode)',
    ]);
    // The field is in a group that is folded otherwise.
    expect(await page.locator('#f-venv').isVisible()).toBe(true);
    await page.locator('#f-port').fill('6380');
    await expect.poll(() => new URL(page.url()).hash).toContain('port=6380');
    await expect.poll(() => report.textContent()).toContain('Port of Redis: 6380');
    expect(await kept(page)).toBe(OWN);
    await page.reload();
    await live(page);
    await report.waitFor();
    await use(page);
    await expect.poll(() => kept(page)).toContain('univ-paris');
    expect(await report.isVisible()).toBe(false);
    await page.reload();
    await live(page);
    expect(await report.isVisible()).toBe(false);
  });
});

test('what the reader chooses in the form is theirs, also after going back', async () => {
  await openPage(root, 'en/redis/', {}, async (page) => {
    await page.locator('#f-port').fill('6380');
    await expect.poll(() => kept(page)).toBe('port=6380');
    await page.locator('#f-web').fill('2');
    await expect.poll(() => kept(page)).toContain('web=2');
    await page.goBack();
    await expect.poll(() => kept(page)).toBe('port=6380');
    await page.locator('.presets a').nth(3).press('Enter');
    await expect.poll(() => kept(page)).not.toBe('port=6380');
    expect(await page.locator('link-report').isVisible()).toBe(false);
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
    expect(await copied()).toMatch(/^env -C .*--time-limit=18000.*\n$/);
  });
});

test('without JavaScript the commands are for the default, without buttons', async () => {
  await openPage(root, 'en/understand/', { javaScriptEnabled: false }, async (page) => {
    expect(await commands(page).textContent()).toContain('--time-limit=86400');
    expect(await page.locator('.quote button:visible').count()).toBe(0);
  });
});
