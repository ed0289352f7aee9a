import { gzipSync } from 'node:zlib';
import type { Page } from 'playwright-core';

/** Bytes on the wire, compressed as servers do, of each kind of file and of all. */
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
    const body = await (await fetch(address)).arrayBuffer();
    const bytes = gzipSync(new Uint8Array(body), { level: 9 }).length;
    const { pathname } = new URL(address);
    weight.all += bytes;
    if (pathname.endsWith('/')) weight.html += bytes;
    if (pathname.endsWith('.css')) weight.css += bytes;
    if (pathname.endsWith('.js')) weight.script += bytes;
  }
  return weight;
}
