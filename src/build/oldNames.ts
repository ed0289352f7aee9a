/** The guide's names in Pod's documentation, each with the page that replaces it. */
export const oldNames = {
  redis_fr: { language: 'fr', page: 'fr/redis/' },
  redis_en: { language: 'en', page: 'en/redis/' },
} as const;

/**
 * The second file of an old name's page. Astro writes `redis_fr/index.html`, but the old address ends in `.html`, and
 * only some hosts serve the former for the latter.
 *
 * @param file a page's file, from the site's folder
 */
export function oldNameFile(file: string): string | undefined {
  const name = file.replace('/index.html', '');
  return name in oldNames ? `${name}.html` : undefined;
}
