import type { AstroIntegration } from 'astro';
import { copyFile } from 'node:fs/promises';

/** Names the guide had in Pod's documentation, and the page that each leads to. */
export const oldNames = {
  redis_fr: { language: 'fr', page: 'fr/redis/' },
  redis_en: { language: 'en', page: 'en/redis/' },
} as const;

/**
 * Gives every old name its `.html` form too. Astro makes a folder with an index of every page, and
 * only some hosts serve that for an address that ends in `.html`.
 */
export function oldNameFiles(): AstroIntegration {
  return {
    name: 'old-name-files',
    hooks: {
      'astro:build:done': async ({ dir }) => {
        for (const name of Object.keys(oldNames)) {
          await copyFile(new URL(`${name}/index.html`, dir), new URL(`${name}.html`, dir));
        }
      },
    },
  };
}
