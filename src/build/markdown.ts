import { fromHtml } from 'hast-util-from-html';
import { toMdast } from 'hast-util-to-mdast';
import { gfmTableToMarkdown } from 'mdast-util-gfm-table';
import { toMarkdown } from 'mdast-util-to-markdown';
import { parse, type HTMLElement } from 'node-html-parser';
import type { BuiltPage } from './builtPages.ts';
import { readable } from './readable.ts';

/**
 * A page as a Markdown file, which starts with the page's title, language and address.
 *
 * @param text see {@link pageText}
 */
export function pageMarkdown(page: BuiltPage, text: string): string {
  const updated = page.document.querySelector('footer time')?.getAttribute('datetime');
  // A JSON string is one of YAML too.
  const facts = [
    `title: ${JSON.stringify(page.title)}`,
    `lang: ${page.language}`,
    `canonical: ${page.address}`,
    ...(updated === undefined ? [] : [`updated: ${updated.slice(0, 10)}`]),
  ];
  return `---\n${facts.join('\n')}\n---\n\n${text}`;
}

/**
 * A page's title, description and content as Markdown: what its tables, files and commands show is
 * in it, drawings are not, as the table beside a drawing says the same.
 */
export function pageText(page: BuiltPage): string {
  const content = readable(page);
  const description = `<blockquote><p>${escaped(page.description)}</p></blockquote>`;
  for (const change of [drawings, asides, titles, neighbours, captions]) change(content);
  definitions(content, page.language === 'fr' ? '\u00a0: ' : ': ');
  const tree = toMdast(
    fromHtml(`<h1>${escaped(page.title)}</h1>${description}${content.toString()}`, {
      fragment: true,
    }),
    // A name that may break after its underscores is one word all the same.
    { handlers: { wbr: () => undefined } },
  );
  return toMarkdown(tree, {
    bullet: '-',
    fences: true,
    rule: '-',
    extensions: [gfmTableToMarkdown({ tablePipeAlign: false })],
  });
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}

function replace(element: HTMLElement, html: string): void {
  element.replaceWith(parse(html, { blockTextElements: {} }));
}

function drawings(content: HTMLElement): void {
  for (const part of content.querySelectorAll('svg, .as-table > summary')) part.remove();
}

/** A short definition stands on its term's line, as in a list. */
function definitions(content: HTMLElement, colon: string): void {
  for (const list of content.querySelectorAll('dl')) {
    if (list.querySelector('dd :is(p, ul, ol, dl, pre, table)')) continue;
    const items = list.querySelectorAll('dt, dd').map(({ tagName, innerHTML }) => {
      const text = innerHTML.trim();
      return tagName === 'DT' ? `</li><li><strong>${text}</strong>` : `${colon}${text}`;
    });
    replace(list, `<ul>${items.join('').replace('</li>', '')}</li></ul>`);
  }
}

/** A note beside the text is a quotation, with its title. */
function asides(content: HTMLElement): void {
  for (const aside of content.querySelectorAll('aside')) {
    const title = aside.querySelector('.starlight-aside__title');
    if (title) replace(title, `<p><strong>${title.innerHTML}</strong></p>`);
    replace(aside, `<blockquote>${aside.innerHTML}</blockquote>`);
  }
}

/** What opens a file or a table, or stands above it, is its title. */
function titles(content: HTMLElement): void {
  for (const title of content.querySelectorAll('summary, .part-title')) {
    replace(title, `<p><strong>${title.innerHTML.trim()}</strong></p>`);
  }
}

/** Pieces that the style sets apart are apart in the text. */
function neighbours(content: HTMLElement): void {
  for (const element of content.querySelectorAll('code, .badge, .db, strong, span')) {
    const next = element.nextSibling;
    if (next && 'tagName' in next && element.closest('pre') === null) {
      element.insertAdjacentHTML('afterend', ' ');
    }
  }
}

/** Markdown's tables have no caption: it comes before. */
function captions(content: HTMLElement): void {
  for (const table of content.querySelectorAll('table:has(caption)')) {
    const caption = table.querySelector('caption');
    if (!caption) continue;
    caption.remove();
    table.insertAdjacentHTML('beforebegin', `<p>${caption.innerHTML.trim()}</p>`);
  }
}
