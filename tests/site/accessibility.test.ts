import axe, { type AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { openPage, useBrowser } from '../browser.ts';
import { sites } from '../sites.ts';

const [site] = sites;
useBrowser([site]);

/** Everything that axe finds on a page as it stands, with the elements concerned. */
async function faults(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() =>
    (window as unknown as { axe: { run: () => Promise<AxeResults> } }).axe.run(),
  );
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(
      ({ target, failureSummary }) => `${id}: ${target.join(' ')}: ${failureSummary ?? ''}`,
    ),
  );
}

const many = '#arch=microservices&web=2&workers=50&transcription=1&xapi=1';
const states = [
  ['', 'the home page'],
  ['redis/', 'the guide'],
  [`redis/${many}&redis=dedicated&auth=password`, 'placeholders'],
  [`redis/${many}&host=127.0.0.1&db.default=4`, 'errors'],
  ['redis/#web=x&foo=1', 'a link that is not understood'],
  ['redis/#arch=standalone&redis=docker', 'containers'],
  ['understand/', 'prose'],
  ['troubleshoot/', 'error messages'],
  ['reference/', 'the reference'],
  ['links/', 'the contract'],
  ['presets/microservices-large/', 'an example'],
] as const;

describe.each(['light', 'dark'] as const)('%s', (colorScheme) => {
  test.each(
    states.flatMap(([path, what]) => ['fr/', 'en/'].map((language) => [language + path, what])),
  )('axe finds nothing on %s: %s', async (path = '') => {
    for (const width of [1440, 360])
      await openPage(
        site,
        path,
        { colorScheme, viewport: { width, height: 900 } },
        async (page) => {
          for (const details of await page.locator('details.group').all())
            await details.evaluate((it: HTMLDetailsElement) => (it.open = true));
          expect(await faults(page)).toEqual([]);
        },
      );
  });
});

test.each(['', 'nowhere/', 'redis_fr/'])('axe finds nothing on the bare page /%s', async (path) => {
  await openPage(site, path, { javaScriptEnabled: true, expected: /404/ }, async (page) => {
    expect(await faults(page)).toEqual([]);
  });
});
