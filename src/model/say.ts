import type texts from '../content/i18n/fr.json';

/** A text with plural forms has the key that its forms `key_one` and `key_other` share. */
type WithoutForm<K> = K extends `${infer Key}_one` ? Key : K extends `${string}_other` ? never : K;

/** The key of one of the site's translated texts. */
export type TextKey = WithoutForm<keyof typeof texts>;

/** Values for a text's `{{name}}` placeholders. */
export type Params = Readonly<Record<string, string | number>>;

/** Translates a key into the reader's language. The model itself knows keys and values only. */
export type Say = (key: TextKey, params?: Params) => string;

/** Control characters, invisible ones, and what else a terminal, a log or a reader takes for a new line. */
const UNSHOWN = /[\p{C}\p{Zl}\p{Zp}]/gu;

/** A value from a file, a server or a link as it is printed: what is not visible is replaced by `�`. */
export function shown(text: string): string {
  return text.replace(UNSHOWN, '�');
}

/**
 * Makes a {@link Say} from one language's texts.
 *
 * A text may have plural forms as in i18next, `key_one` and `key_other`, chosen by the parameter
 * `count`; `key` itself is then never looked up. Parameters are printed as by {@link shown}.
 *
 * @param texts the texts of one language, by key
 * @param language the language's BCP 47 tag, for its plural rules
 */
export function speaker(texts: Readonly<Record<string, string>>, language: string): Say {
  const plurals = new Intl.PluralRules(language);
  return (key, params = {}) => {
    const count = params['count'];
    const plural = typeof count === 'number' && plurals.select(count) === 'one' ? '_one' : '_other';
    const text = texts[key] ?? texts[key + plural] ?? key;
    return text.replace(/\{\{(\w+)\}\}/g, (placeholder, name: string) =>
      shown(String(params[name] ?? placeholder)),
    );
  };
}
