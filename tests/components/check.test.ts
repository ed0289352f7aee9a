import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { violations } from '../axe.ts';
import { openPage, useBrowser } from '../browser.ts';
import { readsInPython } from '../checker/python.ts';
import { LONGEST_TEXT } from '../../src/checker/check.ts';
import { sites } from '../sites.ts';

useBrowser(sites);

const [root] = sites;

const SECRET = 's3cr/et';

/** A file with the mistakes that readers make most. */
const WRONG = `import os
CELERY_TO_ENCODE = True
CELERY_BROKER_URL = "redis://:Vx7kQ2mLw9RtBn4s@10.0.0.9:6379"  # the queue
CELERY_TASK_ACKS_LATE = True
SECRET_KEY = "${SECRET}"
CACHES = {
    'default': {
        'BACKEND': 'django_redis.cache.RedisCache',
        'LOCATION': 'redis://:Vx7kQ2mLw9RtBn4s@10.0.0.9:6379/3',
    },
}
SESSION_ENGINE = 'redis_sessions.session'
SESSION_REDIS = {'host': '10.0.0.9', 'port': 6379, 'db': 3, 'password': 'Vx7kQ2mLw9RtBn4s'}
`;

const LANGUAGES = [
  { language: 'fr', counts: '4 erreurs', clean: 'Rien n’est à corriger' },
  { language: 'en', counts: '4 errors', clean: 'Nothing is wrong' },
] as const;

const checker = (page: Page) => page.locator('check-settings');
const box = (page: Page, at = 0) => checker(page).locator('textarea').nth(at);
/** The findings but for advice: a password in a file is worth knowing, and no mistake. */
const items = (page: Page) =>
  checker(page)
    .locator('ol > li')
    .filter({ has: page.locator('.issue:not(.advice)') });
const status = (page: Page) => checker(page).locator('[data-part=status]');
const code = (page: Page) => checker(page).locator('pre > code').first();
const act = (page: Page, name: string) =>
  checker(page).locator(`[data-act=${name}]:visible`).first();

/** Pastes a text by the clipboard, as a reader does. */
async function paste(page: Page, text: string): Promise<void> {
  await box(page).focus();
  await page.locator('check-settings[data-live]').waitFor();
  await page.evaluate((pasted) => navigator.clipboard.writeText(pasted), text);
  await page.keyboard.press('Control+v');
}

const MAY_PASTE = { permissions: ['clipboard-read', 'clipboard-write'] };

describe.each(LANGUAGES)('in $language', ({ language, counts, clean }) => {
  test('a pasted file is shown with its findings, repaired one by one, and then clean', async () => {
    await openPage(root, `${language}/check/`, MAY_PASTE, async (page) => {
      await paste(page, WRONG);
      await expect.poll(() => status(page).textContent()).toContain(counts);
      // The result has the focus, and the annotated text replaces the box.
      expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('H2');
      expect(await box(page).isVisible()).toBe(false);
      expect(await code(page).textContent()).not.toContain(SECRET);
      await act(page, 'reveal').click();
      expect(await code(page).textContent()).toContain(SECRET);

      // A repair leaves the rest of the line, and can be undone.
      const before = await box(page).inputValue();
      await items(page).locator('[data-repair]').first().click();
      const after = await box(page).inputValue();
      expect(after).not.toBe(before);
      expect(after).toContain('# the queue');
      await act(page, 'undo').click();
      expect(await box(page).inputValue()).toBe(before);

      for (let times = 0; times < 10; times += 1) {
        const repair = items(page).locator('[data-repair]');
        if ((await repair.count()) === 0) break;
        await repair.first().click();
      }
      await expect.poll(() => status(page).textContent()).toContain(clean);
      const repaired = await box(page).inputValue();
      expect(readsInPython(repaired)).toBe(true);
      expect(repaired).toContain('# the queue');
      expect(repaired).toContain(`SECRET_KEY = "${SECRET}"`);
    });
  });

  test('with the keyboard alone: typed, checked, a finding’s place and explanation', async () => {
    await openPage(root, `${language}/check/`, {}, async (page) => {
      await box(page).focus();
      await page.locator('check-settings[data-live]').waitFor();
      await page.keyboard.insertText(WRONG);
      expect(await box(page).isVisible()).toBe(true);
      await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
      await expect.poll(() => status(page).textContent()).toContain(counts);
      await page.keyboard.press('Tab');
      expect(
        await page.evaluate(() => (document.activeElement as HTMLElement).dataset['line']),
      ).toBe('3');
      await page.keyboard.press('Enter');
      expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('PRE');
      expect(await code(page).locator('.here').textContent()).toContain('CELERY_BROKER_URL');
      const place = await items(page).first().locator('a').getAttribute('href');
      expect(place).toBe(`/${language}/findings/broker-no-database/`);
      // It opens in another tab: the page keeps the pasted text.
      await items(page).first().locator('a').focus();
      const opened = page.context().waitForEvent('page');
      await page.keyboard.press('Enter');
      await (await opened).waitForURL(/findings\/broker-no-database/);
    });
  });

  test('a clean file has no findings; the page lists the checks', async () => {
    await openPage(root, `${language}/check/`, MAY_PASTE, async (page) => {
      await paste(page, CLEAN);
      await expect.poll(() => status(page).textContent()).toContain(clean);
      expect(await items(page).count()).toBe(0);
      expect(await checker(page).locator('[data-part=result] > p').first().textContent()).toMatch(
        /Redis|TLS/,
      );
    });
  });

  test.each(['light', 'dark'] as const)(
    'axe finds nothing in a checked file, %s',
    async (colorScheme) => {
      await openPage(
        root,
        `${language}/check/`,
        { ...MAY_PASTE, colorScheme, viewport: { width: 360, height: 900 } },
        async (page) => {
          await paste(page, WRONG);
          await items(page).first().waitFor();
          await checker(page)
            .locator('details')
            .evaluateAll((all) =>
              all.forEach((each) => ((each as HTMLDetailsElement).open = true)),
            );
          expect(await violations(page)).toEqual([]);
          expect(
            await page.evaluate(() => document.documentElement.scrollWidth - innerWidth),
          ).toBeLessThanOrEqual(0);
        },
      );
    },
  );
});

