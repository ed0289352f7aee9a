import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'node-html-parser';
import { describe, expect, test } from 'vitest';
import type { BuiltPage } from '../../src/build/builtPages.ts';
import { pageMarkdown, pageText } from '../../src/build/markdown.ts';
import { readable } from '../../src/build/readable.ts';
import { indexed, pagesOf, sites } from '../sites.ts';

describe.each(sites)('built for $base', async ({ base, directory }) => {
  const pages = indexed(await pagesOf({ base, directory }));

  test.each(pages)('$file also exists as Markdown', ({ document, file }) => {
    const links = document.querySelectorAll('link[rel=alternate][type="text/markdown"]');
    const name = file.replace(/index\.html$/, '').replace(/^(..)\/$/, '$1/index/');
    expect(links.map((it) => it.getAttribute('href'))).toEqual([`${base}${name.slice(0, -1)}.md`]);

    const text = readFileSync(join(directory, `${name.slice(0, -1)}.md`), 'utf8');
    const canonical = document.querySelector('link[rel=canonical]')?.getAttribute('href') ?? '';
    const title = document.querySelector('meta[property="og:title"]')?.getAttribute('content');
    expect(text.split('\n').slice(0, 4)).toEqual([
      '---',
      `title: ${JSON.stringify(title)}`,
      `lang: ${file.slice(0, 2)}`,
      `canonical: ${canonical}`,
    ]);
    expect(text).toContain(`\n# ${title ?? ''}\n`);

    // The Markdown has the page's headings, code and table rows.
    const content = readable({ document, address: canonical });
    const headings = content
      .querySelectorAll('h2, h3, h4')
      .map(({ tagName }) => Number(tagName[1]));
    const prose = text.replaceAll(/^( *)(`{3,}).*?^\1\2$/gms, '');
    expect([...prose.matchAll(/^(#{2,}) /gm)].map(([, marks = '']) => marks.length)).toEqual(
      headings,
    );
    const unindented = text.replaceAll(/^ +/gm, '');
    for (const code of content.querySelectorAll('pre')) {
      expect(unindented).toContain(code.text.replace(/\n+$/, '').replaceAll(/^ +/gm, ''));
    }
    // A row below each heading row is made of dashes.
    const rows = content.querySelectorAll('tr').length + content.querySelectorAll('table').length;
    expect(prose.match(/^ *\|.*\|$/gm)?.length ?? 0).toBe(rows);

    // No HTML and no relative address: the file is read outside of the site.
    expect(prose.replaceAll(/`[^`]*`/g, '')).not.toMatch(/<\/?[a-z]/);
    for (const [, address = ''] of prose.matchAll(/\]\(([^)]*)\)/g)) {
      expect(address).toMatch(/^https?:\/\//);
    }
  });
});

describe('a page as Markdown', () => {
  const page = (content: string, language: 'fr' | 'en' = 'en'): BuiltPage => ({
    language,
    name: 'redis',
    address: 'https://pod.example.org/en/redis/',
    title: 'A "title" & <more>',
    description: 'What it is',
    prose: true,
    document: parse(`<div class="sl-markdown-content">${content}</div>`),
  });
  const body = (content: string, language: 'fr' | 'en' = 'en') => {
    const whole = page(content, language);
    return pageText(whole, readable(whole)).split('\n').slice(4).join('\n');
  };

  test('starts with its title, language and address, whatever characters the title has', () => {
    const whole = page('<p>text</p>');
    expect(pageMarkdown(whole, pageText(whole, readable(whole)))).toBe(
      '---\ntitle: "A \\"title\\" & <more>"\nlang: en\n' +
        'canonical: https://pod.example.org/en/redis/\n---\n\n' +
        '# A "title" & \\<more>\n\n> What it is\n\ntext\n',
    );
  });

  test('escapes bars in cells, and separates names that touch', () => {
    const table = '<tr><th>a</th></tr><tr><td><code>x|y</code><code>z</code></td></tr>';
    expect(body(`<table>${table}</table>`)).toBe('| a |\n| - |\n| `x\\|y` `z` |\n');
  });

  test('has complete addresses in links', () => {
    expect(body('<p><a href="../links/#contract">a</a> <a href="#here">b</a></p>')).toBe(
      '[a](https://pod.example.org/en/links/#contract) ' +
        '[b](https://pod.example.org/en/redis/#here)\n',
    );
  });

  test('leaves out controls and hidden elements', () => {
    const controls = '<form><input></form><button>Copy</button><p hidden>later</p><svg></svg>';
    expect(body(`${controls}<p class="js-only">no</p><p>yes</p>`)).toBe('yes\n');
  });

  test('has notes as quotations, and definitions as lists', () => {
    const aside =
      '<aside><p class="starlight-aside__title" aria-hidden="true"><svg></svg>Beware</p>' +
      '<div><p>of it</p></div></aside>';
    expect(body(aside)).toBe('> **Beware**\n>\n> of it\n');
    const list = '<dl><dt>Default</dt><dd><code>1</code></dd><dt>Link</dt><dd>web</dd></dl>';
    expect(body(list)).toBe('- **Default**: `1`\n- **Link**: web\n');
    expect(body(list, 'fr')).toBe('- **Default**\u00a0: `1`\n- **Link**\u00a0: web\n');
  });

  test('keeps code unchanged', () => {
    const code = '<pre><code><span>a = "&lt;b&gt;"\n</span><span>  ```\n</span></code></pre>';
    expect(body(code)).toBe('````\na = "<b>"\n  ```\n````\n');
  });
});
