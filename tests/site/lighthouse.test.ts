import { globSync } from 'node:fs';
import lighthouse, { desktopConfig, snapshot, type RunnerResult } from 'lighthouse';
import { pageFunctions } from 'lighthouse/core/lib/page-functions.js';
import puppeteer, { type Browser, type Page } from 'puppeteer-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { serve, type Served } from '../../src/cli/serve.ts';
import { CHROMIUM_FLAGS } from '../launch.ts';
import { sites } from '../sites.ts';
import { headlessShell } from '../software.ts';

const [site] = sites;

/** What does not depend on the machine; the score for performance is the benchmark's. */
const CATEGORIES = ['accessibility', 'best-practices', 'seo'];

const FLAGS = {
  onlyCategories: CATEGORIES,
  disableFullPageScreenshot: true,
  // It waits for everything to be quiet before it measures speed.
  pauseAfterFcpMs: 0,
  pauseAfterLoadMs: 0,
  networkQuietThresholdMs: 0,
  cpuQuietThresholdMs: 0,
};

// It works for a second on each page to learn how fast the machine is, which nothing here asks for.
Object.assign(pageFunctions, { computeBenchmarkIndex: () => 1000 });

// Each of its messages, some thousand a page, works out its locale anew where there is this, for nothing that they use
// (https://github.com/formatjs/formatjs/blob/main/packages/intl-messageformat/src/core.ts).
Reflect.deleteProperty(Intl, 'Locale');

/** The pages of both languages. */
const paths = globSync('{fr,en}/**/index.html', { cwd: site.directory })
  .map((file) => file.replace('index.html', ''))
  .toSorted();

let served: Served;
let browser: Browser;
let page: Page;
beforeAll(async () => {
  served = await serve(site.directory, site.base);
  browser = await puppeteer.launch({
    headless: 'shell',
    executablePath: headlessShell(),
    args: CHROMIUM_FLAGS,
  });
  page = await browser.newPage();
});
afterAll(async () => {
  await browser.close();
  await served.close();
});

/** The categories' scores, and what takes points from them. */
function verdict(result: RunnerResult | undefined): object {
  if (!result) throw new Error('Lighthouse has nothing to say.');
  const { audits, categories, runtimeError, runWarnings } = result.lhr;
  const failed = Object.values(audits).filter(({ score }) => score !== null && score < 1);
  return {
    scores: Object.fromEntries(Object.values(categories).map(({ id, score }) => [id, score])),
    failed: failed.map(({ id, title, details }) => ({ id, title, details })),
    runtimeError,
    runWarnings,
  };
}

const ALL = {
  scores: Object.fromEntries(CATEGORIES.map((category) => [category, 1])),
  failed: [],
  runtimeError: undefined,
  runWarnings: [],
};

test('there are pages in both languages', () => {
  expect(paths.length).toBeGreaterThan(150);
});

// The guide to print has all others in it, and takes as long.
const long = { timeout: 180_000 };

test.each(paths)(
  'Lighthouse gives all points to %s, on a phone and on a desktop',
  long,
  async (path) => {
    // All pages in one, to be printed, are kept out of search engines.
    const skipAudits = path.endsWith('/print/') ? ['is-crawlable'] : null;
    const flags = { ...FLAGS, skipAudits };
    const onPhone = await lighthouse(served.address + path, flags, undefined, page);
    expect(verdict(onPhone)).toEqual(ALL);
    // What only loading a page shows (its status, its headers, the console) is the same there.
    const onDesktop = await snapshot(page, { flags: { ...desktopConfig.settings, ...flags } });
    expect(verdict(onDesktop)).toEqual(ALL);
  },
);
