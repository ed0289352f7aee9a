import { glob } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { violations } from '../axe.ts';
import { addressOf, openPage, useBrowser } from '../browser.ts';
import { full, limit, sample } from '../sets.ts';
import { articles, sites } from '../sites.ts';

const [site] = sites;
useBrowser([site]);

/** Each theme with a width: wide and narrow windows have different layouts. */
const LOOKS = [
  ['light', 1440],
  ['dark', 360],
] as const;

/** The looks of a page: both in the full set; in the everyday set, they alternate from page to page. */
const looksOf = (at: number) => (full ? LOOKS : LOOKS.slice(at % 2, (at % 2) + 1));

/** Sets the system's theme and the window's width, and waits until the page follows. */
async function look(page: Page, theme: 'light' | 'dark', width: number): Promise<void> {
  await page.setViewportSize({ width, height: 900 });
  await page.emulateMedia({ colorScheme: theme });
  await page.locator(`html[data-theme=${theme}]`).waitFor();
}

const many = '#arch=microservices&web=2&workers=50&transcription=1&xapi=1';
const states = [
  ['', 'the home page'],
  ['redis/', 'the guide'],
  [`redis/${many}&redis=dedicated&auth=password`, 'placeholders'],
  [`redis/${many}&host=127.0.0.1&db.default=4`, 'errors'],
  ['redis/#web=x&foo=1', 'a link that is not understood'],
  ['redis/#arch=standalone&redis=docker', 'containers'],
  ...articles.map((name) => [`${name}/`, 'prose'] as const),
  ['operate/#arch=celery&workers=2&redis=dedicated&auth=acl', 'commands for an architecture'],
  ['findings/visibility-timeout-short/', 'prose'],
  ['presets/microservices-large/', 'an example'],
] as const;

// The two languages of a page get different looks.
const tried = states.flatMap(([path, what], at) =>
  ['fr/', 'en/'].map((language, other) => [language + path, what, at + other] as const),
);

test.each(tried)('axe finds nothing on %s: %s', async (path, _, at) => {
  await openPage(site, path, {}, async (page) => {
    for (const details of await page.locator('details.group').all())
      await details.evaluate((it: HTMLDetailsElement) => (it.open = true));
    for (const [theme, width] of looksOf(at)) {
      await look(page, theme, width);
      expect([theme, await violations(page)]).toEqual([theme, []]);
    }
  });
});

/** The full set checks more than 60 pages in one test. */
const long = { timeout: limit(1800) };

const looked = new Set<string>(states.map(([path]) => path.replace(/#.*/, '')));

test.each(['fr', 'en'])('axe finds nothing on any other page in %s', long, async (language) => {
  const paths = (await Array.fromAsync(glob(`${language}/**/index.html`, { cwd: site.directory })))
    .map((file) => file.replace('index.html', ''))
    .filter((path) => !looked.has(path.slice(`${language}/`.length)))
    .sort();
  expect(paths.length).toBeGreaterThan(60);
  await openPage(site, '404.html', {}, async (page) => {
    for (const [at, path] of sample(paths, 20).entries()) {
      await page.goto(addressOf(site, path));
      for (const [theme, width] of looksOf(at)) {
        await look(page, theme, width);
        expect([path, theme, await violations(page)]).toEqual([path, theme, []]);
      }
    }
  });
});

test.each(['', 'nowhere/', 'redis_fr/'])('axe finds nothing on the bare page /%s', async (path) => {
  await openPage(site, path, { javaScriptEnabled: true, expected: /404/ }, async (page) => {
    expect(await violations(page)).toEqual([]);
  });
});
