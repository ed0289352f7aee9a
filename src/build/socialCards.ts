import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { PRESETS } from '../model/presets.ts';
import { TEXTS } from '../site/texts.ts';
import type { BuiltPage } from './builtPages.ts';
import { card } from './card.ts';

/**
 * The picture that other sites show with a link to a page, as PNG.
 *
 * @param cache the folder that keeps pictures for the next build, named by a digest of their SVG
 */
export async function socialCard(page: BuiltPage, cache: string): Promise<Buffer> {
  const svg = cardOf(page);
  const file = join(cache, `${createHash('sha256').update(svg).digest('hex')}.png`);
  try {
    return await readFile(file);
  } catch {
    // A palette makes a picture of few flat colours several times smaller. No dithering and the least
    // effort cut the time to a third, and the file is as small.
    const palette = { palette: true, colours: 64, effort: 1, dither: 0 };
    const png = await sharp(Buffer.from(svg)).png(palette).toBuffer();
    await mkdir(cache, { recursive: true });
    await writeFile(file, png);
    return png;
  }
}

/** The card of a page. An example's card shows its architecture, all others the same one. */
function cardOf({ name, language, title, description }: BuiltPage): string {
  const preset =
    PRESETS.find(({ id }) => name === `presets/${id}`) ??
    PRESETS.find(({ id }) => id === 'celery-large');
  if (!preset) throw new Error('The preset of the cards does not exist.');
  const site = TEXTS[language]['site.title'];
  return card({ site, title, description, architecture: preset.architecture });
}
