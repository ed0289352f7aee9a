import { speaker, type Say } from '../model/say.ts';

/** The texts of each language: one file each, which is loaded when it is needed. */
const TEXTS = import.meta.glob<Record<string, string>>('./*.json', {
  base: '../content/i18n',
  import: 'default',
});

/** The texts that `Texts.astro` has put into the page, in the page's language. */
export function pageTexts(): Say {
  const json = document.querySelector('script[data-texts]')?.textContent ?? '{}';
  return speaker(JSON.parse(json) as Record<string, string>, document.documentElement.lang);
}

/** Loads all texts of the page's language; rejects where the file cannot be loaded. */
export async function loadTexts(): Promise<Say> {
  const { lang } = document.documentElement;
  return speaker((await TEXTS[`./${lang}.json`]?.()) ?? {}, lang);
}
