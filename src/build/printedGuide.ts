import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse, type HTMLElement } from 'node-html-parser';
import { html, type Html } from '../view/html.ts';
import type { BuiltPage } from './builtPages.ts';
import { languages } from '../site/languages.ts';
import { readable } from './readable.ts';
import type { Language } from '../site/texts.ts';

/**
 * Fills each language's `print/` with the whole guide. Made of the built pages: their components
 * know the page they are on, and could not be rendered on another.
 *
 * @param site the folder of the built site
 */
export async function writePrintedGuide(pages: readonly BuiltPage[], site: string): Promise<void> {
  for (const language of Object.keys(languages) as Language[]) {
    const file = join(site, language, 'print/index.html');
    const own = pages.filter((page) => page.language === language && page.prose);
    await writeFile(file, withGuide(await readFile(file, 'utf8'), own));
  }
}

/** A page, what is printed of it, and the ids that this has. */
interface Part {
  readonly page: BuiltPage;
  readonly content: HTMLElement;
  readonly ids: ReadonlySet<string>;
}

/** All parts, by the paths of their pages. */
type Parts = ReadonlyMap<string, Part>;

const place = '<div id="printed-guide"></div>';

/** Puts pages into the page that is there for them, with the styles that they have. */
function withGuide(shell: string, pages: readonly BuiltPage[]): string {
  if (!shell.includes(place)) throw new Error('The page to print has no place for the guide.');
  const parts = new Map(
    pages.map((page): [string, Part] => {
      const content = readable(page);
      const ids = new Set(content.querySelectorAll('[id]').map(({ id }) => id));
      return [new URL(page.address).pathname, { page, content, ids }];
    }),
  );
  const contents = html`<ol class="printed-contents">
    ${[...parts.values()].map(contentsOf)}
  </ol>`;
  const guide = [...parts.values()].map((part) => printed(part, parts)).join('');
  const missing = new Set(pages.flatMap(styles)).difference(
    new Set(styles({ document: parse(shell, options) })),
  );
  return shell
    .replace(place, () => contents.text + guide)
    .replace('</head>', () => `${[...missing].join('')}</head>`);
}

const options = { blockTextElements: { script: true, style: true } };

function styles({ document }: Pick<BuiltPage, 'document'>): string[] {
  return document.querySelectorAll('link[rel=stylesheet], style').map(String);
}

/** Attributes that name other elements by their ids. */
const NAMING = ['aria-labelledby', 'aria-describedby', 'aria-controls', 'for', 'headers'];

/** What styles go by, of what else is for scripts: there are none on the page. */
const STYLED = ['data-db', 'data-label', 'data-part'];

/** What only helps with text from right to left, which no page has; Starlight adds it to all code. */
const DIRECTED = 'code[dir=auto]';

/** Code that can be scrolled on a page of its own, and has a name for it. The text before it says the same. */
const SCROLLED = 'pre[role=group]';

/** What holds a heading's link to itself, which is not printed. */
const WRAPPED = '.sl-heading-wrapper';

/** Names and values in code: with their colours, the page would be 10 kB longer. Comments keep theirs. */
const COLOURED = ['n', 's', 'm', 'k', 'h'].map((name) => `.l > .${name}`).join(', ');

/** A page in the table of contents, with its sections. */
function contentsOf({ page: { name, title }, content }: Part): Html {
  const sections = content
    .querySelectorAll('h2[id]')
    .map(
      (heading) =>
        html`<li><a href="#${own(name, heading.id)}">${heading.textContent.trim()}</a></li>`,
    );
  return html`<li>
    <a href="#${name}">${title}</a>${
      sections.length > 0 &&
      html`<ul>
        ${sections}
      </ul>`
    }
  </li>`;
}

/** What an id of a page is on the page that has them all. */
function own(page: string, id: string): string {
  return `${page}/${id}`;
}

/** A page as a section: headings one level down, ids its own, links among the guide's in place. */
function printed({ page, content }: Part, parts: Parts): string {
  for (const element of content.querySelectorAll('[id]')) element.id = own(page.name, element.id);
  for (const element of content.querySelectorAll('*')) {
    for (const name of Object.keys(element.attributes))
      if (/^data-|^tabindex$/.test(name) && !STYLED.includes(name)) element.removeAttribute(name);
  }
  for (const token of content.querySelectorAll(COLOURED)) token.replaceWith(token.innerHTML);
  for (const code of content.querySelectorAll(DIRECTED)) code.removeAttribute('dir');
  for (const code of content.querySelectorAll(SCROLLED))
    code.removeAttribute('role').removeAttribute('aria-label');
  for (const wrapper of content.querySelectorAll(WRAPPED)) wrapper.replaceWith(wrapper.innerHTML);
  for (const attribute of NAMING) {
    for (const element of content.querySelectorAll(`[${attribute}]`)) {
      const ids = (element.getAttribute(attribute) ?? '').split(/\s+/);
      element.setAttribute(attribute, ids.map((id) => own(page.name, id)).join(' '));
    }
  }
  for (const link of content.querySelectorAll('a[href]')) {
    link.setAttribute('href', within(link.getAttribute('href') ?? '', page, parts));
  }
  for (const level of [5, 4, 3, 2]) {
    for (const heading of content.querySelectorAll(`h${level}`)) heading.tagName = `H${level + 1}`;
  }
  const title = html`<h2 id="${page.name}">${page.title}</h2>`;
  const characters = content.textContent.length;
  return `<section class="printed" style="--characters: ${characters}">${title.text}${content.innerHTML}</section>`;
}

/** Where a link leads on the page that has them all. */
function within(address: string, from: BuiltPage, parts: Parts): string {
  const url = new URL(address);
  if (url.origin !== new URL(from.address).origin) return address;
  const part = parts.get(url.pathname);
  const id = decodeURIComponent(url.hash.slice(1));
  // A state of the generator is for the generator's own page.
  if (!part || id.includes('=')) return url.pathname + url.search + url.hash;
  return part.ids.has(id) ? `#${part.page.name}/${id}` : `#${part.page.name}`;
}
