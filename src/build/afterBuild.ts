import type { AstroIntegration } from 'astro';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cardFile } from '../site/besidePages.ts';
import { indexedPages, readBuiltFiles, type BuiltFile } from './builtPages.ts';
import { withPolicy } from './csp.ts';
import { apacheHeaders, netlifyHeaders } from './headers.ts';
import { markdownFiles } from './llms.ts';
import { oldNameFile } from './oldNames.ts';
import { printedGuide } from './printedGuide.ts';
import { readable } from './readable.ts';
import { writeSearchIndex } from './searchIndex.ts';
import { socialCard } from './socialCards.ts';

/** The parts of Astro's configuration that the steps need. */
interface Project {
  /** The project's folder. */
  readonly folder: string;
  /** The folder of the built site. */
  readonly site: string;
  /** The folder that keeps social cards for the next build. */
  readonly cache: string;
  /** The site's base path, with a slash at its end. */
  readonly base: string;
  /** The address of the site's first page. */
  readonly root: string;
}

/** Runs {@link runSteps} when Astro has written the pages. */
export function afterBuild(): AstroIntegration {
  let project: Omit<Project, 'site'>;
  return {
    name: 'after-build',
    hooks: {
      'astro:config:done': ({ config }) => {
        const base = config.base.replace(/\/?$/, '/');
        project = {
          folder: fileURLToPath(config.root),
          cache: join(fileURLToPath(config.cacheDir), 'cards'),
          base,
          root: new URL(base, config.site).href,
        };
      },
      'astro:build:done': ({ dir }) => runSteps({ ...project, site: fileURLToPath(dir) }),
    },
  };
}

/** Runs the steps after the build in their order. Each page is read, parsed and written once. */
async function runSteps({ folder, site, cache, base, root }: Project): Promise<void> {
  const write = async (file: string, content: string | Uint8Array) => {
    await mkdir(dirname(join(site, file)), { recursive: true });
    await writeFile(join(site, file), content);
  };
  const files = await readBuiltFiles(site);

  // 1. Search. First, because Pagefind is a separate process, which runs during the other steps.
  const search = writeSearchIndex(files, site);

  // 2. Social cards. Second, because sharp draws in threads during the later steps.
  const pages = await indexedPages(files, folder);
  const cards = Promise.all(
    pages.map(async (page) =>
      write(cardFile(page.language, page.name), await socialCard(page, cache)),
    ),
  );

  // 3. Markdown. Before the guide to print, which changes the readable content.
  const read = pages.map((page) => ({ page, content: readable(page) }));
  for (const [file, text] of markdownFiles(read, root)) await write(file, text);

  // 4. The guide to print. Before the policies, which are written with it.
  const finished = files.map((file): BuiltFile => {
    const [, language] = /^(\w+)\/print\/index\.html$/.exec(file.file) ?? [];
    if (language === undefined) return file;
    const guide = read.filter(({ page }) => page.language === language && page.prose);
    return { ...file, html: printedGuide(file.html, guide) };
  });

  // 5. Policies. After all changes of pages, because a policy has the hashes of its page's scripts.
  // The files of old names are copies of finished pages.
  for (const file of finished) {
    const html = withPolicy(file);
    await write(file.file, html);
    const copy = oldNameFile(file.file);
    if (copy !== undefined) await write(copy, html);
  }

  // 6. Headers for hosts. They depend on no other step.
  await write('_headers', netlifyHeaders(base));
  await write('.htaccess', apacheHeaders(base));

  await Promise.all([search, cards]);
}