/** A file without mistakes. */
const CLEAN = `CACHES = {
    "default": {"BACKEND": "django_redis.cache.RedisCache", "LOCATION": "redis://:Vx7kQ2mLw9RtBn4s@10.0.0.9:6379/3"},
    "select2": {"BACKEND": "django_redis.cache.RedisCache", "LOCATION": "redis://:Vx7kQ2mLw9RtBn4s@10.0.0.9:6379/2"},
}
SESSION_REDIS = {"host": "10.0.0.9", "port": 6379, "db": 4, "password": "Vx7kQ2mLw9RtBn4s"}
`;

test.each([
  ['fr', 'redis.conf, ligne 1'],
  ['en', 'redis.conf, line 1'],
])(
  'files that are dropped are checked together, and a file can be taken away again (%s)',
  async (language, place) => {
    await openPage(root, `${language}/check/`, {}, async (page) => {
      await box(page).focus();
      await page.locator('check-settings[data-live]').waitFor();
      const data = await page.evaluateHandle(
        ([settings, redis]) => {
          const transfer = new DataTransfer();
          transfer.items.add(new File([settings ?? ''], 'settings_local.py'));
          transfer.items.add(new File([redis ?? ''], 'redis.conf'));
          return transfer;
        },
        [CLEAN, 'bind 127.0.0.1\nappendonly yes\n'],
      );
      await checker(page).dispatchEvent('drop', { dataTransfer: data });
      await expect.poll(() => items(page).count()).toBe(1);
      expect(await items(page).first().textContent()).toContain(place);
      // The repair takes the address from the other file.
      await items(page).locator('[data-repair]').click();
      expect(await box(page, 1).inputValue()).toBe('bind 127.0.0.1 10.0.0.9\nappendonly yes\n');
      await checker(page).locator('[data-act=remove]').nth(1).click();
      await expect.poll(() => checker(page).locator('[data-file]').count()).toBe(1);
      expect(await items(page).count()).toBe(0);
    });
  },
);

test('a pasted file without a name gets one by its content', async () => {
  await openPage(root, 'en/check/', MAY_PASTE, async (page) => {
    await paste(page, 'bind 10.0.0.9\nrequirepass Vx7kQ2mLw9RtBn4s\nsave ""\n');
    await expect.poll(() => items(page).count()).toBe(1);
    expect(await items(page).first().textContent()).toContain('redis.conf, line 3');
    await checker(page).locator('[data-act=add]').click();
    const second = box(page, 1);
    await second.fill(
      '[Service]\nExecStart=/venv/bin/celery -A pod.xapi.xapi_tasks worker -Q xapi\n',
    );
    await checker(page).locator('[data-act=check]:visible').click();
    await expect.poll(() => items(page).count()).toBe(2);
    expect(await items(page).nth(1).textContent()).toContain('pod-worker.service, line 2');
    // The reader's own name stays.
    await checker(page).locator('[name=name]').nth(1).fill('xapi.service');
    await expect.poll(() => items(page).nth(1).textContent()).toContain('xapi.service, line 2');
  });
});

test('a text that is too long is refused, and stays in its box', async () => {
  await openPage(root, 'en/check/', {}, async (page) => {
    await box(page).focus();
    await page.locator('check-settings[data-live]').waitFor();
    const length = LONGEST_TEXT + 1;
    await box(page).evaluate((area, size) => {
      (area as HTMLTextAreaElement).value = `# ${'a'.repeat(size - 2)}`;
    }, length);
    await act(page, 'check').click();
    await expect.poll(() => status(page).textContent()).toContain('2 MB at most');
    expect((await box(page).inputValue()).length).toBe(length);
    expect(await checker(page).locator('[data-part=result]').isVisible()).toBe(false);
  });
});

