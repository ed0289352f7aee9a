import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, expect } from 'vitest';
import { serve, type Served } from '../src/cli/serve.ts';
import { launch } from './launch.ts';
import { limit } from './sets.ts';
import type { Site } from './sites.ts';

let browser: Browser | undefined;
const served = new Map<string, Served>();

/**
 * Makes a test file one that has a browser and served sites, for as long as it runs.
 *
 * @param sites the built sites that the file's tests open pages of
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
  /** Errors that the test is about; all others fail it. */
  readonly expected?: RegExp;
  /** The generator stays as the build made it until the test turns to its form. */
  readonly untouched?: boolean;
}

/** Turns to the generator's form, where the page has one, and waits until it is live. */
export async function live(page: Page): Promise<void> {
  const form = page.locator('redis-generator form');
  if ((await form.count()) === 0) return;
  await form.dispatchEvent('pointerover');
  await page.locator('redis-generator[data-live]').waitFor();
}

/**
 * Opens a page in a fresh browser profile and makes a journey from it. Fails when, on the way, a
 * script fails, the console has an error, the policy is violated or a request leaves the site.
 *
 * @param site the built site
 * @param path the page, from the site's base, with its fragment
 * @param opening the browser's language, size and so on
 * @param journey what the reader does, and what the test expects
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
  const faults: string[] = [];
  const own = new URL(at).origin;
  context.on('request', (request) => {
    if (!request.url().startsWith(own) && !/^(data|blob):/.test(request.url())) {
      faults.push(`request to ${request.url()}`);
    }
  });
  context.on('response', (response) => {
    if (response.status() >= 400) faults.push(`${response.status()} for ${response.url()}`);
  });
  context.on('console', (message) => {
    if (message.type() === 'error') faults.push(`console: ${message.text()}`);
  });
  context.on('weberror', (error) => faults.push(`script: ${String(error.error())}`));
  // The console shows most violations, but not those of a page that navigates away.
  await context.exposeBinding('reportViolation', (_, what: string) => {
    faults.push(`policy: ${what}`);
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
    expect(faults.filter((fault) => !expected?.test(fault))).toEqual([]);
  } finally {
    await context.close();
  }
}
