import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'node-html-parser';
import { describe, expect, test } from 'vitest';
import { lighter, lightUnscripted, sheetsFor } from '../../src/build/oneStylesheet.ts';
import { openPage, useBrowser } from '../browser.ts';
import { sites } from '../sites.ts';

const [root] = sites;
useBrowser([root]);

describe('which styles go together', () => {
  const site = `/* site */${' '.repeat(5000)}`;
  const tool = `/* tool */${' '.repeat(5000)}`;
  const pages = [
    [site, 'a'],
    [site, 'b', 'shared'],
    [site, 'shared', tool, 'beside the tool'],
    ['bare'],
    [],
  ];
  const sheets = sheetsFor(pages);
  const of = (at: number) => sheets(pages[at] ?? []);

  test('pages without anything large share one', () => {
    expect(of(0)).toBe(`${site}\na\nb\nshared\n`);
    expect(of(1)).toBe(of(0));
  });

  test('a page with something large has that too, and all that the others have', () => {
    expect(of(2)).toBe(`${site}\na\nb\nshared\n${tool}\nbeside the tool\n`);
  });

  test('a page that shares nothing has its own, and one without styles none', () => {
    expect(of(3)).toBe('bare\n');
    expect(of(4)).toBe('');
  });
});

describe('selectors that cost a browser much', () => {
  const menu = 'body:has(#starlight__sidebar:popover-open){overflow:hidden}';
  const follows = '.sl-container:where(.astro-a7po4psb)>*+*{margin-top:1.5rem}';

  test('are replaced, and nothing else', () => {
    expect(lighter(`a+b{}${menu}${follows}.content>*+*{}`)).toBe(
      'a+b{}:root[data-menu-open] body{overflow:hidden}' +
        '.sl-container:where(.astro-a7po4psb)>:where(:not(:first-child)){margin-top:1.5rem}.content>*+*{}',
    );
    expect(lighter('.sl-container > * + * {\n}')).toBe(
      '.sl-container>:where(:not(:first-child)) {\n}',
    );
  });

  test('are in no stylesheet, and what replaces them is in each of the pages’', () => {
    const sheets = globSync('_astro/style.*.css', { cwd: root.directory })
      .map((file) => readFileSync(join(root.directory, file), 'utf8'))
      .filter((css) => css.includes('.content-panel'));
    expect(sheets.length).toBeGreaterThan(1);
    for (const css of sheets) {
      expect(css).not.toMatch(/>\*\+\*|body:has/);
      expect(css).toMatch(/\.sl-container[^{}]*>:where\(:not\(:first-child\)\)\{/);
      expect(css).toContain(':root[data-menu-open] body{');
    }
  });

  test.each([true, false])('the page behind the menu of a phone stays (JavaScript: %s)', (on) =>
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
});

describe('the light theme without JavaScript', () => {
  test('has all that the light theme has', () => {
    const light = '@media (scripting:none) and (prefers-color-scheme:light)';
    expect(lightUnscripted('@layer a;a{}:root[data-theme=light],b{c:d}e{f:g}')).toBe(
      `@layer a;a{}:root[data-theme=light],b{c:d}${light}{:root[data-theme]{c:d}}e{f:g}`,
    );
    expect(
      lightUnscripted(`@layer a{[data-theme='light'] b, [data-theme="light"] c {\nd:e}}`),
    ).toBe(
      `@layer a{[data-theme='light'] b, [data-theme="light"] c {\nd:e}${light}{[data-theme] b, [data-theme] c {\nd:e}}}`,
    );
  });

  /** The colours of the parts of a page that are the same with and without JavaScript. */
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
    'is that of a system that prefers it: %s',
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

  test('every page has one stylesheet, which is there, and no style in it', () => {
    const addresses = new Set<string>();
    for (const file of files) {
      const page = parse(readFileSync(join(directory, file), 'utf8'));
      const links = page.querySelectorAll('link[rel=stylesheet]');
      expect([file, links.length, page.querySelectorAll('style').length]).toEqual([file, 1, 0]);
      addresses.add(links[0]?.getAttribute('href') ?? '');
    }
    expect(addresses.size).toBeGreaterThan(1);
    expect(addresses.size).toBeLessThanOrEqual(3);
    const present = globSync('_astro/style.*.css', { cwd: directory });
    expect(present.map((file) => assets + file.replace(/^_astro./, '')).toSorted()).toEqual(
      [...addresses].toSorted(),
    );
  });

  test('what a script asks for is still there', () => {
    const asked = globSync('_astro/*.js', { cwd: directory }).flatMap((file) =>
      Array.from(
        readFileSync(join(directory, file), 'utf8').matchAll(/[\w.-]+\.css(?=["`'])/g),
        ([name]) => name,
      ),
    );
    expect(asked.length).toBeGreaterThan(0);
    for (const name of asked)
      expect(globSync(`_astro/${name}`, { cwd: directory })).toHaveLength(1);
  });
});
