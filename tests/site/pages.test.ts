import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { glob } from 'node:fs/promises';
import { join } from 'node:path';
import { HTMLElement, NodeType, parse } from 'node-html-parser';
import { describe, expect, test } from 'vitest';
import { publishedAddress, indexed, origin, pagesOf, sites } from '../sites.ts';

describe.each(sites)('built for $base', async (site) => {
  const { base, directory } = site;
  const pages = await pagesOf(site);
  const byFile = new Map(pages.map((page) => [page.file, page]));
  const inALanguage = pages.filter(({ counterpart }) => counterpart);

  /** The error of a link, or undefined if its page and anchor exist or it leads to another site. */
  function linkError(link: string, from: string): string | undefined {
    const { origin: its, pathname, hash } = new URL(link, from);
    if (its !== origin) return undefined;
    const path = decodeURIComponent(pathname);
    if (!path.startsWith(base)) return `${link} leaves ${base}`;
    const file = path.slice(base.length).replace(/(^|\/)$/, '$1index.html');
    const full = join(directory, file);
    if (!existsSync(full) || !statSync(full).isFile()) return `${link}: no such page or file`;
    // A fragment with an equals sign is a state of the generator, not an anchor.
    const id = decodeURIComponent(hash.slice(1));
    if (id === '' || id.includes('=')) return undefined;
    const known = byFile
      .get(file)
      ?.document.querySelectorAll('[id]')
      .some((it) => it.id === id);
    return known ? undefined : `${link}: no such anchor`;
  }

  test.each(pages)('$file: every link, asset and anchor exists', (page) => {
    const links = page.document
      .querySelectorAll('[href], [src], [poster]')
      .map(
        (it) =>
          it.getAttribute('href') ?? it.getAttribute('src') ?? it.getAttribute('poster') ?? '',
      );
    const refresh = page.document.querySelectorAll('meta[http-equiv=refresh]');
    links.push(...refresh.map((it) => (it.getAttribute('content') ?? '').replace(/.*url=/, '')));
    expect(links.length).toBeGreaterThan(0);
    expect(
      links.map((link) => linkError(link, publishedAddress(site, page))).filter(Boolean),
    ).toEqual([]);
    const ids = page.document.querySelectorAll('[id]').map((it) => it.id);
    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
  });

  test('every address in the style sheets exists', async () => {
    for await (const file of glob('**/*.css', { cwd: directory })) {
      const addresses = readFileSync(join(directory, file), 'utf8').matchAll(cssAddress);
      for (const [, address = ''] of addresses) {
        expect(new URL(address, origin + base + file).origin, `${file}: ${address}`).toBe(
          address.startsWith('data:') ? 'null' : origin,
        );
        expect(linkError(address, origin + base + file), file).toBeUndefined();
      }
    }
  });

  test('the sitemap has the pages of each language, and no other', () => {
    const index = readFileSync(join(directory, 'sitemap-index.xml'), 'utf8');
    const maps = [...index.matchAll(/<loc>(.*?)<\/loc>/g)].map(([, map = '']) => map);
    expect(maps.map((map) => linkError(map, origin)).filter(Boolean)).toEqual([]);
    const sitemap = maps
      .map((map) => readFileSync(join(directory, map.replace(origin + base, '')), 'utf8'))
      .join('');
    const listed = [...sitemap.matchAll(/<loc>(.*?)<\/loc>/g)].map(([, address]) => address);
    expect(listed.sort()).toEqual(
      indexed(pages)
        .map((page) => publishedAddress(site, page))
        .sort(),
    );
  });

  test.each(inALanguage)('$file has the same structure in the other language', (page) => {
    const other = byFile.get(page.counterpart ?? '');
    expect(other, `${page.counterpart} is missing`).toBeDefined();
    if (!other) return;
    expect(outline(page.document)).toEqual(outline(other.document));
    expect(elementCounts(page.document)).toEqual(elementCounts(other.document));
  });

  test.each(inALanguage)('$file has its language and the addresses of both languages', (page) => {
    const language = page.file.slice(0, 2);
    expect(page.document.querySelector('html')?.getAttribute('lang')).toBe(language);
    const alternates = page.document.querySelectorAll('link[rel=alternate][hreflang]');
    const found = alternates.map((it) => [it.getAttribute('hreflang'), it.getAttribute('href')]);
    const at = (code: string) =>
      publishedAddress(site, page).replace(`${base}${language}/`, `${base}${code}/`);
    expect(found).toEqual([
      ['fr', at('fr')],
      ['en', at('en')],
      ['x-default', at('fr')],
    ]);
    expect(page.document.querySelector('link[rel=canonical]')?.getAttribute('href')).toBe(
      publishedAddress(site, page),
    );
  });

  test.each(pages)('$file loads nothing from another site', ({ document }) => {
    const own = /^(?!\w+:|\/\/)|^data:/;
    const loaded = document
      .querySelectorAll('script[src], img[src], iframe[src], source[src], video[src], audio[src]')
      .map((it) => it.getAttribute('src'));
    const linked = document
      .querySelectorAll('link[href]:not([rel=canonical]):not([rel=alternate])')
      .map((it) => it.getAttribute('href'));
    const styles = document.querySelectorAll('style, [style]').flatMap((it) => {
      const css = it.tagName === 'STYLE' ? it.rawText : (it.getAttribute('style') ?? '');
      return [...css.matchAll(cssAddress)].map(([, address]) => address);
    });
    for (const address of [...loaded, ...linked, ...styles]) expect(address).toMatch(own);
    expect(document.querySelectorAll('[srcset], object, embed, base').map(String)).toEqual([]);
  });

  test.each(pages)('$file has a policy that allows its inline code, and no other', (page) => {
    const metas = page.document.querySelectorAll('meta[http-equiv=Content-Security-Policy]');
    expect(metas).toHaveLength(1);
    const policy = new Map(
      (metas[0]?.getAttribute('content') ?? '').split('; ').map((directive) => {
        const [name = '', ...values] = directive.split(' ');
        return [name, values];
      }),
    );
    expect(page.html.indexOf('http-equiv="Content-Security-Policy"')).toBeLessThan(
      page.html.search(/<(link|script|style|title)\b/),
    );
    expect(policy.get('default-src')).toEqual(["'none'"]);

    const scripts =
      /<script(?![^>]*\s(?:src=|type="application\/(?:ld\+)?json"))[^>]*>(.*?)<\/script>/gs;
    const hashesOf = (pattern: RegExp) =>
      new Set(
        [...page.html.matchAll(pattern)].map(
          ([, text = '']) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`,
        ),
      );
    const allowed = (directive: string) =>
      new Set(policy.get(directive)?.filter((value) => value.startsWith("'sha")));
    expect(allowed('script-src')).toEqual(hashesOf(scripts));
    expect(allowed('style-src')).toEqual(hashesOf(/<style[^>]*>(.*?)<\/style>/gs));
    expect([...policy.values()].flat()).not.toContain("'unsafe-eval'");
    expect(policy.get('script-src')).not.toContain("'unsafe-inline'");

    const handlers = page.document
      .querySelectorAll('*')
      .flatMap((it) => Object.keys(it.attributes).filter((name) => /^on/i.test(name)));
    expect(handlers).toEqual([]);
    const links = page.document.querySelectorAll('[href]');
    expect(links.filter((it) => /^javascript:/i.test(it.getAttribute('href') ?? ''))).toEqual([]);
  });

  test.each(['redis_fr', 'redis_en'])('%s redirects under both its names', (name) => {
    const [page, twin] = [byFile.get(`${name}/index.html`), byFile.get(`${name}.html`)];
    expect(twin?.html).toBe(page?.html);
    const target = `${base}${name.slice(-2)}/redis/`;
    const attribute = (selector: string, its: string) =>
      page?.document.querySelector(selector)?.getAttribute(its);
    expect(attribute('html', 'lang')).toBe(name.slice(-2));
    expect(attribute('link[rel=canonical]', 'href')).toBe(origin + target);
    expect(attribute('noscript meta[http-equiv=refresh]', 'content')).toBe(`0; url=${target}`);
    expect(attribute('main a', 'href')).toBe(target);
    expect(attribute('meta[name=robots]', 'content')).toBe('noindex');
  });

  test('404 is in both languages and is not indexed', () => {
    const document = byFile.get('404.html')?.document;
    const sections = document?.querySelectorAll('section[lang]') ?? [];
    expect(sections.map((it) => it.getAttribute('lang'))).toEqual(['fr', 'en']);
    for (const section of sections) {
      const language = section.getAttribute('lang') ?? '';
      expect(section.querySelectorAll('a').map((it) => it.getAttribute('href'))).toEqual([
        `${base}${language}/`,
        `${base}${language}/redis/`,
      ]);
    }
    expect(document?.querySelector('meta[name=robots]')?.getAttribute('content')).toBe('noindex');
  });

  test.each(pages)('$file: French texts have French punctuation', ({ document }) => {
    expect(frenchTexts(document).flatMap(misprints)).toEqual([]);
  });
});

test('misprints in French texts are found', () => {
  const of = (html: string) => frenchTexts(parse(html)).flatMap(misprints).length;
  expect(of('<html lang="fr"><p>l\'eau</p></html>')).toBe(1);
  expect(of('<html lang="fr"><p>dit "oui"</p></html>')).toBe(1);
  expect(of('<html lang="fr"><p><code>x</code> : oui</p></html>')).toBe(1);
  expect(of('<html lang="fr"><p>« oui »</p></html>')).toBe(1);
  expect(of('<html lang="fr"><p>«\u00a0l’eau\u00a0»\u202f; <code>d\'"</code></p></html>')).toBe(0);
  expect(of('<html lang="fr"><p lang="en">it\'s</p></html>')).toBe(0);
  expect(of('<html lang="fr"><a aria-label="l\'eau"></a></html>')).toBe(1);
});

const cssAddress = /url\(\s*["']?([^"')]+)/g;

function outline(document: HTMLElement): [string, string][] {
  return document
    .querySelectorAll('h1, h2, h3, h4, h5, h6')
    .map((heading) => [heading.tagName, heading.id]);
}

/** The numbers of those elements of which both languages of a page must have the same number. */
function elementCounts(document: HTMLElement): Record<string, number> {
  const counted: Record<string, number> = {};
  const compared = /-|^(PRE|TABLE|TR|SVG|IMG|FIGURE|ASIDE|DETAILS|INPUT|SELECT|BUTTON|OL|UL|LI)$/;
  for (const { tagName } of document.querySelectorAll('body *')) {
    if (compared.test(tagName)) counted[tagName] = (counted[tagName] ?? 0) + 1;
  }
  return counted;
}

const notProse = new Set(['CODE', 'PRE', 'KBD', 'SAMP', 'SCRIPT', 'STYLE', 'TEXTAREA']);

/** Elements with copies of headings, in which code is not marked as code. */
const headingCopies = new Set(['STARLIGHT-TOC', 'MOBILE-STARLIGHT-TOC']);

/** The French texts of a document, those of attributes included. */
function frenchTexts(element: HTMLElement, language = ''): string[] {
  const its = element.getAttribute('lang') ?? language;
  const ownTexts = ['aria-label', 'title', 'alt', 'placeholder', 'data-failed'].flatMap(
    (name) => element.getAttribute(name) ?? [],
  );
  const description = element.tagName === 'META' && element.getAttribute('name') === 'description';
  if (description) ownTexts.push(element.getAttribute('content') ?? '');
  const within = element.childNodes.flatMap((child) => {
    if (child.nodeType === NodeType.TEXT_NODE) return its === 'fr' ? [child.text] : [];
    if (!(child instanceof HTMLElement) || notProse.has(child.tagName)) return [];
    if (headingCopies.has(child.tagName) || child.classList.contains('sl-anchor-link')) return [];
    return frenchTexts(child, its);
  });
  return [...(its === 'fr' ? ownTexts : []), ...within];
}

/** Misprints in a French text: straight quotes, and breaking spaces before or after punctuation. */
function misprints(text: string): string[] {
  // Settings in the diagram: SVG has no element for code.
  const prose = text.replaceAll(/\w+\["\w+"\]/g, '');
  const wrong = /.{0,20}(?:\p{L}'\p{L}|"|[ \t\n][;:!?»]|«[ \t\n]).{0,20}/gsu;
  return [...prose.matchAll(wrong)].map(([found]) => found);
}
