import { gzipSync } from 'node:zlib';
import { parse } from 'node-html-parser';
import type { Page, Request } from 'playwright-core';

/**
 * Bytes on the wire, compressed as servers do, of each kind of file and of all. A script that is
 * written into a page counts as script, and not as HTML.
 */
export type Weight = Record<'html' | 'css' | 'script' | 'all', number>;

/**
 * Weighs what a page had the browser load, once it is quiet.
 *
 * @param leftOut addresses that do not count
 */
export async function weigh(page: Page, leftOut?: RegExp): Promise<Weight> {
  await page.waitForLoadState('networkidle');
  const loaded = await page.evaluate(() =>
    ['navigation', 'resource'].flatMap((type) =>
      performance.getEntriesByType(type).map(({ name }) => name),
    ),
  );
  const weight: Weight = { html: 0, css: 0, script: 0, all: 0 };
  for (const address of loaded) {
    if (leftOut?.test(address)) continue;
    const body = await bodyOf(address);
    const bytes = compressed(body);
    const { pathname } = new URL(address);
    weight.all += bytes;
    if (pathname.endsWith('/')) {
      const script = compressed(scriptsIn(body));
      weight.html += bytes - script;
      weight.script += script;
    }
    if (pathname.endsWith('.css')) weight.css += bytes;
    if (pathname.endsWith('.js')) weight.script += bytes;
  }
  return weight;
}

async function bodyOf(address: string): Promise<Buffer> {
  return Buffer.from(await (await fetch(address)).arrayBuffer());
}

function compressed(body: Buffer | string): number {
  return gzipSync(body, { level: 9 }).length;
}

/** The scripts that are written into a page. */
function scriptsIn(html: Buffer): string {
  return parse(html.toString(), { blockTextElements: { script: true, style: true } })
    .querySelectorAll('script:not([src], [type="application/json"])')
    .map((script) => script.rawText)
    .join('\n');
}

/** The parts of the guide that load when the reader asks for them, and how one asks. */
const LATER = {
  form: async (page: Page) => {
    await page.locator('redis-generator legend').first().hover();
    await page.locator('redis-generator[data-live]').waitFor();
  },
  search: async (page: Page) => {
    await Promise.all([
      // Its worker asks for these two last, side by side.
      ...[/\/wasm\./, /\.pf_meta$/].map((file) =>
        page.waitForEvent('requestfinished', (request) => file.test(request.url())),
      ),
      page.locator('site-search [data-open]').click(),
    ]);
  },
};

/**
 * Weighs what the guide has the browser load besides when the reader asks for a part of it, what
 * workers load included: they have timings of their own, which `weigh` does not see.
 *
 * @returns bytes on the wire, compressed
 */
export async function weighLater(page: Page, part: keyof typeof LATER): Promise<number> {
  await page.waitForLoadState('networkidle');
  const loaded = new Set<string>();
  const note = (request: Request) => loaded.add(request.url());
  page.on('request', note);
  await LATER[part](page);
  page.off('request', note);
  let all = 0;
  for (const address of loaded) all += compressed(await bodyOf(address));
  return all;
}
