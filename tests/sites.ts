import { globSync, readFileSync } from 'node:fs';
import { glob } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { parse, type HTMLElement } from 'node-html-parser';
import { full } from './sets.ts';

/** A site built for the tests. */
export interface Site {
  readonly base: string;
  readonly directory: string;
}

/** The sites built for the tests: at the root of a domain and, in the full set, under a path too. */
export const sites: readonly [Site, ...Site[]] = [
  { base: '/', directory: join(import.meta.dirname, '../.cache/site-root') },
  ...(full
    ? [{ base: '/Esup-Pod/', directory: join(import.meta.dirname, '../.cache/site-Esup-Pod') }]
    : []),
];

/** The origin in the tests' sites (SITE_ORIGIN). */
export const origin = 'https://pod.example.org';

/** The names of the guide's articles, other than the home page and the generator's page. */
export const articles = globSync(join(import.meta.dirname, '../src/content/docs/fr/*.mdx'))
  .map((file) => basename(file, '.mdx'))
  .filter((name) => !['index', 'redis'].includes(name))
  .sort();

/** A built page. */
export interface Page {
  /** The file's path from the site's folder. */
  readonly file: string;
  readonly html: string;
  readonly document: HTMLElement;
  /** The file of the page in the other language; undefined for a page in both languages. */
  readonly counterpart: string | undefined;
}

/** All HTML pages of a built site. */
export async function pagesOf(site: Site): Promise<Page[]> {
  const files = await Array.fromAsync(glob('**/*.html', { cwd: site.directory }));
  return files.sort().map((file) => {
    const html = readFileSync(join(site.directory, file), 'utf8');
    const language = /^(fr|en)\//.exec(file)?.[1];
    const other = language === 'fr' ? 'en' : 'fr';
    return {
      file,
      html,
      document: parse(html, { blockTextElements: { script: true, style: true } }),
      counterpart: language && file.replace(language, other),
    };
  });
}

/** The pages in one language that search engines may index. */
export function indexed(pages: readonly Page[]): Page[] {
  return pages.filter(
    ({ counterpart, document }) =>
      counterpart && !document.querySelector('meta[name=robots][content*=noindex]'),
  );
}

/** The complete address of a page. */
export function publishedAddress({ base }: Site, { file }: Page): string {
  return origin + base + file.replace(/(^|\/)index\.html$/, '$1');
}

/** The links of a language's menu, in their order, without the origin. */
export function menuOf(pages: readonly Page[], language: string): string[] {
  const guide = pages.find(({ file }) => file === `${language}/redis/index.html`);
  if (!guide) throw new Error(`There is no page of the generator in ${language}.`);
  return guide.document
    .querySelectorAll('#starlight__sidebar .top-level a')
    .map((link) => link.getAttribute('href') ?? '');
}
