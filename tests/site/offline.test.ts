import {
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { parse } from 'node-html-parser';
import { afterAll, describe, expect, test } from 'vitest';
import { speaker } from '../../src/model/say.ts';
import { writeVersions } from '../../src/site/offline.ts';
import { TEXTS } from '../../src/site/texts.ts';
import { faults } from '../axe.ts';
import { live, openPage, useBrowser, type Opening } from '../browser.ts';
import { pagesOf, sites, type Site } from '../sites.ts';
import { network, type Network } from './network.ts';

useBrowser([]);
afterAll(() => rmSync(folder, { recursive: true }));

const [root] = sites;
const say = speaker(TEXTS.en, 'en');
const folder = mkdtempSync(join(tmpdir(), 'offline-'));

/** What a page and the console say of a network that is gone. */
const gone = /Failed to (load resource|fetch)|ERR_|503/;

/** A copy of a built site that a test may change. */
interface Copy {
  readonly at: Network;
  readonly directory: string;
  /** Puts another text in place of one in a page. */
  readonly change: (file: string, text: string, other: string) => void;
}

/** Opens a page of a copy of the site, with a worker. */
async function visit(
  site: Site,
  path: string,
  opening: Opening,
  journey: (page: Page, copy: Copy) => Promise<void>,
): Promise<void> {
  const directory = mkdtempSync(join(folder, 'site-'));
  cpSync(site.directory, directory, { recursive: true });
  const at = await network(directory, site.base);
  const change = (file: string, text: string, other: string) => {
    const html = readFileSync(join(directory, file), 'utf8');
    expect(html).toContain(text);
    writeFileSync(join(directory, file), html.replaceAll(text, other));
  };
  try {
    await openPage(
      site,
      path,
      { serviceWorkers: 'allow', at: at.address, untouched: true, ...opening },
      (page) => journey(page, { at, directory, change }),
    );
  } finally {
    await at.close();
  }
}

const paths = (page: Page, base: string) =>
  page.evaluate(
    async (name) =>
      (await (await caches.open(name)).keys()).map(({ url }) => decodeURI(new URL(url).pathname)),
    `redis-pod:${base}`,
  );

/** Waits until the pages of a language and what they load are kept. */
async function kept(page: Page, site: Site, language = 'en'): Promise<void> {
  const expected = (await pagesOf(site))
    .map(({ file }) => site.base + file.replace(/index\.html$/, ''))
    .filter(
      (path) =>
        path.startsWith(`${site.base}${language}/`) && !/\/(print|findings\/.+)\/$/.test(path),
    );
  const assets = readdirSync(join(site.directory, '_astro'));
  expected.push(...assets.map((name) => `${site.base}_astro/${name}`));
  await expect
    .poll(
      async () => {
        const present = new Set(await paths(page, site.base));
        return expected.filter((path) => !present.has(path));
      },
      { timeout: 20_000 },
    )
    .toEqual([]);
}

const notice = (page: Page) => page.locator('offline-notice[data-shows]');
const reload = (page: Page) => page.getByRole('button', { name: say('offline.show') });

describe.each(sites)('under $base', (site) => {
  test('after a first page, all pages of its language are there without a network', async () => {
    await visit(site, 'en/', { expected: gone }, async (page, { at }) => {
      await kept(page, site);
      expect(await notice(page).count()).toBe(0);
      at.down = true;
      const pages = (await pagesOf(site)).filter(({ file }) =>
        /^en\/(?!print|findings\/.+\/)/.test(file),
      );
      // What differs under a path is where they are, not what is in them.
      for (const { file } of site === root ? pages : pages.slice(-2)) {
        await page.goto(at.address + file.replace(/index\.html$/, ''));
        await page.locator('h1').first().waitFor();
        expect(await page.locator('html').getAttribute('lang')).toBe('en');
        const text = await notice(page).textContent();
        expect(text).toContain(String(new Date().getFullYear()));
        expect(await reload(page).isVisible()).toBe(false);
      }
      await page.goto(`${at.address}en/redis`);
      await page.waitForURL(`${at.address}en/redis/`);
      await page.goto(`${at.address}redis_en.html#web=2`);
      await page.waitForURL(`${at.address}en/redis/#web=2`);

      // The other language was never read.
      await page.goto(`${at.address}fr/redis/`);
      await page.getByRole('heading', { name: say('offline.title') }).waitFor();
      at.down = false;
      await page.reload();
      await page.locator('html[lang=fr] h1').waitFor();
      expect(await notice(page).count()).toBe(0);
    });
  });

  test('an address that does not exist is a 404, and what is not the site’s is not touched', async () => {
    await visit(site, 'en/', { expected: /404/ }, async (page, { at }) => {
      await kept(page, site);
      await page.reload();
      const answers: [string, boolean][] = [];
      page.on('response', (response) =>
        answers.push([new URL(response.url()).pathname, response.fromServiceWorker()]),
      );
      const missing = await page.goto(`${at.address}en/nowhere/`);
      expect(missing?.status()).toBe(404);
      await page.goto(`${at.address}en/understand/`);
      const outside = ['/outside.txt', `${site.base}screenshot.png`, `${site.base}en/redis.md`];
      for (const path of outside) await page.evaluate((it) => fetch(it).then(() => 0), path);
      const byWorker = new Map(answers);
      expect(byWorker.get(`${site.base}en/understand/`)).toBe(true);
      for (const path of [...outside, `${site.base}en/nowhere/`])
        expect(byWorker.get(path), path).toBe(false);
      const scopes = await page.evaluate(async () =>
        (await navigator.serviceWorker.getRegistrations()).map(({ scope }) => scope),
      );
      expect(scopes).toEqual([at.address]);
    });
  });
});

test('the generator is live without a network, and zips', async () => {
  const link = 'en/redis/#arch=microservices&workers=2&host=10.0.0.5';
  await visit(root, 'en/understand/', { expected: gone }, async (page, { at }) => {
    await kept(page, root);
    at.down = true;
    await page.goto(at.address + link);
    await live(page);
    await page.locator('#f-workers').fill('3');
    await expect.poll(() => page.evaluate(() => location.hash)).toContain('workers=3');
    await expect.poll(() => page.locator('[data-part=files]').textContent()).toContain('10.0.0.5');
    const zipped = page.waitForEvent('download');
    await page.locator('[data-zip]').click();
    expect((await readFile(await (await zipped).path())).toString('latin1')).toMatch(/^PK/);
  });
});

test('search is kept from its first use on', async () => {
  await visit(root, 'en/understand/', { expected: gone }, async (page, { at }) => {
    await kept(page, root);
    const search = async (word: string) => {
      await page.keyboard.press('Control+k');
      await page.locator('dialog input').fill(word);
      await page.locator('dialog .pagefind-ui__result-link').first().waitFor();
    };
    expect((await paths(page, root.base)).filter((path) => path.includes('pagefind'))).toEqual([]);
    await search('sessions');
    const files = readdirSync(join(root.directory, 'pagefind'), { recursive: true });
    const ours = files.map(String).filter((name) => /en_/.test(name));
    await expect
      .poll(
        async () => {
          const present = await paths(page, root.base);
          return ours.filter((name) => !present.includes(`${root.base}pagefind/${name}`));
        },
        { timeout: 20_000 },
      )
      .toEqual([]);
    at.down = true;
    await page.goto(`${at.address}en/redis/`);
    await search('broker');
  });
});

test('with a network the page is always the present one', async () => {
  await visit(root, 'en/understand/', {}, async (page, { at, directory, change }) => {
    await kept(page, root);
    // Neither the copy nor the browser’s own cache, which may keep it for minutes, comes first.
    for (const [before, after] of [
      ['</h1>', ' once</h1>'],
      [' once</h1>', ' twice</h1>'],
    ] as const) {
      change('en/understand/index.html', before, after);
      // Whether or not the worker knows of it.
      if (after.includes('twice')) await writeVersions(directory);
      await page.goto(`${at.address}en/understand/`);
      expect(await page.locator('h1').textContent()).toContain(after.slice(1, 5));
      expect(await notice(page).count()).toBe(0);
    }
    await page.waitForTimeout(3000);
    expect(await notice(page).count()).toBe(0);
  });
});

test('an open page says that there is a newer one, and shows it when told', async () => {
  await visit(root, 'en/redis/#web=2', {}, async (page, { at, directory, change }) => {
    await kept(page, root);
    await live(page);
    await page.locator('#f-workers').fill('2');
    await page.locator('#f-password').fill('secret');
    const unchanged = await page.context().newPage();
    await unchanged.goto(`${at.address}en/troubleshoot/`);

    change('en/redis/index.html', '</h1>', ' (new)</h1>');
    change('en/understand/index.html', '</h1>', ' (new)</h1>');
    await writeVersions(directory);
    const other = await page.context().newPage();
    await other.goto(`${at.address}en/understand/`);
    await notice(page).waitFor();

    const status = page.getByRole('status').filter({ hasText: say('offline.new') });
    expect(await status.textContent()).toContain(say('offline.password'));
    expect(await page.locator('h1').textContent()).not.toContain('(new)');
    expect(await page.locator('#f-password').inputValue()).toBe('secret');
    expect(await notice(other).count()).toBe(0);
    expect(await notice(unchanged).count()).toBe(0);

    await reload(page).press('Enter');
    await page.locator('h1', { hasText: '(new)' }).waitFor();
    await live(page);
    expect(await page.evaluate(() => location.hash)).toBe('#web=2&workers=2');
    expect(await notice(page).count()).toBe(0);
  });
});

test('a notice is accessible, and can be closed', async () => {
  await visit(root, 'en/', { expected: gone }, async (page, { at }) => {
    await kept(page, root);
    at.down = true;
    await page.reload();
    await notice(page).waitFor();
    expect(await faults(page)).toEqual([]);
    await page.getByRole('button', { name: say('offline.close') }).press('Enter');
    expect(await notice(page).count()).toBe(0);
    expect(await page.locator('offline-notice').innerText()).toBe('');
  });
});

/** Gives the chunk that makes the form live another name, as another version of it has. */
async function replaceChunk(directory: string): Promise<string> {
  const assets = join(directory, '_astro');
  const chunk = readdirSync(assets).find((name) => name.startsWith('liveForm.')) ?? '';
  const renamed = 'liveForm.NEW00000.js';
  renameSync(join(assets, chunk), join(assets, renamed));
  // What names it has another name too.
  for (const name of readdirSync(assets).filter((it) => it.endsWith('.js'))) {
    const script = readFileSync(join(assets, name), 'utf8');
    if (!script.includes(chunk)) continue;
    rmSync(join(assets, name));
    const other = name.replace(/\.[\w-]+\.js$/, '.NEW00000.js');
    writeFileSync(join(assets, other), script.replaceAll(chunk, renamed));
    for (const language of ['fr', 'en']) {
      const file = join(directory, language, 'redis/index.html');
      writeFileSync(file, readFileSync(file, 'utf8').replaceAll(name, other));
    }
  }
  await writeVersions(directory);
  return chunk;
}

test('a page that is open while another version is published still loads its own parts', async () => {
  await visit(root, 'en/redis/', {}, async (page, { at, directory }) => {
    await kept(page, root);
    const chunk = await replaceChunk(directory);
    const other = await page.context().newPage();
    await other.goto(`${at.address}en/redis/`);
    await notice(page).waitFor();
    // By then the worker has kept the other version, and asked which pages are open.
    await expect.poll(() => paths(other, '/')).toContain('/_astro/liveForm.NEW00000.js');
    await page.waitForTimeout(3000);
    expect(await paths(other, '/')).toContain(`/_astro/${chunk}`);
    await live(page);
    await page.locator('#f-web').fill('2');
    await expect.poll(() => page.evaluate(() => location.hash)).toBe('#web=2');

    // Once it is closed nobody needs them.
    await page.close();
    await other.reload();
    await expect
      .poll(() => paths(other, '/'), { timeout: 20_000 })
      .not.toContain(`/_astro/${chunk}`);
    await live(other);
  });
});

test('an open page says so when its own parts are neither kept nor published any more', async () => {
  const expected = /404|dynamically imported/;
  await visit(
    root,
    'en/redis/',
    { expected, serviceWorkers: 'block' },
    async (page, { directory }) => {
      await replaceChunk(directory);
      await page.locator('redis-generator form').dispatchEvent('pointerover');
      await page.getByText(say('gen.failed')).waitFor();
    },
  );
});

test('a slow network gives the copy, until it has answered', async () => {
  await visit(root, 'en/understand/', {}, async (page, { at, change, directory }) => {
    await kept(page, root);
    at.delay = 4000;
    await page.goto(`${at.address}en/understand/`);
    await notice(page).waitFor();
    expect(await notice(page).textContent()).toMatch(/\d:\d\d/);
    await notice(page).waitFor({ state: 'detached', timeout: 20_000 });

    // The copy says so too when the network has a newer page.
    at.delay = 0;
    change('en/understand/index.html', '</h1>', ' (new)</h1>');
    await writeVersions(directory);
    at.delay = 4000;
    await page.goto(`${at.address}en/understand/`);
    expect(await page.locator('h1').textContent()).not.toContain('(new)');
    await reload(page).waitFor({ timeout: 30_000 });
    at.delay = 0;
    await reload(page).click();
    await page.locator('h1', { hasText: '(new)' }).waitFor();
  });
});

test('a reader who saves data keeps what they visit, and no more', async () => {
  await visit(root, 'en/', { expected: gone }, async (page, { at }) => {
    await page.context().addInitScript(() => {
      Object.defineProperty(navigator, 'connection', { value: { saveData: true } });
    });
    await page.goto(`${at.address}en/`);
    await page.evaluate(() => navigator.serviceWorker.ready.then(() => 0));
    await page.goto(`${at.address}en/understand/`);
    await page.waitForTimeout(2500);
    const pages = (await paths(page, '/')).filter((path) => path.endsWith('/'));
    expect(pages).toEqual(['/en/understand/']);
    at.down = true;
    await page.reload();
    await notice(page).waitFor();
    await page.getByRole('heading', { level: 1 }).waitFor();
  });
});

test('where nothing may be kept, the site is read online as ever', async () => {
  await visit(root, 'en/', { expected: gone }, async (page, { at }) => {
    const devtools = await page.context().newCDPSession(page);
    await devtools.send('Storage.overrideQuotaForOrigin', {
      origin: new URL(at.address).origin,
      quotaSize: 1,
    });
    await page.evaluate(() => navigator.serviceWorker.ready.then(() => 0));
    for (const path of ['en/understand/', 'en/redis/#web=2']) {
      await page.goto(at.address + path);
      await page.getByRole('heading', { level: 1 }).waitFor();
    }
    await live(page);
    expect(await page.locator('#f-web').inputValue()).toBe('2');
    expect(await paths(page, '/')).toEqual([]);
  });
});

test.each([
  ['refuses workers', true],
  ['has none', false],
])('a browser that %s shows the site without a word', async (_, refuses) => {
  await visit(root, 'en/', { serviceWorkers: 'block' }, async (page, { at }) => {
    await page.context().addInitScript((has) => {
      const refuse = () => Promise.reject(new DOMException('refused', 'SecurityError'));
      if (has) navigator.serviceWorker.register = refuse;
      else delete (Navigator.prototype as { serviceWorker?: unknown }).serviceWorker;
    }, refuses);
    await page.goto(`${at.address}en/redis/`);
    await page.waitForTimeout(2000);
    await live(page);
    expect(await page.evaluate(() => 'serviceWorker' in navigator)).toBe(refuses);
    expect(await notice(page).count()).toBe(0);
  });
});

test('a site built with OFFLINE=0 takes its worker and all that was kept away', async () => {
  await visit(root, 'en/', {}, async (page, { at, directory }) => {
    await kept(page, root);
    await writeVersions(directory, false);
    await page.goto(`${at.address}en/understand/`);
    const left = () =>
      page.evaluate(async () => [
        (await navigator.serviceWorker.getRegistrations()).length,
        (await caches.keys()).length,
      ]);
    await expect.poll(left, { timeout: 20_000 }).toEqual([0, 0]);
  });
});

test('versions are those of the content, and name every page', async () => {
  const directory = mkdtempSync(join(folder, 'site-'));
  cpSync(root.directory, directory, { recursive: true });
  const worker = () => readFileSync(join(directory, 'sw.js'), 'utf8');
  const built = worker();
  await writeVersions(directory);
  expect(worker()).toBe(built);
  const pages = await pagesOf({ ...root, directory });
  const versions = pages.map(
    ({ html }) => /<meta name="version" content="(\w{12})"><\/head>/.exec(html)?.[1],
  );
  expect(versions).not.toContain(undefined);
  const file = join(directory, 'en/understand/index.html');
  writeFileSync(file, readFileSync(file, 'utf8').replace('</h1>', '.</h1>'));
  await writeVersions(directory);
  expect(worker()).not.toBe(built);
});

test('what a page has for it weighs at most 1 kB', () => {
  const html = readFileSync(join(root.directory, 'en/redis/index.html'), 'utf8');
  const document = parse(html, { blockTextElements: { script: true, style: true } });
  const scripts = document.querySelectorAll('script').map((script) => {
    const source = script.getAttribute('src');
    return source ? readFileSync(join(root.directory, source), 'utf8') : script.rawText;
  });
  const own = scripts.find((script) => script.includes('offline-notice')) ?? '';
  expect(own).toContain('serviceWorker');
  expect(gzipSync(own, { level: 9 }).length).toBeLessThanOrEqual(1000);
});
