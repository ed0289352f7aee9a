import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { openPage, useBrowser } from '../browser.ts';
import { articles, sites } from '../sites.ts';
import { weigh, weighLater } from '../weigh.ts';

const [root] = sites;
useBrowser([root]);

/** The files that block the first paint, and the numbers of web fonts and scripts. */
function loadedResources(): { blocking: string[]; fonts: number; scripts: number } {
  const resources = performance.getEntriesByType('resource') as (PerformanceResourceTiming & {
    renderBlockingStatus: string;
  })[];
  return {
    blocking: resources
      .filter(({ renderBlockingStatus }) => renderBlockingStatus === 'blocking')
      .map(({ initiatorType, name }) => `${initiatorType} ${name.replace(/^.*\./, '')}`),
    fonts: document.fonts.size,
    scripts: resources.filter(({ name }) => name.endsWith('.js')).length,
  };
}

// The form's script is not among these: it loads when the reader turns to the form.
test.each<[path: string, most: number]>([
  ['fr/redis/', 50_000],
  ['en/redis/', 50_000],
  ['fr/', 35_000],
  ...[...articles, 'findings/visibility-timeout-short'].map((name): [string, number] => [
    `fr/${name}/`,
    35_000,
  ]),
])('%s weighs at most %i bytes, with few scripts', async (path, most) => {
  await openPage(root, path, { untouched: true }, async (page) => {
    const { all, script } = await weigh(page);
    expect(all).toBeGreaterThan(10_000);
    expect(all).toBeLessThanOrEqual(most);
    // Structured data counts as script; the glossary's is the longest.
    expect(script).toBeLessThanOrEqual(path.endsWith('/redis/') ? 8_000 : 10_000);
    // No web fonts, and shared scripts in one file.
    const { scripts, ...others } = await page.evaluate(loadedResources);
    // Parts that only some pages show have a separate stylesheet; the home page has a drawing too.
    const own = /\/(redis|check|glossary|sizing|findings\/.+)\/$/.test(path) ? 1 : 0;
    const styles = Array.from({ length: 1 + (path === 'fr/' ? 2 : own) }, () => 'link css');
    expect(others).toEqual({ blocking: styles, fonts: 0 });
    expect(scripts).toBeLessThanOrEqual(5);
  });
});

/** Chromium's layout shifts that do not follow from input of the reader. */
async function shifts(page: Page): Promise<object[]> {
  await page.waitForLoadState('networkidle');
  return page.evaluate(
    () =>
      new Promise<object[]>((resolve) => {
        new PerformanceObserver((list, observer) => {
          observer.disconnect();
          const moves = list.getEntries() as (PerformanceEntry & {
            value: number;
            hadRecentInput: boolean;
            sources: { node: Node | null }[];
          })[];
          resolve(
            moves
              .filter(({ hadRecentInput }) => !hadRecentInput)
              .map(({ value, sources }) => ({
                value,
                nodes: sources.map(({ node }) => (node as Element | null)?.outerHTML.slice(0, 200)),
              })),
          );
        }).observe({ type: 'layout-shift', buffered: true });
        // Without any shift, the observer is never called.
        setTimeout(() => resolve([]), 500);
      }),
  );
}

test.each(
  [
    '',
    'redis/',
    'redis/#form',
    'presets/microservices-large/',
    'check/',
    'links/',
    'operate/',
    'troubleshoot/',
    'reference/',
    'findings/visibility-timeout-short/',
  ].flatMap((path) => ['fr/', 'en/'].map((language) => language + path)),
)('nothing moves while %s loads, wide and narrow', async (path) => {
  for (const viewport of [
    { width: 1280, height: 800 },
    { width: 360, height: 740 },
  ])
    await openPage(root, path, { viewport, untouched: true }, async (page) => {
      expect(await shifts(page)).toEqual([]);
    });
});

/** The weights of the guide's parts in the README, in kB. */
function stated(): Record<string, number> {
  const readme = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8');
  const rows = readme.matchAll(/^\| ([^|]+?) +\| +([\d.]+) kB/gm);
  return Object.fromEntries(Array.from(rows, ([, part = '', weight]) => [part, Number(weight)]));
}

test('the README has the weight of each part of the guide', async () => {
  await openPage(root, 'fr/redis/', { untouched: true }, async (page) => {
    const kB = (bytes: number) => Math.round(bytes / 100) / 10;
    const first = await weigh(page);
    const weights = {
      HTML: first.html,
      CSS: first.css,
      script: first.script,
      all: first.all,
      form: await weighLater(page, 'form'),
      search: await weighLater(page, 'search'),
    };
    const parts = stated();
    expect(Object.keys(parts).map((part) => part.replace(/,.*/, ''))).toEqual(Object.keys(weights));
    for (const [part, weight] of Object.entries(parts)) {
      const own = weights[part.replace(/,.*/, '') as keyof typeof weights];
      // A tolerance, so that a change of a few words does not change the README.
      expect(Math.abs(kB(own) - weight), `${part}: ${kB(own)}`).toBeLessThanOrEqual(0.5);
    }
  });
});
