import { speaker, type Say } from '../model/say.ts';
import type { Feature } from '../site/featureTexts.ts';

type Texts = Record<string, string>;

/** The features' texts in each language, which `site/featureTexts.ts` makes. */
const FILES = {
  checker: import.meta.glob<Texts>('../content/i18n/*.json', {
    query: '?checker',
    import: 'default',
  }),
  commands: import.meta.glob<Texts>('../content/i18n/*.json', {
    query: '?commands',
    import: 'default',
  }),
  form: import.meta.glob<Texts>('../content/i18n/*.json', { query: '?form', import: 'default' }),
  link: import.meta.glob<Texts>('../content/i18n/*.json', { query: '?link', import: 'default' }),
} satisfies Partial<Record<Feature, unknown>>;

/** Loads a feature's texts in the page's language; rejects where the file cannot be loaded. */
export async function loadTexts(feature: keyof typeof FILES): Promise<Say> {
  const { lang } = document.documentElement;
  return speaker((await FILES[feature][`../content/i18n/${lang}.json`]?.()) ?? {}, lang);
}

/** A feature's texts in the page's language, where `Texts.astro` has written them into the page. */
export function pageTexts(feature: Exclude<Feature, keyof typeof FILES>): Say {
  const json = document.querySelector(`script[data-texts=${feature}]`)?.textContent ?? '{}';
  return speaker(JSON.parse(json) as Texts, document.documentElement.lang);
}
