import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { serve, type Served } from '../src/cli/serve.ts';
import { markdownFile } from '../src/site/besidePages.ts';
import { languages } from '../src/site/languages.ts';
import type { Language } from '../src/site/texts.ts';
import { launch } from '../tests/launch.ts';
import { chromium } from '../tests/software.ts';
import { astroBuild, PROJECT } from './astroBuild.ts';
import { asBarePage, emptyPages, writeBareSite } from './bareSite.ts';

/** The page that both sites have. */
export const GUIDE = 'fr/redis/';
/** A page of the bare site that has a title only. */
export const EMPTY = 'fr/empty/';

/**
 * The box of Pagefind's search, which a bare site loads on each page before anybody searches, and
 * this one does not. The bare site is compared without it.
 */
export const SEARCH_BOX = /\/_astro\/ui-core\.[^/]*\.js$/;

/** The sites that are compared, each served. */
export interface Sites {
  /** The addresses of their first pages. */
  readonly ours: string;
  readonly bare: string;
}

/** A temporary folder within the project: Astro takes a path for one of the site's if they have no folder in common. */
function temporary(): string {
  const cache = join(PROJECT, '.cache');
  mkdirSync(cache, { recursive: true });
  return mkdtempSync(join(cache, 'bench-'));
}

/** What the parts of the benchmark share: a temporary folder, the two sites, a browser. */
export class Workplace {
  readonly #folder = temporary();
  readonly #served: Served[] = [];
  #sites: Promise<Sites> | undefined;
  #browser: Promise<Browser> | undefined;

  constructor() {
    process.once('exit', () => rmSync(this.#folder, { recursive: true, force: true }));
  }

  /** An empty folder of the temporary one. */
  async folder(name: string): Promise<string> {
    const folder = join(this.#folder, name);
    await mkdir(folder, { recursive: true });
    return folder;
  }

  /** This site and a bare one that has the same guide, built and served when they are first asked for. */
  sites(): Promise<Sites> {
    return (this.#sites ??= this.#build());
  }

  /** The one browser of all parts. */
  browser(): Promise<Browser> {
    return (this.#browser ??= launch(chromium()));
  }

  async #build(): Promise<Sites> {
    const ours = await this.folder('ours');
    await astroBuild(PROJECT, ['--outDir', ours]);
    const guides = await Promise.all(
      (Object.keys(languages) as Language[]).map(async (language): Promise<[string, string]> => {
        const markdown = await readFile(join(ours, markdownFile(language, 'redis')), 'utf8');
        return [`${language}/redis.md`, asBarePage(markdown)];
      }),
    );
    const bare = await this.folder('bare');
    await writeBareSite(bare, new Map([...guides, ...emptyPages('empty')]));
    await astroBuild(bare);
    return { ours: await this.#serve(ours), bare: await this.#serve(join(bare, 'dist')) };
  }

  async #serve(directory: string): Promise<string> {
    const served = await serve(directory, '/');
    this.#served.push(served);
    return served.address;
  }

  async close(): Promise<void> {
    await (await this.#browser?.catch(() => undefined))?.close();
    for (const served of this.#served) await served.close();
  }
}
