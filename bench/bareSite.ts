import { copyFile, mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { languages } from '../src/site/languages.ts';
import { PROJECT } from './astroBuild.ts';

/** Astro bundles what the package's file names, and leaves the rest to Node.js. */
const PACKAGE = {
  private: true,
  type: 'module',
  dependencies: { astro: '*', '@astrojs/starlight': '*' },
};

const CONFIG = `import starlight from '@astrojs/starlight';

export default {
  site: process.env.SITE_ORIGIN,
  trailingSlash: 'always',
  cacheDir: '.cache',
  integrations: [
    starlight({
      title: 'Redis',
      defaultLocale: 'fr',
      locales: ${JSON.stringify(languages)},
      sidebar: [{ slug: 'redis' }],
    }),
  ],
};
`;

const COLLECTIONS = `import { docsLoader } from '@astrojs/starlight/loaders';
import { docsSchema } from '@astrojs/starlight/schema';
import { defineCollection } from 'astro:content';

export const collections = {
  docs: defineCollection({ loader: docsLoader(), schema: docsSchema() }),
};
`;

/**
 * Writes the source of a site of the same Astro and Starlight in the same languages, with nothing
 * of this project but pages. Its menu has the page `redis`, which must be among them.
 *
 * @param folder where to write it
 * @param pages Markdown with its frontmatter, by path as `fr/redis.md`
 */
export async function writeBareSite(
  folder: string,
  pages: ReadonlyMap<string, string>,
): Promise<void> {
  const files = new Map([
    ['package.json', JSON.stringify(PACKAGE)],
    ['astro.config.mjs', CONFIG],
    ['src/content.config.ts', COLLECTIONS],
    ...[...pages].map(([path, text]) => [`src/content/docs/${path}`, text] as const),
  ]);
  for (const [path, text] of files) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  await mkdir(join(folder, 'public'));
  await copyFile(join(PROJECT, 'public/favicon.svg'), join(folder, 'public/favicon.svg'));
  await symlink(join(PROJECT, 'node_modules'), join(folder, 'node_modules'));
}

/** A page that has nothing but a title, by path in each language. */
export function emptyPages(name: string): [path: string, text: string][] {
  return Object.keys(languages).map((language) => [
    `${language}/${name}.md`,
    '---\ntitle: Redis\n---\n',
  ]);
}

/**
 * The Markdown that this site publishes beside a page, as a page of a bare site: the same title,
 * prose, tables and files.
 */
export function asBarePage(markdown: string): string {
  const title = /^title: .*$/m.exec(markdown)?.[0];
  const body = markdown.replace(/^---\n.*?\n---\n/s, '').replace(/^# .*\n/m, '');
  if (title === undefined) throw new Error('The page’s Markdown has no title.');
  return `---\n${title}\n---\n${body}`;
}
