import type { Language } from './texts.ts';

/** The site's languages, by the first segment of their pages' addresses. */
export const languages: Record<Language, { label: string; lang: string }> = {
  fr: { label: 'Français', lang: 'fr' },
  en: { label: 'English', lang: 'en' },
};