test('the role of its servers changes the findings of a file', async () => {
  await openPage(root, 'en/check/', MAY_PASTE, async (page) => {
    await paste(page, CLEAN.replaceAll('10.0.0.9', '127.0.0.1'));
    await expect.poll(() => status(page).textContent()).toContain('Nothing is wrong');
    await checker(page).locator('[name=role]').selectOption('several');
    await expect.poll(() => items(page).count()).toBe(3);
    expect(await items(page).first().textContent()).toContain('different machine on each server');
  });
});

test.each(['fr', 'en'])(
  'the generator opens on the architecture that was understood, and the difference is shown (%s)',
  async (language) => {
    await openPage(root, `${language}/check/`, MAY_PASTE, async (page) => {
      await paste(page, CLEAN.replace('6379/3', '6380/3').replaceAll('6379', '6380'));
      await checker(page).locator('[data-part=compare] > summary').click();
      const difference = checker(page).locator('.differences > li');
      await expect.poll(() => difference.count()).toBeGreaterThan(1);
      expect(await difference.allTextContents()).toContainEqual(
        expect.stringContaining('SELECT2_CACHE_BACKEND'),
      );
      const opened = page.context().waitForEvent('page');
      await checker(page).locator('.next a').click();
      const generator = await opened;
      await generator.waitForURL(/redis\/#settings/);
      await expect.poll(() => generator.locator('[name=port]').inputValue()).toBe('6380');
      expect(await generator.locator('[name=host]').inputValue()).toBe('10.0.0.9');
      expect(await generator.locator('[name=arch]:checked').getAttribute('value')).toBe(
        'standalone',
      );
    });
  },
);

test('a password gets into no address, storage, announcement or name', async () => {
  const password = 'Zq7-unmistakable';
  await openPage(root, 'en/check/', MAY_PASTE, async (page) => {
    await paste(
      page,
      `${CLEAN.replaceAll('redis://', `redis://:${password}@`)}REDIS_PASSWORD = "${password}"\n`,
    );
    await items(page).first().waitFor();
    await checker(page)
      .locator('details')
      .evaluateAll((all) => all.forEach((each) => ((each as HTMLDetailsElement).open = true)));
    await expect.poll(() => checker(page).locator('.differences').count()).toBe(1);
    const shown = await page.evaluate(() => ({
      text: document.body.innerText,
      markup: document.documentElement.outerHTML,
      address: location.href,
      stored: JSON.stringify([{ ...localStorage }, { ...sessionStorage }, history.state]),
    }));
    for (const [what, text] of Object.entries(shown))
      expect(`${what}: ${text.includes(password)}`).toBe(`${what}: false`);
    await page.reload();
    expect(await box(page).inputValue()).toBe('');
  });
});

test('a hostile file and its name make no markup', async () => {
  const hostile = `CACHES = {"default": "</code><img src=x onerror=alert(1)>"}\nCELERY_BROKER_URL = "</textarea><script>alert(1)</script>://x"\n`;
  await openPage(root, 'en/check/', MAY_PASTE, async (page) => {
    await paste(page, hostile);
    await expect.poll(() => status(page).textContent()).not.toBe('');
    await checker(page).locator('[name=name]').fill('"><img src=x onerror=alert(1)>.py');
    await expect
      .poll(() => checker(page).locator('pre').getAttribute('aria-label'))
      .toContain('<img');
    expect(await checker(page).locator('img, script:not([type="application/json"])').count()).toBe(
      0,
    );
  });
});

test('a text that is pasted before the script has come is checked afterwards', async () => {
  await openPage(root, 'en/check/', MAY_PASTE, async (page) => {
    let come: () => void = () => undefined;
    const coming = new Promise<void>((resolve) => (come = resolve));
    await page.route(/CheckSettings.*\.js/, async (route) => {
      await coming;
      await route.continue();
    });
    await page.reload({ waitUntil: 'commit' });
    await box(page).click();
    await page.evaluate((text) => navigator.clipboard.writeText(text), WRONG);
    await page.keyboard.press('Control+v');
    // No later event makes the form live: the pointer is elsewhere.
    await page.mouse.move(0, 0);
    expect(await box(page).inputValue()).toBe(WRONG);
    come();
    await expect.poll(() => status(page).textContent()).toContain('4 errors');
  });
});

test('without script the page names the alternatives', async () => {
  await openPage(root, 'fr/check/', { javaScriptEnabled: false }, async (page) => {
    expect(await checker(page).isVisible()).toBe(false);
    expect(await page.locator('noscript').first().textContent()).toBeTruthy();
    expect(await page.locator('.sl-markdown-content').innerText()).toContain('JavaScript');
  });
});
