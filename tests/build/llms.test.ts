import { readFileSync } from 'node:fs';
import { glob } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { indexed, menuOf, origin, pagesOf, sites } from '../sites.ts';

describe.each(sites)('built for $base', async ({ base, directory }) => {
  const pages = indexed(await pagesOf({ base, directory }));
  const read = (file: string) => readFileSync(join(directory, file), 'utf8');
  const [opening = '', ...sections] = read('llms.txt').split(/^## /m);
  const lists = sections.map((section) => {
    const [title = '', ...lines] = section.split('\n').filter((line) => line !== '');
    return {
      title,
      lines,
      links: lines.map((line) => /^- \[[^\]]+\]\((\S+)\): .+/.exec(line)?.[1] ?? line),
    };
  });

  test('llms.txt has a title, a summary and lists of links, as its format says', () => {
    expect(opening).toMatch(/^# [^\n]+\n\n(> [^\n]+\n)+\n/);
    expect(opening.match(/^#/gm)).toHaveLength(1);
    expect(lists).toHaveLength(6);
    for (const { links } of lists) {
      expect(links.length).toBeGreaterThan(1);
      for (const link of links) {
        expect(link.startsWith(origin + base), link).toBe(true);
        expect(read(link.slice((origin + base).length)).length).toBeGreaterThan(100);
      }
    }
  });

  test.each([
    ['fr', 'Français'],
    ['en', 'English'],
  ])('the lists in %s have only pages in %s, in the order of the menu', (code, name) => {
    const own = lists.filter(({ title }) => title.startsWith(name));
    const findings = own.at(-1)?.links ?? [];
    expect(findings.length).toBeGreaterThan(40);
    for (const link of findings) expect(link).toContain(`/${code}/findings/`);
    const links = own.slice(0, -1).flatMap((list) => list.links);
    expect(links[0]).toBe(`${origin}${base}${code}/llms-full.txt`);
    expect(links.slice(1)).toEqual(
      menuOf(pages, code)
        .slice(1)
        .map((address) => `${origin}${address.replace(/\/$/, '.md')}`),
    );
  });

  test('every Markdown page is listed, except the home pages', async () => {
    const files = await Array.fromAsync(glob('**/*.md', { cwd: directory }));
    const listed = lists
      .flatMap(({ links }) => links)
      .filter((link) => link.endsWith('.md'))
      .map((link) => link.slice((origin + base).length));
    expect([...listed, 'en/index.md', 'fr/index.md'].sort()).toEqual(files.sort());
  });

  test.each(['fr', 'en'])(
    '%s/llms-full.txt is the guide, from its first page to its last',
    (code) => {
      const full = read(`${code}/llms-full.txt`);
      const [guide] = lists.filter(({ links }) => links[0]?.includes(`/${code}/`));
      const names = guide?.links.slice(1).map((link) => link.replace(/\.md$/, '/'));
      expect([...full.matchAll(/^<!-- (\S+) -->$/gm)].map(([, address]) => address)).toEqual(names);
      for (const link of guide?.links.slice(1) ?? []) {
        const text = read(link.slice((origin + base).length)).replace(/^---.*?\n---\n\n/s, '');
        expect(full).toContain(text);
      }
      // The pages of examples are files of the generator, and no articles of the guide.
      expect(full).not.toContain(`${base}${code}/presets/celery-large/ -->`);
    },
  );
});
