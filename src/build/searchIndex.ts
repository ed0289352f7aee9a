import { join } from 'node:path';
import { close, createIndex } from 'pagefind';
import { colon } from '../site/languages.ts';
import type { BuiltFile } from './builtPages.ts';

/**
 * Writes the search's index. Starlight's own index would have the texts of buttons.
 *
 * @param site the folder of the built site
 * @throws with Pagefind's error messages
 */
export async function writeSearchIndex(files: readonly BuiltFile[], site: string): Promise<void> {
  try {
    const { index, errors } = await createIndex();
    if (!index) throw new Error(`Pagefind does not start: ${errors.join(' ')}`);
    const added = await Promise.all(
      files.flatMap((file) => {
        const content = searchedText(file);
        return content === undefined ? [] : [index.addHTMLFile({ sourcePath: file.file, content })];
      }),
    );
    const written = await index.writeFiles({ outputPath: join(site, 'pagefind') });
    const failed = [...added, written].flatMap((answer) => answer.errors);
    if (failed.length > 0) throw new Error(`Pagefind: ${failed.join(' ')}`);
  } finally {
    await close();
  }
}

/**
 * The text of a page for the search and its excerpts. It has no buttons. Terms and descriptions end in punctuation,
 * because Pagefind joins the words of two elements: https://github.com/Pagefind/pagefind/issues/736.
 *
 * @returns HTML, or `undefined` for a page that is not in the search
 */
function searchedText({ html, document }: BuiltFile): string | undefined {
  const main = document.querySelector('main[data-pagefind-body]');
  if (!main) return undefined;
  const language = document.querySelector('html')?.getAttribute('lang') === 'fr' ? 'fr' : 'en';
  const text = html
    .slice(...main.range)
    .replace(/<button\b.*?<\/button>/gs, '')
    .replaceAll('</dt>', `${colon(language)}</dt>`)
    .replace(/([^.!?…])((?:<\/\w+>)*)<\/dd>/g, '$1$2.</dd>')
    .replaceAll('</dd>', ' </dd>');
  return `<html lang="${language}"><body>${text}</body></html>`;
}
