import { globSync } from 'node:fs';
import lighthouse, { desktopConfig } from 'lighthouse';
import { pageFunctions } from 'lighthouse/core/lib/page-functions.js';
import puppeteer, { type Browser, type Page } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { serve, type Served } from '../../src/cli/serve.ts';
import { CHROMIUM_FLAGS } from '../launch.ts';
import { sites } from '../sites.ts';
import { chromium } from '../software.ts';

const [site] = sites;

/** What does not depend on the machine; the score for performance is the benchmark's. */
const CATEGORIES = ['accessibility', 'best-practices', 'seo'];

const { screenEmulation, emulatedUserAgent } = desktopConfig.settings ?? {};
const DEVICES = {
  phone: {},
  desktop: { formFactor: 'desktop' as const, screenEmulation, emulatedUserAgent },
};

// It works for a second on each page to learn how fast the machine is, which nothing here asks for.
Object.assign(pageFunctions, { computeBenchmarkIndex: () => 1000 });

/** The pages of both languages. */
const paths = globSync('{fr,en}/**/index.html', { cwd: site.directory })
  .map((file) => file.replace('index.html', ''))
  .toSorted();

let served: Served;
let browser: Browser;
let page: Page;
beforeAll(async () => {
  served = await serve(site.directory, site.base);
  browser = await puppeteer.launch({ executablePath: chromium(), args: CHROMIUM_FLAGS });
  page = await browser.newPage();
});
afterAll(async () => {
  await browser.close();
  await served.close();
});

/** What Lighthouse finds fault with on a page. */
async function faults(path: string, device: keyof typeof DEVICES): Promise<object> {
  const result = await lighthouse(
    served.address + path,
    {
      onlyCategories: CATEGORIES,
      // All pages in one, to be printed, are kept out of search engines.
      skipAudits: path.endsWith('/print/') ? ['is-crawlable'] : null,
      disableFullPageScreenshot: true,
      // It waits for everything to be quiet before it measures speed.
      pauseAfterFcpMs: 0,
      pauseAfterLoadMs: 0,
      networkQuietThresholdMs: 0,
      cpuQuietThresholdMs: 0,
      ...DEVICES[device],
    },
    undefined,
    page,
  );
  if (!result) throw new Error(`Lighthouse has nothing to say of ${path}.`);
  const { audits, categories, runtimeError, runWarnings } = result.lhr;
  const failed = Object.values(audits).filter(({ score }) => score !== null && score < 1);
  return {
    scores: Object.fromEntries(Object.values(categories).map(({ id, score }) => [id, score])),
    failed: failed.map(({ id, title, details }) => ({ id, title, details })),
    runtimeError,
    runWarnings,
  };
}

test('there are pages in both languages', () => {
  expect(paths.length).toBeGreaterThan(150);
});

describe.each(['phone', 'desktop'] as const)('Lighthouse, on a %s', (device) => {
  test.each(paths)('gives all points to %s', async (path) => {
    expect(await faults(path, device)).toEqual({
      scores: Object.fromEntries(CATEGORIES.map((category) => [category, 1])),
      failed: [],
      runtimeError: undefined,
      runWarnings: [],
    });
  });
});
