import { expect, test } from 'vitest';
import { parseLink } from '../../src/model/link.ts';
import { PRESETS } from '../../src/model/presets.ts';
import { addressOf, live, openPage, useBrowser } from '../browser.ts';
import { origin, sites } from '../sites.ts';

useBrowser(sites);

const window = { viewport: { width: 1366, height: 768 } };

test.each(sites.flatMap((site) => (['fr', 'en'] as const).map((code) => ({ site, code }))))(
  'the page for authors under $site.base in $code is one screen, and its example opens the generator',
  async ({ site, code }) => {
    await openPage(site, `${code}/links/`, window, async (page) => {
      const content = await page.locator('.sl-markdown-content').boundingBox();
      expect((content?.y ?? 0) + (content?.height ?? Infinity)).toBeLessThanOrEqual(768);

      const example = (await page.locator('.sl-markdown-content pre').textContent()) ?? '';
      const [, address = ''] = /^\[[^\]]+\]\((\S+)\)$/.exec(example) ?? [];
      const guide = `${origin}${site.base}${code}/redis/#`;
      expect(address.slice(0, guide.length)).toBe(guide);
      const architecture = PRESETS.find(({ id }) => id === 'celery-servers')?.architecture;
      expect(parseLink(address)).toEqual({ anchor: 'settings', architecture, issues: [] });

      await page.goto(addressOf(site, address.slice(`${origin}${site.base}`.length)));
      await live(page);
      expect(await page.locator('[name=arch]:checked').getAttribute('value')).toBe('celery');
      expect(await page.locator('#f-workers').inputValue()).toBe('2');
      expect(await page.locator('#settings').count()).toBe(1);
    });
  },
);
