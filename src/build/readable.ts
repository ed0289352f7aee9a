import { parse, type HTMLElement } from 'node-html-parser';
import type { BuiltPage } from './builtPages.ts';

/** Elements for use on a screen only: controls, copies of headings, placeholders of scripts. */
const NOT_READ = [
  'script, style, template, noscript, form, button, input, select, textarea',
  '[hidden], .js-only, .sr-only, .sl-anchor-link, .on-this-page, .summary-bar, .said, .resume',
  '.md\\:sl-hidden',
].join(', ');

/**
 * The content of a page without its {@link NOT_READ} elements, and with complete addresses in its links.
 *
 * @returns a copy, which the caller may change
 * @throws if the page has no content
 */
export function readable({
  document,
  address,
}: Pick<BuiltPage, 'document' | 'address'>): HTMLElement {
  const content = document.querySelector('.sl-markdown-content');
  if (!content) throw new Error(`${address} has no content.`);
  const copy = parse(content.innerHTML, { blockTextElements: {} });
  for (const element of copy.querySelectorAll(NOT_READ)) element.remove();
  for (const link of copy.querySelectorAll('a[href]')) {
    link.setAttribute('href', new URL(link.getAttribute('href') ?? '', address).href);
  }
  return copy;
}

/** A page with its readable content. */
export interface ReadPage {
  readonly page: BuiltPage;
  readonly content: HTMLElement;
}
