import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { PRESETS } from '../../src/model/presets.ts';
import { PAGES_FOLDER } from '../../src/site/source.ts';
import { openPage, useBrowser } from '../browser.ts';
import { indexed, menuOf, origin, pagesOf, sites, type Page } from '../sites.ts';

useBrowser(sites);

const project = join(import.meta.dirname, '../..');
const isProse = ({ file }: Page) =>
  existsSync(join(project, PAGES_FOLDER, file.replace('/index.html', '.mdx')));

describe.each(sites)('built for $base', async (site) => {
  const { base } = site;
  const pages = await pagesOf(site);
  const read = indexed(pages);

  describe.each(['fr', 'en'])('the whole guide in %s', (code) => {
    const printed = pages.find(({ file }) => file === `${code}/print/index.html`)?.document;
    const prose = menuOf(read, code).flatMap(
      (link) =>
        read.find((page) => `${link}index.html` === base + page.file && isProse(page)) ?? [],
    );
    const nameOf = ({ file }: Page) => file.replace(/^..\/|\/index\.html$/g, '');

    test('has every page of prose, in the order of the menu', () => {
      expect(prose).toHaveLength(
        read.filter(
          (it) => it.counterpart?.startsWith(code === 'fr' ? 'en/' : 'fr/') && isProse(it),
        ).length,
      );
      const sections = printed?.querySelectorAll('section.printed > h2') ?? [];
      expect(sections.map(({ id, text }) => [id, text])).toEqual(
        prose.map((page) => [nameOf(page), page.document.querySelector('h1')?.text]),
      );
      expect(
        printed
          ?.querySelectorAll('.printed-contents > li > a')
          .map((it) => it.getAttribute('href')),
      ).toEqual(prose.map((page) => `#${nameOf(page)}`));
      expect(
        printed
          ?.querySelectorAll('.printed-contents ul a')
          .map((it) => [it.getAttribute('href'), it.text]),
      ).toEqual(
        printed
          ?.querySelectorAll('section.printed h3[id]')
          .map((it) => [`#${it.id}`, it.text.trim()]),
      );
    });

    test('has each page’s headings one level down, and its code', () => {
      for (const page of prose) {
        const section = printed
          ?.querySelectorAll('section.printed')
          .find((it) => it.querySelector('h2')?.id === nameOf(page));
        const content = page.document.querySelector('.sl-markdown-content');
        const own = content
          ?.querySelectorAll('h2[id], h3[id], h4[id]')
          .map(({ tagName, id }) => [`H${Number(tagName[1]) + 1}`, `${nameOf(page)}/${id}`]);
        const found = section
          ?.querySelectorAll('h3[id], h4[id], h5[id]')
          .map(({ tagName, id }) => [tagName, id]);
        expect(own?.length).toBeGreaterThan(0);
        expect(found, page.file).toEqual(own);
        const code = (element: Page['document'] | null | undefined) =>
          element
            ?.querySelectorAll('pre')
            .filter((it) => !it.closest('[hidden], .js-only'))
            .map((it) => it.text);
        expect(code(section), page.file).toEqual(code(content));
      }
    });

    test('links to its own sections, and has no controls or scripts', () => {
      const sections = printed?.querySelectorAll('section.printed') ?? [];
      const addresses = new Set(prose.map(({ file }) => base + file.replace('index.html', '')));
      const links = sections
        .flatMap((it) => it.querySelectorAll('a[href]'))
        .map((it) => it.getAttribute('href') ?? '');
      expect(links.filter((link) => link.startsWith('#')).length).toBeGreaterThan(50);
      const away = links.filter((link) => !/^(#|https?:)/.test(link));
      for (const link of away) {
        const { pathname, hash } = new URL(link, origin);
        expect(addresses.has(pathname) && !hash.includes('='), link).toBe(false);
      }
      const live =
        'script, style, form, button, input, select, noscript, [hidden], .sl-anchor-link';
      expect(sections.flatMap((it) => it.querySelectorAll(live)).map(String)).toEqual([]);
    });

    test('loads all stylesheets of the pages that it contains', () => {
      const styles = (document: Page['document'] | undefined) =>
        document?.querySelectorAll('link[rel=stylesheet]').map((it) => it.getAttribute('href')) ??
        [];
      const own = new Set(styles(printed));
      for (const page of prose)
        expect(styles(page.document).filter((style) => !own.has(style))).toEqual([]);
    });

    test('has a link on every page, and is found by no search engine and no search', () => {
      for (const { document, file } of read.filter((it) => it.file.startsWith(`${code}/`))) {
        const links = document.querySelectorAll('footer + .beside a, .beside a');
        expect(
          links.map((it) => it.getAttribute('href')),
          file,
        ).toContain(`${base}${code}/print/`);
      }
      expect(printed?.querySelector('meta[name=robots]')?.getAttribute('content')).toBe('noindex');
      expect(printed?.querySelector('[data-pagefind-body]')).toBeNull();
    });
  });

  test('its links lead to their sections', async () => {
    await openPage(site, 'en/print/', {}, async (page) => {
      await page.locator('section.printed a[href="#server/password"]').first().click();
      const top = () =>
        page.locator('[id="server/password"]').evaluate((it) => it.getBoundingClientRect().top);
      await expect.poll(top).toBeLessThan(200);
      expect(await top()).toBeGreaterThanOrEqual(0);
    });
  });
});

describe('on paper', () => {
  const [site] = sites;

  test.each(['fr/redis/', 'en/understand/', 'fr/presets/celery-large/', 'en/print/'])(
    '%s has no controls, and is dark on white',
    async (path) => {
      await openPage(
        site,
        path,
        { colorScheme: 'dark', viewport: { width: 700, height: 1000 } },
        async (page) => {
          await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
          const shown = page.locator(
            'button:visible, nav:not(.sl-markdown-content *):visible, form:visible, input:visible, .sl-anchor-link:visible',
          );
          expect(
            await shown.evaluateAll((all) => all.map((it) => it.outerHTML.slice(0, 80))),
          ).toEqual([]);
          // Paper has no address bar: the page's address is printed at its end.
          expect(await page.locator('.beside').innerText()).toBe(`${origin}/${path}`);

          const code = page.locator('.sl-markdown-content pre:visible');
          for (const pre of await code.all()) {
            expect(await pre.evaluate((it) => it.scrollWidth - it.clientWidth)).toBeLessThanOrEqual(
              1,
            );
          }
          for (const drawing of await page.locator('svg.diagram:visible').all()) {
            expect(
              await drawing.evaluate((it) => it.getBoundingClientRect().right),
            ).toBeLessThanOrEqual(700);
          }
          // WCAG's contrast for small text, on white.
          const faint = await page.locator('.sl-markdown-content').evaluate((content) => {
            const canvas = document
              .createElement('canvas')
              .getContext('2d', { willReadFrequently: true });
            const contrast = (colour: string) => {
              if (!canvas) return 0;
              canvas.fillStyle = '#fff';
              canvas.fillRect(0, 0, 1, 1);
              canvas.fillStyle = colour;
              canvas.fillRect(0, 0, 1, 1);
              const [r = 0, g = 0, b = 0] = [...canvas.getImageData(0, 0, 1, 1).data].map(
                (value) => {
                  const part = value / 255;
                  return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
                },
              );
              return 1.05 / (0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05);
            };
            return [
              ...content.querySelectorAll<HTMLElement>(
                ':is(p, li, td, th, code, a, h2, h3, h4, summary, .db)',
              ),
            ]
              .filter((it) => it.checkVisibility())
              .filter((it) => contrast(getComputedStyle(it).color) < 4.5)
              .map((it) => it.outerHTML.slice(0, 120));
          });
          expect(faint).toEqual([]);
        },
      );
    },
  );

  test('links to other sites print their address, links within the guide do not', async () => {
    await openPage(site, 'en/understand/', {}, async (page) => {
      await page.emulateMedia({ media: 'print' });
      const after = (selector: string) =>
        page
          .locator(selector)
          .first()
          .evaluate((it) => getComputedStyle(it, '::after').content);
      expect(await after('.sl-markdown-content a[href^="https://github.com"]')).toContain(
        'https://github.com',
      );
      expect(await after('.sl-markdown-content a[href^="../"]')).toBe('none');
      expect(await after('.sl-markdown-content p a[href^="#"]')).toBe('none');
    });
  });

  test('each page of the whole guide starts on a new sheet', async () => {
    await openPage(site, 'fr/print/', {}, async (page) => {
      const sections = await page.locator('section.printed').count();
      const pdf = (await page.pdf({ format: 'A4' })).toString('latin1');
      const sheets = pdf.match(/\/Type \/Page\b/g)?.length ?? 0;
      expect(sheets).toBeGreaterThan(sections + 10);
      const breaks = page
        .locator('section.printed')
        .evaluateAll((all) => all.map((it) => getComputedStyle(it).breakBefore));
      expect(new Set(await breaks)).toEqual(new Set(['page']));
    });
  });
});

describe('on a screen', () => {
  const [site] = sites;
  test.each([320, 700, 1152, 1440])(
    'sections not laid out yet have enough space reserved, in a window of %i',
    async (width) => {
      for (const path of [
        'fr/print/',
        'en/print/',
        ...PRESETS.map(({ id }) => `fr/presets/${id}/`),
      ]) {
        await openPage(site, path, { viewport: { width, height: 800 } }, async (page) => {
          const heights = await page.locator('[style*="--characters"]').evaluateAll((all) => {
            const reserved = all.map((it) =>
              parseFloat(getComputedStyle(it).containIntrinsicBlockSize.replace('auto ', '')),
            );
            const whole = new CSSStyleSheet();
            whole.replaceSync('* { content-visibility: visible !important }');
            document.adoptedStyleSheets = [whole];
            return all.map((it, at) => [reserved[at] ?? 0, it.clientHeight] as const);
          });
          expect(heights.length).toBeGreaterThan(0);
          for (const [reserved, height] of heights) {
            expect(height).toBeGreaterThan(100);
            expect(height).toBeLessThan(reserved);
          }
        });
      }
    },
  );
});
