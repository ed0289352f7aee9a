import type { SitemapOptions } from '@astrojs/sitemap';
import { languages } from './languages.ts';
import { lastUpdates, PAGES_FOLDER } from './source.ts';

/** What the sitemap lists: the pages of each language, but for the guide to print. */
export function sitemapOptions(base: string): NonNullable<SitemapOptions> {
  const codes = Object.keys(languages);
  const updates = lastUpdates(process.cwd(), PAGES_FOLDER);
  /** A page's address from the site's base, without slashes at its ends. */
  const path = (address: string) =>
    new URL(address).pathname.slice(base.replace(/\/$/, '').length).replace(/^\/|\/$/g, '');
  return {
    filter: (address) =>
      codes.includes(path(address).split('/')[0] ?? '') && !/\/print\/$/.test(address),
    i18n: { defaultLocale: 'fr', locales: Object.fromEntries(codes.map((code) => [code, code])) },
    serialize: (item) => {
      const updated = updates.get(`${PAGES_FOLDER}/${path(item.url)}.mdx`);
      if (updated) item.lastmod = updated.toISOString();
      const french = item.links?.find(({ lang }) => lang === 'fr');
      if (french) item.links = [...(item.links ?? []), { ...french, lang: 'x-default' }];
      return item;
    },
  };
}
