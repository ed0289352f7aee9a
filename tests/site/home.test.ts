import { describe, expect, test } from 'vitest';
import { plan } from '../../src/model/deployment.ts';
import { PRESETS } from '../../src/model/presets.ts';
import { TEXTS } from '../../src/site/texts.ts';
import { pagesOf, sites } from '../sites.ts';

describe.each(sites)('the home page under $base', async (site) => {
  const pages = await pagesOf(site);

  test.each(['fr', 'en'] as const)(
    'in %s leads to the form first, then to each example',
    (code) => {
      const home = pages.find(({ file }) => file === `${code}/index.html`)?.document;
      const links = home?.querySelectorAll('.home a') ?? [];
      const at = (page: string) => `${site.base}${code}/${page}`;
      const expected = [
        at('versions/'),
        at('redis/#settings'),
        ...PRESETS.map(({ id }) => at(`presets/${id}/`)),
      ];
      expect(links.slice(0, expected.length).map((link) => link.getAttribute('href'))).toEqual(
        expected,
      );
      expect(home?.querySelectorAll('.home .main')).toHaveLength(1);
    },
  );

  test.each(['fr', 'en'] as const)('in %s has a small drawing of each example', (code) => {
    const home = pages.find(({ file }) => file === `${code}/index.html`)?.document;
    const drawings = PRESETS.map(({ id, architecture }) => {
      const link = home?.querySelector(`.examples a[href$="/presets/${id}/"]`);
      const drawing = link?.querySelector('svg');
      expect(drawing?.getAttribute('aria-hidden')).toBe('true');
      expect(drawing?.querySelectorAll('text')).toEqual([]);
      // Every database that a server uses, in its colour.
      const { databases, uses } = plan(architecture);
      for (const { role } of databases)
        expect(drawing?.querySelector(`.db-${role}`) != null, `${id} ${role}`).toBe(
          uses.some(({ database }) => database === role),
        );
      // One sentence, which begins the example's description.
      const sentence =
        link
          ?.querySelector('span')
          ?.text.replace(/[ \n]+/g, ' ')
          .trim() ?? '';
      const [first = ''] = TEXTS[code][`preset.${id}.why`].split(/(?<=[.!?])\s/);
      expect(sentence).toBe(`${TEXTS[code][`preset.${id}`]} ${first}`);
      return drawing?.toString() ?? '';
    });
    expect(drawings.join('').length).toBeLessThan(8_000);
  });
});
