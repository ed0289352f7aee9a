import { join } from 'node:path';
import { close, createIndex } from 'pagefind';
import { colon } from '../site/languages.ts';
import { html as markup } from '../view/html.ts';
import type { BuiltFile } from './builtPages.ts';

/** Pages that an administrator rarely looks for. Their words count for less. */
const ASIDE = /^\w+\/(accessibility|links|pod-3|presets|proven|versions)\//;

/** The weight of the words of such a page, headings included. Elsewhere a word of the text weighs 1. */
const ASIDE_WEIGHT = 0.3;

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
 * The text of a page for the search and its excerpts, without buttons. The headings and the description are fields
 * beside it, whose weights are in `searchBox.ts`.
 *
 * - Terms and descriptions end in punctuation, because Pagefind joins the words of two elements:
 *   https://github.com/Pagefind/pagefind/issues/736.
 * - In French a space follows each apostrophe, because Pagefind takes « d’attente » for one word. `searchBox.ts` takes
 *   it out of the results.
 * - The title has no id, so that the text below it is the page's own excerpt and not that of a section.
 *
 * @returns HTML, or `undefined` for a page that is not in the search
 */
function searchedText({ file, html, document }: BuiltFile): string | undefined {
  const main = document.querySelector('main[data-pagefind-body]');
  if (!main) return undefined;
  const language = document.querySelector('html')?.getAttribute('lang') === 'fr' ? 'fr' : 'en';
  const text = html
    .slice(...main.range)
    .replace(/<button\b.*?<\/button>/gs, '')
    .replaceAll('</dt>', `${colon(language)}</dt>`)
    .replace(/([^.!?…])((?:<\/\w+>)*)<\/dd>/g, '$1$2.</dd>')
    .replaceAll('</dd>', ' </dd>')
    .replace(' id="_top"', '')
    .replace('<main ', ASIDE.test(file) ? `$&data-pagefind-weight="${ASIDE_WEIGHT}" ` : '$&');
  const searched = fields({ file, document }) + text;
  const words = language === 'fr' ? searched.replaceAll('’', '’ ') : searched;
  return `<html lang="${language}"><body>${words}</body></html>`;
}

/** The fields of a page. An example has none besides its title: it is one of many answers. */
function fields({ file, document }: Pick<BuiltFile, 'file' | 'document'>): string {
  if (/^\w+\/presets\//.test(file)) return '';
  const headings = document
    // A heading with another weight is an entry of a list.
    .querySelectorAll('main h2:not([data-pagefind-weight]), main h3:not([data-pagefind-weight])')
    .filter((heading) => !heading.closest('[data-pagefind-ignore]'))
    .map((heading) => heading.text.trim());
  const description = document.querySelector('meta[name=description]')?.getAttribute('content');
  const field = (name: string, value: string) =>
    markup`<span data-pagefind-meta="${name}[content]" content="${value}"></span>`.text;
  return field('headings', headings.join('. ')) + field('description', description ?? '');
}
