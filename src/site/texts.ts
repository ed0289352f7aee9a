import en from '../content/i18n/en.json' with { type: 'json' };
import fr from '../content/i18n/fr.json' with { type: 'json' };

/** The site's texts by language; French is the default, as the guide is French first. */
export const TEXTS = { fr, en } as const;

/** A language of the site. */
export type Language = keyof typeof TEXTS;
