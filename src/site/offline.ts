import type { AstroIntegration } from 'astro';
import { createHash } from 'node:crypto';
import { glob, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Manifest } from '../offline/manifest.ts';
import { explainsFinding } from '../build/builtPages.ts';
import { languages } from './languages.ts';
import { oldNames } from '../build/oldNames.ts';

/** Whether pages are kept for offline reading: unless the build is told `OFFLINE=0`. */
export const keepsPages = process.env['OFFLINE'] !== '0';

/** The worker's file, from the site's folder: what is above it in the site is not its concern. */
const WORKER = 'sw.js';

/**
 * Makes the site readable offline: builds the service worker (`src/offline/worker.ts`), and tells
 * it and the pages their versions. It comes after all that writes to the built pages.
 */
export function offlineReading(): AstroIntegration {
  return {
    name: 'offline-reading',
    hooks: {
      'astro:config:setup': ({ config, updateConfig }) => {
        const worker = fileURLToPath(new URL('src/offline/worker.ts', config.root));
        updateConfig({
          vite: {
            plugins: [
              {
                name: 'service-worker',
                apply: 'build',
                applyToEnvironment: ({ name }) => name === 'client',
                buildStart() {
                  this.emitFile({ type: 'chunk', id: worker, fileName: WORKER });
                },
              },
            ],
          },
        });
      },
      'astro:build:done': ({ dir }) => writeVersions(fileURLToPath(dir), keepsPages),
    },
  };
}

/**
 * Writes each page's version into it, and all versions into the worker. Versions are digests, so
 * that a build of the same content gives the same files. May be done again after a change.
 *
 * @param site the folder of the built site
 * @param keeps whether the worker keeps pages; otherwise it removes itself and what it kept
 */
export async function writeVersions(site: string, keeps = true): Promise<void> {
  const manifest: Record<string, Record<string, string>> = {};
  const names = await Array.fromAsync(glob('**/*.*', { cwd: site }));
  for (const name of names.sort()) {
    const file = name.replace(/(^|\/)index\.html$/, '$1');
    const bytes = await readFile(join(site, name));
    const version = name.endsWith('.html')
      ? await writeVersion(join(site, name), String(bytes))
      : digest(bytes);
    const group = groupOf(file);
    if (group) (manifest[group] ??= {})[file] = version;
  }
  const worker = join(site, WORKER);
  const script = (await readFile(worker, 'utf8')).replace(/^const MANIFEST=.*\n/, '');
  const kept: Manifest | undefined = keeps ? manifest : undefined;
  await writeFile(worker, `const MANIFEST=${JSON.stringify(kept)};\n${script}`);
}

async function writeVersion(path: string, html: string): Promise<string> {
  const plain = html.replace(/<meta name="version" content="\w+">/, '');
  const version = digest(plain);
  await writeFile(path, plain.replace('</head>', `<meta name="version" content="${version}">$&`));
  return version;
}

function digest(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex').slice(0, 12);
}

/** The group of the manifest that a file belongs to; `undefined` for what is not kept. */
function groupOf(file: string): string | undefined {
  if (file.startsWith('_astro/')) return 'any';
  if (file.startsWith('pagefind/')) return searchGroup(file.slice('pagefind/'.length));
  const [first = '', ...rest] = file.split('/');
  if (['', 'favicon.svg', 'offline/'].includes(file) || first.replace(/\.html$/, '') in oldNames)
    return 'any';
  if (!(first in languages) || !file.endsWith('/')) return undefined;
  // All of a language's pages once more.
  if (rest[0] === 'print') return `print-${first}`;
  return explainsFinding(rest.join('/')) ? `findings-${first}` : first;
}

/** Pagefind writes several interfaces besides the files that its search runs on. */
function searchGroup(file: string): string | undefined {
  const [, language] = /^(?:(?:index|fragment)\/|pagefind\.|wasm\.)(\w\w)[_.]/.exec(file) ?? [];
  if (language !== undefined && language in languages) return `search-${language}`;
  return /^pagefind(-worker)?\.js$|^pagefind-entry\.json$/.test(file) ? 'search' : undefined;
}
