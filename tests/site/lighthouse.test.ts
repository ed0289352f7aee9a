import { globSync } from 'node:fs';
import lighthouse, { desktopConfig, snapshot, type RunnerResult } from 'lighthouse';
import puppeteer, { type Browser, type Page } from 'puppeteer-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { serve, type Served } from '../../src/cli/serve.ts';
import { CHROMIUM_FLAGS } from '../launch.ts';
import { full } from '../sets.ts';
import { sites } from '../sites.ts';
import { headlessShell } from '../software.ts';

const [site] = sites;

/** The categories that do not depend on the machine. The benchmark measures performance. */
const CATEGORIES = ['accessibility', 'best-practices', 'seo'];

const FLAGS = {
  onlyCategories: CATEGORIES,
  disableFullPageScreenshot: true,
  // No waiting for a quiet page: only Lighthouse's measurements of speed need that.
  pauseAfterFcpMs: 0,
  pauseAfterLoadMs: 0,
  networkQuietThresholdMs: 0,
  cpuQuietThresholdMs: 0,
};

/** A page for each template and each large component. */
const KINDS = [
  'fr/',
  'en/redis/',
  'fr/check/',
  'en/links/',
  'fr/understand/',
  'en/troubleshoot/',
  'fr/reference/',
  'en/findings/visibility-timeout-short/',
  'fr/presets/microservices-large/',
];

/** The pages of one template each, of which two are enough: axe-core looks at all of them in accessibility.test.ts. */
const ALIKE = /\/(findings|presets)\/./;

const all = globSync('{fr,en}/**/index.html', { cwd: site.directory })
  .map((file) => file.replace('index.html', ''))
  .toSorted();
const paths = full
  ? [...all.filter((path) => !ALIKE.test(path)), ...KINDS.filter((path) => ALIKE.test(path))]
  : KINDS;

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

/** The score of each category, and the audits that lower it. */
function verdict(result: RunnerResult | undefined): object {
  if (!result) throw new Error('Lighthouse has no result.');
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

test.runIf(full)('there are pages in both languages', () => {
  expect(all.length).toBeGreaterThan(150);
  expect(paths.length).toBeGreaterThan(35);
});

test.each(paths)('Lighthouse gives all points to %s, on a phone and on a desktop', async (path) => {
  // The page to print is deliberately kept out of search engines.
  const skipAudits = path.endsWith('/print/') ? ['is-crawlable'] : null;
  const flags = { ...FLAGS, skipAudits };
  const onPhone = await lighthouse(served.address + path, flags, undefined, page);
  expect(verdict(onPhone)).toEqual(ALL);
  // A snapshot leaves out the audits of loading (status, headers, console), which are the same on a desktop.
  const onDesktop = await snapshot(page, { flags: { ...desktopConfig.settings, ...flags } });
  expect(verdict(onDesktop)).toEqual(ALL);
});
