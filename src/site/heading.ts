import { getEntry, render } from 'astro:content';
import type { Language } from './texts.ts';

/** A heading of a page, as a link to it may say it. */
export interface Heading {
  /** The page's title. */
  readonly page: string;
  readonly text: string;
  /** It is a message as a program says it. */
  readonly code: boolean;
}

/**
 * Finds a heading.
 *
 * @param page the page's name
 * @throws where there is no such page or heading: what leads there leads nowhere
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
