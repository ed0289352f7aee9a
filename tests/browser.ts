import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, expect } from 'vitest';
import { serve, type Served } from '../src/cli/serve.ts';
import { launch } from './launch.ts';
import { limit } from './sets.ts';
import type { Site } from './sites.ts';

let browser: Browser | undefined;
const served = new Map<string, Served>();

/**
 * Starts a browser and serves built sites while the tests of a file run.
 *
 * @param sites the sites whose pages the tests open
 */
export function useBrowser(sites: readonly Site[]): void {
  beforeAll(async () => {
    for (const { base, directory } of sites) served.set(base, await serve(directory, base));
    browser = await launch();
  });
  afterAll(async () => {
    await browser?.close();
    for (const server of served.values()) await server.close();
    served.clear();
  });
}

/** The address of a page of a served site. */
export function addressOf(site: Site, path = ''): string {
  const server = served.get(site.base);
  if (!server) throw new Error(`useBrowser was not asked to serve ${site.base}.`);
  return server.address + path;
}

/** How a page is opened. */
export interface Opening extends BrowserContextOptions {
  /** The errors that the test expects; all others fail it. */
  readonly expected?: RegExp;
  /** Whether the generator's scripts stay unloaded until the test turns to the form. */
  readonly untouched?: boolean;
}

/** Loads the scripts of the generator's form, where the page has one, and waits for them. */
export async function live(page: Page): Promise<void> {
  const form = page.locator('redis-generator form');
  if ((await form.count()) === 0) return;
  await form.dispatchEvent('pointerover');
  await page.locator('redis-generator[data-live]').waitFor();
}

/**
 * Opens a page in a fresh browser profile and runs a test there. Fails on an error of a script, an error in the
 * console, a violation of the policy, or a request to another site.
 *
 * @param site the built site
 * @param path the page, from the site's base, with its fragment
 * @param opening the browser's language, size and so on
 * @param journey the reader's actions and the test's expectations
 */
export async function openPage(
  site: Site,
  path: string,
  opening: Opening,
  journey: (page: Page) => Promise<void>,
): Promise<void> {
  if (!browser) throw new Error('useBrowser was not called, or the browser did not start.');
  const { expected, untouched, ...profile } = opening;
  const at = addressOf(site);
  const context = await browser.newContext(profile);
  context.setDefaultTimeout(limit(60));
  const errors: string[] = [];
  const own = new URL(at).origin;
  context.on('request', (request) => {
    if (!request.url().startsWith(own) && !/^(data|blob):/.test(request.url())) {
      errors.push(`request to ${request.url()}`);
    }
  });
  context.on('response', (response) => {
    if (response.status() >= 400) errors.push(`${response.status()} for ${response.url()}`);
  });
  context.on('console', (message) => {
    if (message.type() === 'error') errors.push(`console: ${message.text()}`);
  });
  context.on('weberror', (error) => errors.push(`script: ${String(error.error())}`));
  // The console does not show the violations of a page that navigates away.
  await context.exposeBinding('reportViolation', (_, what: string) => {
    errors.push(`policy: ${what}`);
  });
  await context.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => {
      const { reportViolation } = window as unknown as {
        reportViolation: (what: string) => void;
      };
      reportViolation(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`);
    });
  });
  try {
    const page = await context.newPage();
    await page.goto(at + path);
    if (profile.javaScriptEnabled !== false && !untouched) await live(page);
    await journey(page);
    expect(errors.filter((error) => !expected?.test(error))).toEqual([]);
  } finally {
    await context.close();
  }
}
