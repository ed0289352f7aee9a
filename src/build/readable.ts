import { parse, type HTMLElement } from 'node-html-parser';
import type { BuiltPage } from './builtPages.ts';

/** What only serves the page on a screen: controls, copies of headings, what scripts fill in. */
const NOT_READ = [
  'script, style, template, noscript, form, button, input, select, textarea',
  '[hidden], .js-only, .sr-only, .sl-anchor-link, .on-this-page, .summary-bar, .said, .resume',
  '.md\\:sl-hidden',
].join(', ');

/**
 * What a page says, without what only serves it on a screen. Links are complete addresses.
 *
 * @returns a copy, which the caller may change
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
