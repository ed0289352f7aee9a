import type { AstroIntegration } from 'astro';
import { glob, mkdir, readFile, writeFile } from 'node:fs/promises';
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
          const wrong = [...errors];
          for await (const file of glob('**/*.html', { cwd: site })) {
            const content = searched(await readFile(join(site, file), 'utf8'));
            wrong.push(...(await index.addHTMLFile({ sourcePath: file, content })).errors);
          }
          const { files, errors: failed } = await index.getFiles();
          wrong.push(...failed);
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

/**
 * A page as it is searched and excerpts of it are shown: without its buttons, and with a stop after
 * each term and description, which Pagefind takes for one word otherwise, see
 * https://github.com/Pagefind/pagefind/issues/736.
 */
function searched(html: string): string {
  const colon = /<html[^>]* lang="fr"/.test(html) ? ' : ' : ': ';
  return html
    .replace(/<button\b.*?<\/button>/gs, '')
    .replaceAll('</dt>', `${colon}</dt>`)
    .replace(/([^.!?…])((?:<\/\w+>)*)<\/dd>/g, '$1$2.</dd>')
    .replaceAll('</dd>', ' </dd>');
}
