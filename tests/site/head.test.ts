import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { contentUpdates, lastUpdates, REPOSITORY, sourceFile } from '../../src/site/source.ts';
import { publishedAddress, indexed, menuOf, origin, pagesOf, sites, type Page } from '../sites.ts';

const project = join(import.meta.dirname, '../..');

describe.each(sites)('built for $base', async (site) => {
  const { base, directory } = site;
  const pages = indexed(await pagesOf(site));
  const sourceOf = ({ file }: Page) =>
    sourceFile(file.slice(0, 2), file.slice(3).replace(/\/?index\.html$/, ''));
  const isHome = ({ file }: Page) => /^..\/index\.html$/.test(file);
  const isProse = (page: Page) => existsSync(join(project, sourceOf(page)));
  const timeOf = ({ document }: Page) =>
    document.querySelector('footer time')?.getAttribute('datetime');

  test('some pages are prose and some are not', () => {
    expect(new Set(pages.map(isProse))).toEqual(new Set([true, false]));
  });

  test.each(pages)('$file has a link to propose a change, and the date of its last one', (page) => {
    const edits = page.document
      .querySelectorAll('footer a')
      .map((it) => it.getAttribute('href') ?? '')
      .filter((address) => address.includes('/edit/'));
    expect(edits).toEqual(isProse(page) ? [`${REPOSITORY}/edit/main/${sourceOf(page)}`] : []);
    const updated = isProse(page) ? contentUpdates().get(sourceOf(page)) : undefined;
    expect(timeOf(page)).toBe(updated?.toISOString());
  });

  test.each(['fr', 'en'])('previous and next pages in %s follow the order of the menu', (code) => {
    const own = pages.filter(({ file }) => file.startsWith(`${code}/`));
    const at = (address: string | undefined) =>
      own.find((page) => new URL(publishedAddress(site, page)).pathname === address);
    const link = (page: Page | undefined, rel: string) =>
      page?.document.querySelector(`footer a[rel=${rel}]`)?.getAttribute('href');
    const menu = menuOf(pages, code);
    // The pages of single findings are not in the menu.
    expect(menu).toHaveLength(
      own.filter(({ file }) => !/findings\/./.test(file.replace('findings/index', 'findings')))
        .length,
    );
    const home = at(menu[0]);
    expect(home && isHome(home)).toBe(true);
    expect(link(home, 'prev') ?? link(home, 'next')).toBeUndefined();
    menu.slice(1).forEach((address, index) => {
      expect(link(at(address), 'prev'), address).toBe(menu[index]);
      expect(link(at(address), 'next'), address).toBe(menu[index + 2]);
    });
  });

  test.each(pages)('$file has structured data', (page) => {
    const scripts = page.document.querySelectorAll('script[type="application/ld+json"]');
    expect(scripts).toHaveLength(1);
    const data = JSON.parse(scripts[0]?.rawText ?? '') as Record<string, unknown>;
    expect(data['@context']).toBe('https://schema.org');
    const language = page.file.slice(0, 2);
    const webSite = {
      '@type': 'WebSite',
      name: language === 'fr' ? 'Redis pour Pod' : 'Redis for Pod',
      url: `${origin}${base}${language}/`,
    };
    if (isHome(page)) {
      expect(data).toMatchObject({ ...webSite, inLanguage: language });
      return;
    }
    const title = page.document.querySelector('h1')?.text;
    const graph = data['@graph'] as Record<string, unknown>[];
    const breadcrumbs = graph.find((it) => it['@type'] === 'BreadcrumbList');
    expect(breadcrumbs?.['itemListElement']).toEqual([
      { '@type': 'ListItem', position: 1, name: webSite.name, item: webSite.url },
      { '@type': 'ListItem', position: 2, name: title, item: publishedAddress(site, page) },
    ]);
    const article = graph.find((it) => it['@type'] === 'TechArticle');
    expect(article !== undefined).toBe(isProse(page));
    if (!article) return;
    expect(article).toMatchObject({
      headline: title,
      inLanguage: language,
      url: publishedAddress(site, page),
      isPartOf: webSite,
      image: page.document.querySelector('meta[property="og:image"]')?.getAttribute('content'),
    });
    expect(article['dateModified']).toBe(timeOf(page)?.slice(0, 10));
  });

  test('the sitemap has the translations and the date of every page', () => {
    const sitemap = readFileSync(join(directory, 'sitemap-0.xml'), 'utf8');
    const entries = new Map(
      [...sitemap.matchAll(/<url><loc>(.*?)<\/loc>(.*?)<\/url>/g)].map(
        ([, address = '', rest = '']) => [address, rest],
      ),
    );
    for (const page of pages) {
      const entry = entries.get(publishedAddress(site, page)) ?? '';
      const found = [...entry.matchAll(/hreflang="(.*?)" href="(.*?)"/g)].map(
        ([, code, address]) => [code, address],
      );
      const expected = page.document
        .querySelectorAll('link[rel=alternate][hreflang]')
        .map((it) => [it.getAttribute('hreflang'), it.getAttribute('href')]);
      expect(found.sort(), page.file).toEqual(expected.sort());
      expect(found.map(([code]) => code)).toContain('x-default');
      expect(/<lastmod>(.*?)<\/lastmod>/.exec(entry)?.[1], page.file).toBe(timeOf(page));
    }
  });
});

