import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse, type HTMLElement } from 'node-html-parser';
import { languages } from '../site/languages.ts';
import { PAGES_FOLDER } from '../site/source.ts';
import type { Language } from '../site/texts.ts';

/** A page as readers get it, in one language. */
export interface BuiltPage {
  readonly language: Language;
  /** Its address below the language, without a slash at its end; the home page's is empty. */
  readonly name: string;
  /** Its canonical address. */
  readonly address: string;
  readonly title: string;
  readonly description: string;
  /** Whether it has a text of its own among the guide's, to be read in order. */
  readonly prose: boolean;
  readonly document: HTMLElement;
}

/**
 * The built pages that search engines may know, those of a language in the order of its menu.
 *
 * @param site the folder of the built site
 * @param project the project's folder: what has its source there is prose
 */
export async function builtPages(site: string, project: string): Promise<BuiltPage[]> {
  const pages: BuiltPage[] = [];
  for (const language of Object.keys(languages) as Language[]) {
    const sources = await Array.fromAsync(
      glob('**/*.{md,mdx}', { cwd: join(project, PAGES_FOLDER, language) }),
    );
    const written = new Set(sources.map((file) => file.replace(/(?:^|\/)?(?:index)?\.mdx?$/, '')));
    const files = await Array.fromAsync(glob('**/index.html', { cwd: join(site, language) }));
    const own: BuiltPage[] = [];
    for (const file of files.sort()) {
      const html = await readFile(join(site, language, file), 'utf8');
      const document = parse(html, { blockTextElements: { script: true, style: true } });
      const page = builtPage(document, language, file.replace(/\/?index\.html$/, ''), written);
      if (page) own.push(page);
    }
    pages.push(...inReadingOrder(own));
  }
  return pages;
}

function builtPage(
  document: HTMLElement,
  language: Language,
  name: string,
  written: ReadonlySet<string>,
): BuiltPage | undefined {
  const attribute = (selector: string, attribute: string) =>
    document.querySelector(selector)?.getAttribute(attribute) ?? '';
  if (attribute('meta[name=robots]', 'content').includes('noindex')) return undefined;
  return {
    language,
    name,
    address: attribute('link[rel=canonical]', 'href'),
    title: attribute('meta[property="og:title"]', 'content'),
    description: attribute('meta[name=description]', 'content'),
    prose: written.has(name) && name !== '',
    document,
  };
}

/** The menu is the order of reading; what is not in it comes last. */
function inReadingOrder(pages: BuiltPage[]): BuiltPage[] {
  const menu = new Map<string, number>();
  for (const { document } of pages)
    for (const link of document.querySelectorAll('#starlight__sidebar .top-level a[href]')) {
      const path = link.getAttribute('href') ?? '';
      if (!menu.has(path)) menu.set(path, menu.size);
    }
  const place = ({ address }: BuiltPage) => menu.get(new URL(address).pathname) ?? menu.size;
  return pages.toSorted((one, other) => place(one) - place(other));
}
