import { describe, expect, test } from 'vitest';
import { addressOf, openPage, useBrowser } from '../browser.ts';
import { sites } from '../sites.ts';

useBrowser(sites);

describe.each(sites)('under $base', (site) => {
  test.each([
    ['fr-FR', 'fr/'],
    ['fr-CA', 'fr/'],
    ['en-GB', 'en/'],
    ['de-DE', 'en/'],
  ])('the root sends a reader of %s to %s', async (locale, target) => {
    await openPage(site, '#arch=standalone', { locale }, async (page) => {
      await page.waitForURL(addressOf(site, `${target}#arch=standalone`));
    });
  });

  test('the root is two plain links without script', async () => {
    await openPage(site, '', { javaScriptEnabled: false, locale: 'fr-FR' }, async (page) => {
      await page.getByRole('link', { name: 'Read in English' }).click();
      await page.waitForURL(addressOf(site, 'en/'));
    });
  });

  test.each([
    ['redis_fr', 'fr'],
    ['redis_fr/', 'fr'],
    ['redis_fr.html', 'fr'],
    ['redis_en', 'en'],
    ['redis_en.html', 'en'],
  ])('the old name %s leads to the guide, fragment and query kept', async (name, language) => {
    await openPage(site, `${name}?from=install#redis-5`, {}, async (page) => {
      await page.waitForURL(addressOf(site, `${language}/redis/?from=install#redis-5`));
    });
    await openPage(site, name, { javaScriptEnabled: false }, async (page) => {
      await page.waitForURL(addressOf(site, `${language}/redis/`));
    });
  });

  test('an unknown address shows a page in both languages, with status 404', async () => {
    await openPage(site, 'fr/nowhere/', { expected: /404/ }, async (page) => {
      await page.getByRole('heading', { name: 'Page introuvable' }).waitFor();
      await page.getByRole('heading', { name: 'Page not found' }).waitFor();
      expect((await page.reload())?.status()).toBe(404);
      await page.getByRole('link', { name: 'Redis guide' }).click();
      await page.waitForURL(addressOf(site, 'en/redis/'));
    });
  });

  test.each([
    ['fr', 'sessions', 'Rechercher', 'résultats pour'],
    ['en', 'sessions', 'Search', 'results for'],
  ])(
    'search in %s is loaded when it is opened, and finds pages',
    async (language, word, label, found) => {
      await openPage(site, `${language}/redis/`, {}, async (page) => {
        await page.waitForLoadState('networkidle');
        const fetched = () =>
          page.evaluate(() => performance.getEntriesByType('resource').map(({ name }) => name));
        expect((await fetched()).filter((name) => /pagefind|search(Box)?\./.test(name))).toEqual(
          [],
        );
        const button = page.getByRole('button', { name: label });
        expect(await button.innerText()).toMatch(new RegExp(`^${label}\\s+Ctrl K$`));

        await page.keyboard.press('Control+k');
        const input = page.getByRole('dialog', { name: label }).locator('input');
        await expect.poll(() => input.evaluate((it) => it === document.activeElement)).toBe(true);
        await page.keyboard.type(word);
        const result = page.locator('dialog .pagefind-ui__result-link').first();
        await result.waitFor();
        await page.getByText(found).waitFor();
        await page.keyboard.press('Enter');
        expect(await result.getAttribute('href')).toContain(`${site.base}${language}/`);
        expect((await fetched()).some((name) => name.includes('/pagefind/'))).toBe(true);

        await page.keyboard.press('Escape');
        await page.keyboard.press('Escape');
        await expect.poll(() => page.locator('dialog').isVisible()).toBe(false);
        await button.click();
        await page.keyboard.type(word);
        await result.click();
        await page.waitForURL(new RegExp(`${site.base}${language}/`));
      });
    },
  );

  test('search has the same name when only its icon fits', async () => {
    await openPage(site, 'en/', { viewport: { width: 360, height: 640 } }, async (page) => {
      await page.getByRole('button', { name: 'Search Ctrl K', exact: true }).click();
      await page.getByRole('button', { name: 'Cancel' }).click();
      await expect.poll(() => page.locator('dialog').isVisible()).toBe(false);
    });
  });

  test('there is no search button without script', async () => {
    await openPage(site, 'en/', { javaScriptEnabled: false }, async (page) => {
      expect(await page.getByRole('button', { name: 'Search' }).count()).toBe(0);
    });
  });

  test('a change of language keeps the page and its current fragment', async () => {
    await openPage(site, 'fr/redis/#arch=celery', {}, async (page) => {
      const link = page.getByRole('link', { name: 'English' }).first();
      const target = () => link.evaluate((it: HTMLAnchorElement) => it.href);
      expect(await target()).toBe(addressOf(site, 'en/redis/#arch=celery'));
      await page.evaluate(() => {
        location.hash = 'arch=standalone';
      });
      await expect.poll(target).toBe(addressOf(site, 'en/redis/#arch=standalone'));
      await page.evaluate(() => {
        history.replaceState(null, '', '#web=3');
        window.dispatchEvent(new CustomEvent('redis-pod:state'));
      });
      expect(await target()).toBe(addressOf(site, 'en/redis/#web=3'));
      await link.click();
      await page.waitForURL(addressOf(site, 'en/redis/#web=3'));
      await page.getByRole('link', { name: 'Français' }).first().click();
      await page.waitForURL(addressOf(site, 'fr/redis/#web=3'));
    });
    await openPage(site, 'fr/redis/', { javaScriptEnabled: false }, async (page) => {
      await page.getByRole('link', { name: 'English' }).first().click();
      await page.waitForURL(addressOf(site, 'en/redis/'));
    });
  });

  test('the policy blocks scripts, markup, workers and requests to other sites', async () => {
    const expected =
      /script-src|default-src|connect-src|trusted-types|requires .Trusted|policy|Content Security Policy|outside\.invalid/;
    await openPage(site, 'en/redis/', { expected }, async (page) => {
      const done = await page.evaluate(async () => {
        /** Whether an action throws no error. */
        const may = (act: () => unknown) => {
          try {
            act();
            return true;
          } catch {
            return false;
          }
        };
        const { trustedTypes } = window as unknown as {
          trustedTypes: { createPolicy: (name: string, rules: object) => unknown };
        };
        const script = document.createElement('script');
        script.append('window.injected = true');
        document.body.append(script);
        const handler = document.createElement('template');
        return {
          script: 'injected' in window,
          text: may(() => (script.textContent = 'window.injected = true')),
          markup: may(() => (handler.innerHTML = '<img src=x onerror=alert(1)>')),
          worker: may(() => new Worker('/worker.js')),
          rules: may(() => trustedTypes.createPolicy('another', {})),
          left: await fetch('https://outside.invalid/').then(
            () => true,
            () => false,
          ),
        };
      });
      expect(Object.entries(done).filter(([, each]) => each)).toEqual([]);
    });
  });
});
