import type { AstroIntegration } from 'astro';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { close, createIndex } from 'pagefind';

/**
 * Makes the search's index of the built pages. Starlight would do it with fewer words, but it ends
 * Pagefind as soon as that has said that it wrote its files: on a busy machine the last ones are
 * then empty, and the search finds nothing.
 */
export function searchIndex(): AstroIntegration {
  return {
    name: 'search-index',
    hooks: {
      'astro:build:done': async ({ dir }) => {
        const site = fileURLToPath(dir);
        try {
          const { index, errors } = await createIndex();
          if (!index) throw new Error(`Pagefind does not start: ${errors.join(' ')}`);
          const read = await index.addDirectory({ path: site });
          const { files, errors: failed } = await index.getFiles();
          const wrong = [...errors, ...read.errors, ...failed];
          if (wrong.length > 0) throw new Error(`Pagefind: ${wrong.join(' ')}`);
          for (const { path, content } of files) {
            const file = join(site, 'pagefind', path);
            await mkdir(dirname(file), { recursive: true });
            await writeFile(file, content);
          }
        } finally {
          await close();
        }
      },
    },
  };
}
