import type { AstroIntegration } from 'astro';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { builtPages } from './builtPages.ts';
import { writeMarkdown } from './llms.ts';
import { writePrintedGuide } from './printedGuide.ts';
import { writeCards } from './socialCards.ts';

/**
 * Makes what is made of the built pages, so that what components show is in it: Markdown, social
 * cards and the guide to print.
 */
export function madeOfPages(): AstroIntegration {
  let project = '';
  let cache = '';
  let root = '';
  return {
    name: 'made-of-pages',
    hooks: {
      'astro:config:done': ({ config }) => {
        project = fileURLToPath(config.root);
        cache = join(fileURLToPath(config.cacheDir), 'cards');
        root = new URL(config.base.replace(/\/?$/, '/'), config.site).href;
      },
      'astro:build:done': async ({ dir }) => {
        const site = fileURLToPath(dir);
        const pages = await builtPages(site, project);
        await writeMarkdown(pages, site, root);
        await writeCards(pages, site, cache);
        await writePrintedGuide(pages, site);
      },
    },
  };
}
