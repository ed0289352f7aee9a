import { html, type Html } from '../view/html.ts';
import type { BuiltPage } from './builtPages.ts';
import type { ReadPage } from './readable.ts';

/** A page, its readable content, and the ids in that content. */
interface Part extends ReadPage {
  readonly ids: ReadonlySet<string>;
}

/** All parts, by the paths of their pages. */
type Parts = ReadonlyMap<string, Part>;

const PLACEHOLDER = '<div id="printed-guide"></div>';

/**
 * Fills a language's `print/` page with the whole guide. It uses the built pages: components depend on the page that
 * they are rendered on, and could not be rendered again on this one.
 *
 * @param shell the HTML of the page to print, with a placeholder
 * @param pages the guide's pages in their order; this function changes their content
 */
export function printedGuide(shell: string, pages: readonly ReadPage[]): string {
  if (!shell.includes(PLACEHOLDER)) throw new Error('The page to print has no placeholder.');
  const parts = new Map(
    pages.map(({ page, content }): [string, Part] => {
      const ids = new Set(content.querySelectorAll('[id]').map(({ id }) => id));
      return [new URL(page.address).pathname, { page, content, ids }];
    }),
  );
  const contents = html`<ol class="printed-contents">
    ${[...parts.values()].map(contentsOf)}
  </ol>`;
  const guide = [...parts.values()].map((part) => printed(part, parts)).join('');
  return shell.replace(PLACEHOLDER, () => contents.text + guide);
}

/** Attributes that refer to other elements by id. */
const NAMING = ['aria-labelledby', 'aria-describedby', 'aria-controls', 'for', 'headers'];

/** Attributes that styles use. All other `data-` attributes are for scripts, and the page to print has none. */
const STYLED = ['data-db', 'data-label', 'data-part'];

/** Starlight's text direction of code, which only matters in languages written from right to left. */
const DIRECTED = 'code[dir=auto]';

/** Code that scrolls on its page, and therefore has a label. The text before it names it too. */
const SCROLLED = 'pre[role=group]';

/** Wrapper of a heading and its anchor link, which is not printed. */
const WRAPPED = '.sl-heading-wrapper';

/** Names and values in code. Their colours would add 10 kB to the page; comments keep theirs. */
const COLOURED = ['n', 's', 'm', 'k', 'h'].map((name) => `.l > .${name}`).join(', ');

/** A page in the table of contents, with its sections. */
function contentsOf({ page: { name, title }, content }: Part): Html {
  const sections = content
    .querySelectorAll('h2[id]')
    .map(
      (heading) =>
        html`<li><a href="#${printedId(name, heading.id)}">${heading.textContent.trim()}</a></li>`,
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

/** The id on the page to print of an element that has an id on its page. */
function printedId(page: string, id: string): string {
  return `${page}/${id}`;
}

/** A page as a section: headings are one level lower, ids have the page's name, links within the guide are fragments. */
function printed({ page, content }: Part, parts: Parts): string {
  for (const element of content.querySelectorAll('[id]'))
    element.id = printedId(page.name, element.id);
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
      element.setAttribute(attribute, ids.map((id) => printedId(page.name, id)).join(' '));
    }
  }
  for (const link of content.querySelectorAll('a[href]')) {
    link.setAttribute('href', printedAddress(link.getAttribute('href') ?? '', page, parts));
  }
  for (const level of [5, 4, 3, 2]) {
    for (const heading of content.querySelectorAll(`h${level}`)) heading.tagName = `H${level + 1}`;
  }
  const title = html`<h2 id="${page.name}">${page.title}</h2>`;
  const characters = content.textContent.length;
  return `<section class="printed" style="--characters: ${characters}">${title.text}${content.innerHTML}</section>`;
}

/** The address on the page to print of a link. */
function printedAddress(address: string, from: BuiltPage, parts: Parts): string {
  const url = new URL(address);
  if (url.origin !== new URL(from.address).origin) return address;
  const part = parts.get(url.pathname);
  const id = decodeURIComponent(url.hash.slice(1));
  // A state of the generator (`#web=2`) only works on the generator's page.
  if (!part || id.includes('=')) return url.pathname + url.search + url.hash;
  return part.ids.has(id) ? `#${part.page.name}/${id}` : `#${part.page.name}`;
}
