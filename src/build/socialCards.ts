import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { PRESETS } from '../model/presets.ts';
import { cardFile } from '../site/besidePages.ts';
import type { BuiltPage } from './builtPages.ts';
import { card } from './card.ts';
import { TEXTS } from '../site/texts.ts';

/**
 * Draws the picture that other sites show with a link to a page: one for each page.
 *
 * @param site the folder of the built site
 * @param cache the folder that keeps what was drawn for the next build
 */
export async function writeCards(
  pages: readonly BuiltPage[],
  site: string,
  cache: string,
): Promise<void> {
  await mkdir(cache, { recursive: true });
  for (const page of pages) {
    const file = join(site, cardFile(page.language, page.name));
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, await picture(drawing(page), cache));
  }
}

/** A page's card: an example's shows its own architecture, the others that of the home page. */
function drawing({ name, language, title, description }: BuiltPage): string {
  const preset =
    PRESETS.find(({ id }) => name === `presets/${id}`) ??
    PRESETS.find(({ id }) => id === 'celery-large');
  if (!preset) throw new Error('The home page shows a preset that does not exist.');
  const site = TEXTS[language]['site.title'];
  return card({ site, title, description, architecture: preset.architecture });
}

/** A drawing as PNG, from an earlier build if it was drawn before. */
async function picture(svg: string, cache: string): Promise<Buffer> {
  const file = join(cache, `${createHash('sha256').update(svg).digest('hex')}.png`);
  try {
    return await readFile(file);
  } catch {
    // Few flat colours: a palette makes it several times smaller.
    const png = await sharp(Buffer.from(svg)).png({ palette: true, colours: 64 }).toBuffer();
    await writeFile(file, png);
    return png;
  }
}
