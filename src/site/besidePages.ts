import type { Language } from './texts.ts';

/**
 * The path of the file with a page's Markdown, from the site's folder.
 *
 * @param name the page's address below its language, without a slash at its end
 */
export function markdownFile(language: Language, name: string): string {
  return `${language}/${name || 'index'}.md`;
}

/** The path of a page's social card, from the site's folder. For `name` see {@link markdownFile}. */
export function cardFile(language: Language, name: string): string {
  return `cards/${language}/${name || 'index'}.png`;
}
