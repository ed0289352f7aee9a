import type { SitemapOptions } from '@astrojs/sitemap';
import { languages } from './languages.ts';
import { contentUpdates, sourceFile } from './source.ts';

/** Options of the sitemap. It lists the pages in one language, except the guide to print. */
export function sitemapOptions(base: string): NonNullable<SitemapOptions> {
  const codes = Object.keys(languages);
  /** The language and the name of the page at an address. */
  const split = (address: string): [language: string, name: string] => {
    const path = new URL(address).pathname.slice(base.replace(/\/$/, '').length);
    const [language = '', ...name] = path.replace(/^\/|\/$/g, '').split('/');
    return [language, name.join('/')];
  };
  return {
    filter: (address) => codes.includes(split(address)[0]) && !/\/print\/$/.test(address),
    i18n: { defaultLocale: 'fr', locales: Object.fromEntries(codes.map((code) => [code, code])) },
    serialize: (item) => {
      const [language, name] = split(item.url);
      const updated = contentUpdates().get(sourceFile(language, name));
      if (updated) item.lastmod = updated.toISOString();
      const french = item.links?.find(({ lang }) => lang === 'fr');
      if (french) item.links = [...(item.links ?? []), { ...french, lang: 'x-default' }];
      return item;
    },
  };
}
