import type { Language } from './texts.ts';

/** The site's languages, by the first segment of their pages' addresses. */
export const languages: Record<Language, { label: string; lang: string }> = {
  fr: { label: 'Français', lang: 'fr' },
  en: { label: 'English', lang: 'en' },
};

/** The other one of the site's two languages. */
export function otherLanguage(language: Language): Language {
  return language === 'fr' ? 'en' : 'fr';
}

/** A colon with the spaces around it that a language uses. */
export function colon(language: Language): string {
  return language === 'fr' ? '\u00a0: ' : ': ';
}
