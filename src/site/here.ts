import { speaker, type Say } from '../model/say.ts';
import { TEXTS, type Language } from './texts.ts';

/**
 * The language of the rendered page, and its texts.
 *
 * @param Astro the global of a component
 */
export function here({ currentLocale }: { currentLocale: string | undefined }): {
  language: Language;
  say: Say;
} {
  const language: Language = currentLocale === 'en' ? 'en' : 'fr';
  return { language, say: speaker(TEXTS[language], language) };
}

/**
 * The address of a page, without the site's origin.
 *
 * @param page its path below the language, with a slash at its end and none at its start
 */
export function pageAddress(language: Language, page: string): string {
  return `${import.meta.env.BASE_URL}${language}/${page}`;
}

/**
 * A page's address below its language, without a slash at its end; the home page's is empty.
 *
 * @param url the address of a page that is in a language
 */
export function pageName(url: URL): string {
  const path = url.pathname.slice(import.meta.env.BASE_URL.length);
  return path.replace(/^[a-z]+\/|\/$/g, '');
}
