import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { openPage, useBrowser } from '../browser.ts';
import { sites } from '../sites.ts';

useBrowser(sites);

const LANGUAGES = [
  { language: 'fr', logged: 'déconnectés', none: 'Aucune cause connue', one: '1 cause possible' },
  { language: 'en', logged: 'logged out', none: 'No known cause', one: '1 possible cause' },
] as const;

const TRACEBACK = `Traceback (most recent call last):
  File "connection.py", line 617, in connect
    raise ConnectionError(self._error_message(e))
redis.exceptions.ConnectionError: Error 111 connecting to 127.0.0.1:6379. Connection refused.
`;

const box = (page: Page) => page.locator('find-message textarea');
const found = (page: Page) => page.locator('find-message li > a');
const status = (page: Page) => page.locator('find-message [role=status]');

/** The ids of the visible entries. */
const shown = (page: Page) =>
  page.locator('.sl-markdown-content h3:visible').evaluateAll((all) => all.map(({ id }) => id));

/** The ids of the entries that the list under the box links to. */
const listed = (page: Page) =>
  found(page).evaluateAll((all) => all.map((it) => (it as HTMLAnchorElement).hash.slice(1)));

/** Types a text at once, as a paste does. */
async function paste(page: Page, text: string): Promise<void> {
  await box(page).focus();
  await page.keyboard.insertText(text);
}

const isMessage = (id: string) => !/^(ask|queues)/.test(id);

describe.each(sites)('under $base', (site) => {
  test.each(LANGUAGES)(
    'a pasted traceback leaves its cause, in $language',
    async ({ language, one }) => {
      await openPage(site, `${language}/troubleshoot/`, {}, async (page) => {
        const before = await shown(page);
        await paste(page, TRACEBACK);
        await expect.poll(() => listed(page)).toEqual(['refused']);
        expect(await status(page).textContent()).toBe(one);
        expect((await shown(page)).filter(isMessage)).toEqual(['refused']);
        const item = await page.locator('find-message li').textContent();
        expect(item).toMatch(/127\.0\.0\.1/);
        expect(item).toMatch(/PORT \S+ 6379/);
        // The box keeps the focus; the next key goes to it.
        expect(await box(page).evaluate((it) => it === document.activeElement)).toBe(true);
        // An empty box shows the whole page again.
        await page.keyboard.press('Control+a');
        await page.keyboard.press('Delete');
        await expect.poll(() => shown(page)).toEqual(before);
        expect(await status(page).textContent()).toBe('');
      });
    },
  );
});

const [root] = sites;

test.each(LANGUAGES)('a symptom is found by its words, in $language', async (each) => {
  await openPage(root, `${each.language}/troubleshoot/`, {}, async (page) => {
    await paste(page, each.logged);
    await expect.poll(async () => (await listed(page))[0]).toBe('logged-out');
    await box(page).fill('zzz');
    await expect.poll(() => status(page).textContent()).toContain(each.none);
    expect(await listed(page)).toEqual([]);
    expect((await shown(page)).length).toBeGreaterThan(20);
  });
});

test('the keyboard alone is enough', async () => {
  await openPage(root, 'en/troubleshoot/', {}, async (page) => {
    await paste(page, 'DB index is out of range');
    await found(page).first().waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    expect(await box(page).inputValue()).toBe('');
    expect(await box(page).evaluate((it) => it === document.activeElement)).toBe(true);
    await expect.poll(async () => (await shown(page)).length).toBeGreaterThan(20);
    await page.keyboard.insertText('CROSSSLOT');
    await expect.poll(() => listed(page)).toEqual(['cluster']);
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    expect(new URL(page.url()).hash).toBe('#cluster');
    expect(await page.locator('#cluster').isVisible()).toBe(true);
  });
});

test('a link to a hidden entry shows the entry', async () => {
  await openPage(root, 'en/troubleshoot/', {}, async (page) => {
    await paste(page, 'DENIED Redis is running in protected mode');
    await expect.poll(() => listed(page)).toEqual(['protected-mode']);
    expect(await page.locator('#refused').isVisible()).toBe(false);
    await page.locator('.sl-markdown-content > ul a[href="#refused"]:visible').first().click();
    const top = () => page.locator('#refused').evaluate((it) => it.getBoundingClientRect().top);
    await expect.poll(() => page.locator('#refused').isVisible()).toBe(true);
    await expect.poll(top).toBeLessThan(400);
    await page.goBack();
    await page.locator('nav a[href="#symptoms"]:visible').first().click();
    await expect.poll(() => page.locator('#symptoms').isVisible()).toBe(true);
  });
});

test('nothing that is typed goes into the address, the storage or a request', async () => {
  await openPage(root, 'en/troubleshoot/', { untouched: true }, async (page) => {
    const secret = 'hunter2';
    const asked: string[] = [];
    page.on('request', (request) => asked.push(`${request.url()} ${request.postData()}`));
    const address = page.url();
    await paste(page, `Port could not be cast to integer value as '${secret}'`);
    await expect.poll(() => listed(page)).toEqual(['url-password']);
    await page.waitForLoadState('networkidle');
    const kept = await page.evaluate(async () =>
      JSON.stringify([
        { ...localStorage },
        { ...sessionStorage },
        document.cookie,
        history.state,
        await indexedDB.databases(),
        await caches.keys(),
      ]),
    );
    expect(page.url()).toBe(address);
    expect([kept, ...asked].filter((each) => each.includes(secret))).toEqual([]);
    // The script that finds the cause was loaded for it.
    expect(asked.some((each) => each.includes('finder'))).toBe(true);
  });
});

test('a megabyte of log is read to its end', async () => {
  await openPage(root, 'en/troubleshoot/', {}, async (page) => {
    const line = 'Nov 23 06:50:01 pod celery[812]: Error 111 connecting to nowhere\n';
    // At once, as a paste does: a key event for each character would take too long.
    await box(page).evaluate(
      (it: HTMLTextAreaElement, text) => {
        it.value = text;
        it.dispatchEvent(new InputEvent('input', { bubbles: true }));
      },
      `${line.repeat(2 ** 14)}\nDB index is out of range\n`,
    );
    await expect.poll(() => listed(page)).toEqual(['db-range']);
  });
});

test('without JavaScript there is no box, and the page is whole', async () => {
  await openPage(root, 'fr/troubleshoot/', { javaScriptEnabled: false }, async (page) => {
    expect(await page.locator('find-message:visible').count()).toBe(0);
    expect(await shown(page)).toHaveLength(await page.locator('.sl-markdown-content h3').count());
    expect((await shown(page)).length).toBeGreaterThan(20);
  });
});
