import type { Browser } from 'playwright-core';
import { processorTimes } from './chromium.ts';
import { median } from './statistics.ts';
import { row, type Section } from './table.ts';
import { EMPTY, GUIDE, type Workplace } from './workplace.ts';

const LOADS = 15;
const SLOWED = 4;
/** How much longer than a bare page's the scripts may take, in milliseconds. */
const MORE = 10;
/** How long a page is let run after it was loaded, in milliseconds. */
const SETTLE = 1500;

/** What a bare page loads of search before anybody searches; this site's pages do not. */
const BLOCKED = '*/_astro/ui-core.*';

/** The processor time of a page's scripts, from the first request on, in milliseconds. */
async function scriptTime(browser: Browser, address: string): Promise<number> {
  // A browser profile of its own: nothing is known of the page from before.
  const context = await browser.newContext();
  const page = await context.newPage();
  const devtools = await context.newCDPSession(page);
  await devtools.send('Network.enable');
  await devtools.send('Network.setBlockedURLs', { urls: [BLOCKED] });
  await devtools.send('Emulation.setCPUThrottlingRate', { rate: SLOWED });
  const before = await processorTimes(devtools);
  await page.goto(address);
  await page.waitForTimeout(SETTLE);
  const { script } = await processorTimes(devtools);
  await context.close();
  return script - before.script;
}

/** How long scripts run while the guide loads, against bare pages of Starlight. */
export async function script(workplace: Workplace): Promise<Section> {
  const { ours, bare } = await workplace.sites();
  const browser = await workplace.browser();
  const pages = { guide: ours + GUIDE, same: bare + GUIDE, empty: bare + EMPTY };
  const times = { guide: [] as number[], same: [] as number[], empty: [] as number[] };
  for (let load = -1; load < LOADS; load++)
    for (const page of ['guide', 'same', 'empty'] as const) {
      const time = await scriptTime(browser, pages[page]);
      // The first load starts what all others use.
      if (load >= 0) times[page].push(time);
    }
  const rowOf = (what: string, values: readonly number[]) =>
    row({
      what: 'scripts of the guide',
      unit: 'ms',
      values: times.guide,
      comparedWith: { what, values },
      goal: `below that plus ${MORE} ms`,
      met: median(times.guide) < median(values) + MORE,
    });
  return {
    notes: [
      `How long scripts run on the page's thread while \`${GUIDE}\` loads in a new browser profile, ` +
        `by Chromium's own count (\`ScriptDuration\`, in time of the processor), slowed ${SLOWED} times; ` +
        'the pages in turns, the bare ones without the search box that they load unasked.',
    ],
    rows: [rowOf('the same page, bare', times.same), rowOf('an empty page, bare', times.empty)],
  };
}
