import type { Language } from './texts.ts';

/** The site's languages, by the first segment of their pages' addresses. */
export const languages: Record<Language, { label: string; lang: string }> = {
  fr: { label: 'Français', lang: 'fr' },
  en: { label: 'English', lang: 'en' },
};

/** The language that a page's reader can change to: the site has two. */
export function otherLanguage(language: Language): Language {
  return language === 'fr' ? 'en' : 'fr';
}

/** A colon as a language writes it between a term and what follows, with the spaces around it. */
export function colon(language: Language): string {
  return language === 'fr' ? '\u00a0: ' : ': ';
}
