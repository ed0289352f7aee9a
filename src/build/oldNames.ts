/** Names the guide had in Pod's documentation, and the page that each leads to. */
export const oldNames = {
  redis_fr: { language: 'fr', page: 'fr/redis/' },
  redis_en: { language: 'en', page: 'en/redis/' },
} as const;

/**
 * The other file that an old name's page is written to. Astro writes `redis_fr/index.html`, and only
 * some hosts serve that for the old address, which ends in `.html`.
 *
 * @param file a page's file, from the site's folder
 */
export function oldNameFile(file: string): string | undefined {
  const name = file.replace('/index.html', '');
  return name in oldNames ? `${name}.html` : undefined;
}
