import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { openPage, useBrowser } from '../browser.ts';
import { sites } from '../sites.ts';

const [root] = sites;
useBrowser([root]);

/** Pages of each kind: prose, forms, tables, code, the longest words. */
const PAGES = [
  '',
  'redis/',
  'redis/#arch=microservices&web=2&workers=50&transcription=1&xapi=1&redis=dedicated&auth=password',
  'check/',
  'troubleshoot/',
  'reference/',
  'understand/',
  'findings/redis-directive/',
].flatMap((path) => [`fr/${path}`, `en/${path}`]);

/** What is wider than the window, and not inside something that scrolls by itself. */
const beyond = (page: Page) =>
  page.evaluate(() => {
    const room = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= room) return [];
    return [...document.querySelectorAll<HTMLElement>('body *')]
      .filter((element) => element.getBoundingClientRect().right > room + 1)
      .slice(0, 5)
      .map(({ outerHTML }) => outerHTML.slice(0, 120));
  });

describe('a page that is made larger', () => {
  // 1280 × 1024 at 200 % and 400 %, as WCAG 1.4.10 has it.
  test.each([
    [640, 512],
    [320, 256],
  ])('keeps to a window of %i × %i', async (width, height) => {
    await openPage(root, 'fr/', { viewport: { width, height } }, async (page) => {
      for (const path of PAGES) {
        await page.goto(new URL(path, `${new URL(page.url()).origin}/`).href);
        expect([path, await beyond(page)]).toEqual([path, []]);
      }
    });
  });

  test('has text of twice the size without losing any', async () => {
    await openPage(root, 'fr/', { viewport: { width: 1280, height: 1024 } }, async (page) => {
      // As a reader sets it in the browser: lengths in media queries grow with it.
      const session = await page.context().newCDPSession(page);
      await session.send('Page.setFontSizes', { fontSizes: { standard: 32, fixed: 26 } });
      for (const path of PAGES) {
        await page.goto(new URL(path, `${new URL(page.url()).origin}/`).href);
        const size = await page.evaluate(() => getComputedStyle(document.body).fontSize);
        expect(size).toBe('32px');
        expect([path, await beyond(page)]).toEqual([path, []]);
        const cut = await page.evaluate(() =>
          [
            ...document.querySelectorAll<HTMLElement>(
              'main :is(p, li, td, th, dd, dt, label, h1, h2, h3, button)',
            ),
          ]
            .filter((element) => {
              const { overflow, position } = getComputedStyle(element);
              return (
                overflow === 'hidden' &&
                position !== 'absolute' &&
                element.scrollHeight > element.clientHeight + 2
              );
            })
            .map(({ outerHTML }) => outerHTML.slice(0, 120)),
        );
        expect([path, cut]).toEqual([path, []]);
      }
    });
  });
});

test('nothing moves by itself, and nothing at all for those who ask for less motion', async () => {
  await openPage(root, 'fr/', { reducedMotion: 'no-preference' }, async (page) => {
    for (const path of PAGES.filter((each) => each.startsWith('fr/'))) {
      await page.goto(new URL(path, `${new URL(page.url()).origin}/`).href);
      expect([path, await page.evaluate(() => document.getAnimations().length)]).toEqual([path, 0]);
    }
  });
  await openPage(root, 'fr/', { reducedMotion: 'reduce' }, async (page) => {
    for (const path of PAGES.filter((each) => each.startsWith('fr/'))) {
      await page.goto(new URL(path, `${new URL(page.url()).origin}/`).href);
      const moving = await page.evaluate(() =>
        [...document.querySelectorAll('*')]
          .filter((element) => {
            const { animationName, transitionDuration, transitionProperty, scrollBehavior } =
              getComputedStyle(element);
            const moves = /all|transform|left|top|width|height|margin|inset/.test(
              transitionProperty,
            );
            return (
              animationName !== 'none' ||
              scrollBehavior === 'smooth' ||
              (moves && transitionDuration.split(',').some((time) => parseFloat(time) > 0.01))
            );
          })
          .map(({ outerHTML }) => outerHTML.slice(0, 100)),
      );
      expect([path, moving]).toEqual([path, []]);
    }
  });
});

