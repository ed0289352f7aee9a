import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Browser } from 'playwright-core';
import { serve } from '../src/cli/serve.ts';
import { markdownFile } from '../src/site/besidePages.ts';
import { languages } from '../src/site/languages.ts';
import type { Language } from '../src/site/texts.ts';
import buildSites from '../tests/build.ts';
import { launch } from '../tests/launch.ts';
import { origin, sites } from '../tests/sites.ts';
import { chromium } from '../tests/software.ts';

export const PROJECT = join(import.meta.dirname, '..');

/** The folder of the sites that the benchmark builds: in the project, so that they find its packages. */
export const FOLDER = join(PROJECT, '.cache/bench');

/** The page that both this site and the bare site have. */
export const GUIDE = 'fr/redis/';
/** A page of the bare site that has nothing but a title. */
export const EMPTY = 'fr/empty/';

export const LANGUAGES = Object.keys(languages) as Language[];

/** The texts of files, by path from a site's folder. */
export type Files = Readonly<Record<string, string>>;

/** Writes files, and the folders they are in. */
export function writeFiles(folder: string, files: Files): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

const CONFIG = `import starlight from '@astrojs/starlight';

export default {
  site: process.env.SITE_ORIGIN,
  trailingSlash: 'always',
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
 * Writes the source of a bare site: the same Astro, Starlight and languages as this site, and
 * nothing else of this project.
 *
 * @param pages must have the page `redis`, which the menu links to
 */
export function writeBareSite(folder: string, pages: Files): void {
  // Astro bundles the packages that package.json names, and leaves others to Node.js.
  for (const file of ['package.json', 'public/favicon.svg'])
    cpSync(join(PROJECT, file), join(folder, file));
  writeFiles(folder, {
    'astro.config.mjs': CONFIG,
    'src/content.config.ts': COLLECTIONS,
    ...pages,
  });
}

/** A page in each language that has nothing but a title. */
export function emptyPages(name: string): Files {
  return Object.fromEntries(
    LANGUAGES.map((language) => [
      `src/content/docs/${language}/${name}.md`,
      '---\ntitle: Redis\n---\n',
    ]),
  );
}

/**
 * A page of the bare site with the title, prose, tables and files of a page of this site.
 *
 * @param markdown the Markdown that this site publishes beside the page
 */
export function barePage(markdown: string): string {
  const title = /^title: .*$/m.exec(markdown)?.[0];
  if (title === undefined) throw new Error('The page’s Markdown has no title.');
  const body = markdown.replace(/^---\n.*?\n---\n/s, '').replace(/^# .*\n/m, '');
  return `---\n${title}\n---\n${body}`;
}

/** The time that a build takes, in seconds. */
export interface BuildTime {
  readonly wall: number;
  /** The time of the processor, of all processes of the build. */
  readonly processor: number;
}

/**
 * The sum of the times that a shell's `times` prints, in seconds.
 *
 * @param times four times as `1m2.5s`: user and system time of the shell and of its processes
 */
export function processorTime(times: string): number {
  const seconds = Array.from(
    times.matchAll(/(\d+)m([\d.]+)s/g),
    ([, minutes, rest]) => 60 * Number(minutes) + Number(rest),
  );
  if (seconds.length !== 4) throw new Error(`These are not the times of a shell: ${times}`);
  return seconds.reduce((sum, each) => sum + each);
}

/** Runs `astro build` in a site's folder, as if for the first time. Throws its output if it fails. */
export function astroBuild(folder: string): BuildTime {
  for (const made of ['.astro', 'dist', 'node_modules'])
    rmSync(join(folder, made), { recursive: true, force: true });
  const start = performance.now();
  const astro = join(PROJECT, 'node_modules/.bin/astro');
  const times = execFileSync('sh', ['-c', '"$0" build >&2 && times', astro], {
    cwd: folder,
    encoding: 'utf8',
    stdio: 'pipe',
    maxBuffer: Infinity,
    env: { ...process.env, SITE_BASE: '/', SITE_ORIGIN: origin, ASTRO_TELEMETRY_DISABLED: '1' },
  });
  return { wall: (performance.now() - start) / 1000, processor: processorTime(times) };
}

/** The sites that the parts compare, and the browser that opens them. */
export interface Bench {
  /** The folder that this site is built in. */
  readonly folder: string;
  /** The addresses of both sites, with a slash at the end. */
  readonly ours: string;
  readonly bare: string;
  readonly browser: Browser;
  close(): Promise<void>;
}

/** Builds and serves this site and a bare site with the same guide, and starts Chromium. */
export async function startBench(): Promise<Bench> {
  buildSites();
  const folder = sites[0].directory;
  const bareFolder = join(FOLDER, 'bare');
  rmSync(FOLDER, { recursive: true, force: true });
  const guides = LANGUAGES.map((language): [string, string] => [
    `src/content/docs/${language}/redis.md`,
    barePage(readFileSync(join(folder, markdownFile(language, 'redis')), 'utf8')),
  ]);
  writeBareSite(bareFolder, { ...Object.fromEntries(guides), ...emptyPages('empty') });
  astroBuild(bareFolder);
  const ours = await serve(folder, '/');
  const bare = await serve(join(bareFolder, 'dist'), '/');
  const browser = await launch(chromium());
  const close = async () => {
    await browser.close();
    await ours.close();
    await bare.close();
  };
  return { folder, ours: ours.address, bare: bare.address, browser, close };
}
