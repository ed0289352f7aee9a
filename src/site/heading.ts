import { getEntry, render } from 'astro:content';
import type { Language } from './texts.ts';

/** A heading of a page, for a link to it. */
export interface Heading {
  /** The page's title. */
  readonly page: string;
  readonly text: string;
  /** Whether it is code, such as the message of a program. */
  readonly code: boolean;
}

/**
 * Finds a heading of a page that has a source file.
 *
 * @param page the page's address below its language
 * @throws if there is no such page or heading: the link would be dead
 */
export async function heading(language: Language, page: string, anchor: string): Promise<Heading> {
  const entry = await getEntry('docs', `${language}/${page}`);
  if (!entry) throw new Error(`There is no page ${language}/${page}.`);
  const { headings } = await render(entry);
  const found = headings.find(({ slug }) => slug === anchor);
  if (!found) throw new Error(`There is no heading #${anchor} on ${language}/${page}.`);
  const quoted = new RegExp(`^#+ \`.*\` \\{#${anchor}\\}`, 'm');
  return { page: entry.data.title, text: found.text, code: quoted.test(entry.body ?? '') };
}
