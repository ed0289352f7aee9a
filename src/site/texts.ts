import en from '../content/i18n/en.json' with { type: 'json' };
import fr from '../content/i18n/fr.json' with { type: 'json' };

/** The site's texts by language. French is the default: the guide is written in it first. */
export const TEXTS = { fr, en } as const;

/** A language of the site. */
export type Language = keyof typeof TEXTS;