describe('with the colours of the system', () => {
  test('what is focused, chosen, wrong or a database is still told apart', async () => {
    const wrong = 'en/redis/#arch=microservices&workers=2&host=127.0.0.1&db.default=4';
    await openPage(root, wrong, { forcedColors: 'active' }, async (page) => {
      const { focus, chosen, badge, issue } = await page.evaluate(() => {
        const style = (selector: string) => {
          const element = document.querySelector<HTMLElement>(selector);
          if (!element) throw new Error(`There is no ${selector}.`);
          return getComputedStyle(element);
        };
        const field = document.querySelector<HTMLInputElement>('[id="f-host"]');
        field?.focus();
        return {
          focus: style('[id="f-host"]').outlineStyle,
          chosen: style('input[name=arch]:checked').forcedColorAdjust,
          badge: style('.db').borderStyle,
          issue: style('.issue.error').borderInlineStartStyle,
        };
      });
      expect(focus).not.toBe('none');
      // A radio button is the system's own, which shows that it is chosen.
      expect(chosen).toBe('auto');
      // Colour is never all: a badge has its number in a frame, a message its bar and its word.
      expect(badge).toBe('solid');
      expect(issue).toBe('solid');
    });
  });
});

describe.each(['fr', 'en'])('what a screen reader is told, in %s', (language) => {
  test('the diagram is a table to it, with who uses what', async () => {
    await openPage(root, `${language}/redis/`, {}, async (page) => {
      const tree = await page.locator('redis-generator').ariaSnapshot();
      expect(tree).not.toMatch(/\bimg\b/);
      const table = await page.locator('redis-generator table.uses').ariaSnapshot();
      expect(table).toMatch(/^- table/);
      for (const setting of ['CACHES', 'SESSION_REDIS', 'CELERY_BROKER_URL'])
        expect(table).toMatch(new RegExp(`row ".*${setting}`));
      expect(table.match(/columnheader/g)).toHaveLength(5);
    });
  });

  test('a wrong value is said to be, with its message as the field’s description', async () => {
    await openPage(root, `${language}/redis/#web=2`, {}, async (page) => {
      const host = page.locator('[id="f-host"]');
      await host.fill('127.0.0.1');
      await page.locator('[id="issue-host"] .issue').waitFor();
      const session = await page.context().newCDPSession(page);
      const { result } = await session.send('Runtime.evaluate', {
        expression: 'document.getElementById("f-host")',
      });
      const { nodes } = await session.send('Accessibility.getPartialAXTree', {
        objectId: result.objectId ?? '',
        fetchRelatives: false,
      });
      const [node] = nodes;
      const invalid = node?.properties?.find(({ name }) => name === 'invalid')?.value
        .value as unknown;
      expect(invalid).toBe('true');
      expect(node?.description?.value).toContain('127.0.0.1');
      expect(node?.name?.value).not.toBe('');
    });
  });

  test('what changed is said once, and no password with it', async () => {
    await openPage(root, `${language}/redis/#web=2&host=10.0.0.5`, {}, async (page) => {
      const live = page.locator('[role=status], [role=alert], [aria-live]');
      await page.locator('[id="f-password"]').fill('Zq7-unmistakable');
      await page.locator('[id="f-port"]').fill('6380');
      await expect
        .poll(async () => (await live.allTextContents()).join(' '))
        .toMatch(/\d+ (lignes modifiées|lines changed)/);
      expect((await live.allTextContents()).join(' ')).not.toContain('Zq7');
    });
  });

  test('words of the other language are said in it', async () => {
    const other = language === 'fr' ? 'en' : 'fr';
    await openPage(root, `${language}/glossary/`, {}, async (page) => {
      expect(await page.evaluate(() => document.documentElement.lang)).toBe(language);
      const link = page.locator(`a[hreflang=${other}]`).first();
      expect(await link.getAttribute('lang')).toBe(other);
      const foreign = page.locator(`.sl-markdown-content [lang=${other}]`);
      expect(await foreign.count()).toBeGreaterThan(10);
    });
  });
});
