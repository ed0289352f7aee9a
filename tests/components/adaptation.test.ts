import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { openPage, useBrowser } from '../browser.ts';
import { sites } from '../sites.ts';

const [root] = sites;
useBrowser([root]);

/** Pages of each kind: prose, forms, tables, code, long words. */
const PAGES = [
  '',
  'redis/',
  'redis/#arch=microservices&web=2&workers=50&transcription=1&xapi=1&redis=dedicated&auth=password',
  'check/',
  'troubleshoot/',
  'reference/',
  'proven/',
  'versions/',
  'sizing/',
  'runner/',
  'links/',
  'understand/',
  'findings/redis-directive/',
].flatMap((path) => [`fr/${path}`, `en/${path}`]);

/** The elements that reach beyond the window, or beyond the column of the page's text. */
const beyond = (page: Page) =>
  page.evaluate(() => {
    const { clientWidth, scrollWidth } = document.documentElement;
    const right = (element: Element) => element.getBoundingClientRect().right;
    const column = document.querySelector('.sl-markdown-content');
    const outside = (selector: string, edge: number) =>
      [...document.querySelectorAll(selector)].filter((element) => right(element) > edge + 1);
    return [
      // Inside an element that scrolls, others may reach beyond the window.
      ...(scrollWidth > clientWidth ? outside('body *', clientWidth) : []),
      ...(column
        ? outside('.sl-markdown-content :is(table, pre, p, ul, h2, h3)', right(column))
        : []),
    ]
      .slice(0, 5)
      .map(({ outerHTML }) => outerHTML.slice(0, 120));
  });

describe('a page', () => {
  test.each([
    // 1280 × 1024 at 200 % and 400 %, which WCAG 1.4.10 asks for.
    [640, 512],
    [320, 256],
    // The widths at which the page gets its columns.
    [800, 600],
    [1152, 800],
    [1440, 800],
  ])('keeps to its column in a window of %i × %i', async (width, height) => {
    await openPage(root, 'fr/', { viewport: { width, height } }, async (page) => {
      for (const path of PAGES) {
        await page.goto(new URL(path, `${new URL(page.url()).origin}/`).href);
        expect([path, await beyond(page)]).toEqual([path, []]);
      }
    });
  });

  test('with text of twice the size shows all of it', async () => {
    await openPage(root, 'fr/', { viewport: { width: 1280, height: 1024 } }, async (page) => {
      // The browser's own setting, by which the lengths in media queries grow too.
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

test('nothing is animated, and nothing moves for readers who ask for less motion', async () => {
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
  test('focus, choice, error and database are still distinct', async () => {
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
      // A radio button is the system's own, which shows the choice.
      expect(chosen).toBe('auto');
      // Colour is never the only sign: a badge has a frame and a number, a message a bar and a word.
      expect(badge).toBe('solid');
      expect(issue).toBe('solid');
    });
  });
});

describe.each(['fr', 'en'])('a screen reader, in %s', (language) => {
  test('reads the diagram as a table of the uses', async () => {
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

  test('hears that a value is wrong, with the message as the field’s description', async () => {
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

  test('pronounces words of the other language in that language', async () => {
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
