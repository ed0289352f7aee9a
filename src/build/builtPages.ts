import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse, type HTMLElement } from 'node-html-parser';
import { languages } from '../site/languages.ts';
import { PAGES_FOLDER } from '../site/source.ts';
import type { Language } from '../site/texts.ts';

/** An HTML file of the built site, as Astro wrote it. No step after the build changes its document. */
export interface BuiltFile {
  /** Its path from the site's folder. */
  readonly file: string;
  readonly html: string;
  readonly document: HTMLElement;
}

/** A page that search engines may index, in one language. */
export interface BuiltPage extends Pick<BuiltFile, 'document'> {
  readonly language: Language;
  /** Its address below the language, without a slash at its end; the home page's is empty. */
  readonly name: string;
  /** Its canonical address. */
  readonly address: string;
  readonly title: string;
  readonly description: string;
  /** Whether the page is an article of the guide. */
  readonly prose: boolean;
}

/** Reads and parses every HTML file of a built site, in the order of their paths. */
export async function readBuiltFiles(site: string): Promise<BuiltFile[]> {
  const files = await Array.fromAsync(glob('**/*.html', { cwd: site }));
  return Promise.all(
    files.sort().map(async (file) => {
      const html = await readFile(join(site, file), 'utf8');
      return { file, html, document: parse(html, { blockTextElements }) };
    }),
  );
}

/** Elements whose text `node-html-parser` keeps unparsed. */
export const blockTextElements = { script: true, style: true } as const;

/**
 * The pages that search engines may index, by language and in the order of the sidebar.
 *
 * @param files the site's HTML files
 * @param project the project's folder: a page with a source file there is prose
 */
export async function indexedPages(
  files: readonly BuiltFile[],
  project: string,
): Promise<BuiltPage[]> {
  const pages: BuiltPage[] = [];
  for (const language of Object.keys(languages) as Language[]) {
    const sources = await Array.fromAsync(
      glob('**/*.{md,mdx}', { cwd: join(project, PAGES_FOLDER, language) }),
    );
    const written = new Set(sources.map((file) => file.replace(/(?:^|\/)?(?:index)?\.mdx?$/, '')));
    const own = files.flatMap(({ file, document }) => {
      const [, name] = new RegExp(`^${language}/(.*?)/?index\\.html$`).exec(file) ?? [];
      return name === undefined ? [] : indexedPage(document, language, name, written);
    });
    pages.push(...inReadingOrder(own));
  }
  return pages;
}

/** The page of a document; an empty list if search engines may not index it. */
function indexedPage(
  document: HTMLElement,
  language: Language,
  name: string,
  written: ReadonlySet<string>,
): BuiltPage[] {
  const head = document.querySelector('head');
  const attribute = (selector: string, attribute: string) =>
    head?.querySelector(selector)?.getAttribute(attribute) ?? '';
  if (attribute('meta[name=robots]', 'content').includes('noindex')) return [];
  const page = {
    language,
    name,
    address: attribute('link[rel=canonical]', 'href'),
    title: attribute('meta[property="og:title"]', 'content'),
    description: attribute('meta[name=description]', 'content'),
    prose: written.has(name) && name !== '',
    document,
  };
  return [page];
}

/** Sorts a language's pages as its sidebar lists them; pages that are not in it come last. */
function inReadingOrder(pages: readonly BuiltPage[]): BuiltPage[] {
  // The sidebar is the same on every page.
  const links = pages[0]?.document.querySelectorAll('#starlight__sidebar .top-level a[href]') ?? [];
  const order = links.map((link) => link.getAttribute('href'));
  const position = ({ address }: BuiltPage) => {
    const at = order.indexOf(new URL(address).pathname);
    return at < 0 ? order.length : at;
  };
  return pages.toSorted((one, other) => position(one) - position(other));
}