describe('the date of a file’s last change', () => {
  const made: string[] = [];
  const folder = () => {
    const path = mkdtempSync(join(tmpdir(), 'last-updates-'));
    made.push(path);
    return path;
  };
  const git = (cwd: string, args: string[], date = '') => {
    const who = ['-c', 'user.name=A', '-c', 'user.email=a@example.org'];
    const { status, stderr } = spawnSync('git', [...who, ...args], {
      cwd,
      encoding: 'utf8',
      env: { ...process.env, GIT_COMMITTER_DATE: date, GIT_AUTHOR_DATE: date },
    });
    if (status !== 0) throw new Error(stderr);
  };
  /** A repository with two files, the second changed a year later. */
  const repository = () => {
    const path = folder();
    git(path, ['init', '--quiet']);
    for (const name of ['é.mdx', 'b.mdx']) writeFileSync(join(path, name), '1');
    git(path, ['add', '.']);
    git(path, ['commit', '--quiet', '-m', '1'], '2020-01-01T00:00:00Z');
    writeFileSync(join(path, 'b.mdx'), '2');
    git(path, ['commit', '--quiet', '-am', '2'], '2021-01-01T00:00:00Z');
    return path;
  };
  afterAll(() => {
    for (const path of made) rmSync(path, { recursive: true });
  });

  test('is the date of the newest commit with the file', () => {
    expect(lastUpdates(repository(), '.')).toEqual(
      new Map([
        ['b.mdx', new Date('2021-01-01T00:00:00Z')],
        ['é.mdx', new Date('2020-01-01T00:00:00Z')],
      ]),
    );
  });

  test('is unknown in a shallow clone, where all files would have the same date', () => {
    const clone = folder();
    git(clone, ['clone', '--quiet', '--depth', '1', `file://${repository()}`, '.']);
    expect(existsSync(join(clone, 'b.mdx'))).toBe(true);
    expect(lastUpdates(clone, '.')).toEqual(new Map());
  });

  test('is unknown without a repository', () => {
    expect(lastUpdates(folder(), '.')).toEqual(new Map());
    expect(lastUpdates(join(tmpdir(), 'no such folder'), '.')).toEqual(new Map());
  });

  test('the publishing workflow fetches the whole history, and sets SITE_REPOSITORY', () => {
    const workflow = readFileSync(join(project, '.github/workflows/pages.yml'), 'utf8');
    expect(workflow).toMatch(/actions\/checkout@.*\n +with:\n(?: +.*\n)*? +fetch-depth: 0\n/);
    expect(workflow).toContain(
      'SITE_REPOSITORY: ${{ github.server_url }}/${{ github.repository }}',
    );
  });
});
