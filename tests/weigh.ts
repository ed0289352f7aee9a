import { gzipSync } from 'node:zlib';
import { parse } from 'node-html-parser';
import type { Page, Request } from 'playwright-core';

/**
 * Bytes of each kind of file and of all files, compressed as servers send them. An inline script counts as script,
 * not as HTML.
 */
export type Weight = Record<'html' | 'css' | 'script' | 'all', number>;

/**
 * Weighs the files that a page has loaded, once the network is idle.
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

/** The inline scripts of a page. */
function scriptsIn(html: Buffer): string {
  return parse(html.toString(), { blockTextElements: { script: true, style: true } })
    .querySelectorAll('script:not([src], [type="application/json"])')
    .map((script) => script.rawText)
    .join('\n');
}

/** The parts of the guide that load on demand, each with the action that loads it. */
const LATER = {
  form: async (page: Page) => {
    await page.locator('redis-generator legend').first().hover();
    await page.locator('redis-generator[data-live]').waitFor();
  },
  search: async (page: Page) => {
    await Promise.all([
      // The search's worker requests these two files last, at the same time.
      ...[/\/wasm\./, /\.pf_meta$/].map((file) =>
        page.waitForEvent('requestfinished', (request) => file.test(request.url())),
      ),
      page.locator('site-search [data-open]').click(),
    ]);
  },
};

/**
 * Weighs the files that a part of the guide loads on demand. Requests of workers count too; the timings that
 * {@link weigh} reads do not have them.
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
