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
 * @param cache the folder that keeps pictures for the next build, by a digest of what they show
 */
export async function socialCard(page: BuiltPage, cache: string): Promise<Buffer> {
  const svg = cardOf(page);
  const file = join(cache, `${createHash('sha256').update(svg).digest('hex')}.png`);
  try {
    return await readFile(file);
  } catch {
    // A palette makes a drawing of few flat colours several times smaller. Without dithering and
    // with the least effort, finding it takes a third of the time, and the file is as small.
    const palette = { palette: true, colours: 64, effort: 1, dither: 0 };
    const png = await sharp(Buffer.from(svg)).png(palette).toBuffer();
    await mkdir(cache, { recursive: true });
    await writeFile(file, png);
    return png;
  }
}

/** A page's card: an example's shows its own architecture, the others that of the home page. */
function cardOf({ name, language, title, description }: BuiltPage): string {
  const preset =
    PRESETS.find(({ id }) => name === `presets/${id}`) ??
    PRESETS.find(({ id }) => id === 'celery-large');
  if (!preset) throw new Error('The home page shows a preset that does not exist.');
  const site = TEXTS[language]['site.title'];
  return card({ site, title, description, architecture: preset.architecture });
}
