import { readFileSync } from 'node:fs';
import { glob } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { DEFAULTS } from '../../src/model/architecture.ts';
import { card, undrawable } from '../../src/build/card.ts';
import { indexed, origin, pagesOf, sites, type Page } from '../sites.ts';

describe.each(sites)('built for $base', async ({ base, directory }) => {
  const pages = indexed(await pagesOf({ base, directory }));
  const meta = ({ document }: Page, key: string) =>
    document
      .querySelectorAll('meta')
      .filter((it) => [it.getAttribute('property'), it.getAttribute('name')].includes(key))
      .map((it) => it.getAttribute('content') ?? '');
  const fileOf = (page: Page) => (meta(page, 'og:image')[0] ?? '').slice((origin + base).length);

  test.each(pages)('$file has its social card', async (page) => {
    const [address = '', ...others] = meta(page, 'og:image');
    expect(others).toEqual([]);
    expect(address.startsWith(`${origin}${base}cards/`)).toBe(true);
    const png = readFileSync(join(directory, fileOf(page)));
    const { format, width, height } = await sharp(png).metadata();
    expect({ format, width, height }).toEqual({ format: 'png', width: 1200, height: 630 });
    expect(png.length).toBeLessThan(60_000);
    expect(png.length).toBeGreaterThan(5_000);
    expect(meta(page, 'og:image:width')).toEqual(['1200']);
    expect(meta(page, 'og:image:height')).toEqual(['630']);
    expect(meta(page, 'twitter:card')).toEqual(['summary_large_image']);
    const [title = ''] = meta(page, 'og:title');
    expect(meta(page, 'og:image:alt')[0]).toContain(title);
    expect(undrawable(title + (meta(page, 'description')[0] ?? ''))).toEqual([]);
  });

  test('there are no other cards, and no two are the same', async () => {
    const files = await Array.fromAsync(glob('cards/**/*.png', { cwd: directory }));
    expect(files.sort()).toEqual(pages.map(fileOf).sort());
    const pictures = files.map((file) => readFileSync(join(directory, file), 'base64'));
    expect(new Set(pictures).size).toBe(pictures.length);
  });

  test('a page that search engines may not index has no card', async () => {
    for (const page of await pagesOf({ base, directory })) {
      if (pages.some(({ file }) => file === page.file)) continue;
      expect(meta(page, 'og:image'), page.file).toEqual([]);
    }
  });
});

describe('the drawing', () => {
  /** The share of an area of the card that is not white, from 0 to 1. */
  async function ink(
    texts: { title: string; description: string },
    [left, top, width, height]: readonly [number, number, number, number],
  ): Promise<number> {
    const svg = card({ site: 'Redis pour Pod', ...texts, architecture: DEFAULTS });
    const { data } = await sharp(Buffer.from(svg))
      .extract({ left, top, width, height })
      .greyscale()
      .raw()
      .toBuffer({ resolveWithObject: true });
    return data.filter((value) => value < 250).length / data.length;
  }
  // Areas of the card as left, top, width and height.
  const between = [740, 0, 30, 630] as const;
  const below = [20, 590, 720, 40] as const;
  const text = [72, 140, 660, 440] as const;

  test.each([
    ['Réparer', 'Les messages d’erreur.'],
    [
      'Diagnostiquer les encodages qui s’exécutent deux fois après le redémarrage de Redis',
      'Pourquoi un encodage recommence, comment en être sûr, et quel réglage écrire sur quel serveur. '.repeat(
        4,
      ),
    ],
    ['Anticonstitutionnellement '.repeat(12), 'x'.repeat(40)],
  ])('keeps “%s” within the text’s area', async (title, description) => {
    expect(await ink({ title, description }, between)).toBe(0);
    expect(await ink({ title, description }, below)).toBe(0);
    expect(await ink({ title, description }, text)).toBeGreaterThan(0.01);
  });

  test('uses no font of the machine', () => {
    const svg = card({ site: 'A', title: 'B', description: 'C', architecture: DEFAULTS });
    expect(svg).not.toMatch(/<text|font|href/);
  });

  test('reports characters that its font lacks', () => {
    expect(undrawable('Où « l’œuvre »\u00a0: 5 × 3… — “a”')).toEqual([]);
    expect(undrawable('一 a')).toEqual(['一']);
  });
});
