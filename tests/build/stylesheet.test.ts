import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'node-html-parser';
import { describe, expect, test } from 'vitest';
import { openPage, useBrowser } from '../browser.ts';
import { sites } from '../sites.ts';

const [root] = sites;
useBrowser([root]);

test.each([true, false])(
  'the page behind the menu of a phone does not scroll (JavaScript: %s)',
  (on) =>
    openPage(
      root,
      'fr/understand/',
      { viewport: { width: 360, height: 740 }, javaScriptEnabled: on },
      async (page) => {
        const scrolled = async () => {
          await page.mouse.move(180, 30);
          await page.mouse.wheel(0, 600);
          await page.waitForTimeout(300);
          return page.evaluate(() => scrollY);
        };
        await page.locator('[popovertarget=starlight__sidebar]').click();
        expect(await scrolled()).toBe(0);
        await page.locator('[popovertarget=starlight__sidebar]').click();
        expect(await scrolled()).toBeGreaterThan(0);
      },
    ),
);

describe('the light theme without JavaScript', () => {
  /** The colours of those elements of a page that do not depend on JavaScript. */
  async function colours(path: string, colorScheme: 'light' | 'dark', javaScriptEnabled: boolean) {
    let found: string[] = [];
    await openPage(
      root,
      path,
      { colorScheme, javaScriptEnabled, untouched: true },
      async (page) => {
        found = await page.evaluate(() =>
          [...document.querySelectorAll('html, body, body > .page > header, nav a, main *')]
            .filter((it) => it.checkVisibility() && !it.matches('noscript, :disabled'))
            .map((it) => {
              const { color, backgroundColor, borderColor, fill, colorScheme } =
                getComputedStyle(it);
              return [it.tagName, color, backgroundColor, borderColor, fill, colorScheme].join(' ');
            }),
        );
      },
    );
    return found;
  }

  test.each(['fr/redis/', 'en/presets/standalone/'])(
    'is chosen by the system’s preference: %s',
    async (path) => {
      for (const scheme of ['light', 'dark'] as const) {
        const scripted = new Set(await colours(path, scheme, true));
        const unscripted = await colours(path, scheme, false);
        expect(unscripted.length).toBeGreaterThan(200);
        expect(unscripted.filter((it) => it.endsWith(scheme)).length).toBe(unscripted.length);
        expect(unscripted.filter((it) => !scripted.has(it))).toEqual([]);
      }
    },
  );
});

describe.each(sites)('built for $base', ({ base, directory }) => {
  const assets = `${base.replace(/\/?$/, '/')}_astro/`;
  const files = globSync('**/*.html', { cwd: directory });

  test('every page links to the common stylesheet, and has no style element', () => {
    const addresses = new Set<string>();
    for (const file of files) {
      const page = parse(readFileSync(join(directory, file), 'utf8'));
      const links = page.querySelectorAll('link[rel=stylesheet][href*="/style."]');
      expect([file, links.length, page.querySelectorAll('style').length]).toEqual([file, 1, 0]);
      addresses.add(links[0]?.getAttribute('href') ?? '');
    }
    const present = globSync('_astro/style.*.css', { cwd: directory });
    expect(present.map((file) => assets + file.replace(/^_astro./, ''))).toEqual([...addresses]);
  });

  test('the stylesheets that scripts load exist', () => {
    const loaded = globSync('_astro/*.js', { cwd: directory }).flatMap((file) =>
      Array.from(
        readFileSync(join(directory, file), 'utf8').matchAll(/[\w.-]+\.css(?=["`'])/g),
        ([name]) => name,
      ),
    );
    expect(loaded.length).toBeGreaterThan(0);
    for (const name of loaded)
      expect(globSync(`_astro/${name}`, { cwd: directory })).toHaveLength(1);
  });
});
