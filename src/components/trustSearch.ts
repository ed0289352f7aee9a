import type { TrustedTypes } from './trusted.ts';

/**
 * Makes the page's default policy of Trusted Types, because Pagefind has none: it allows excerpts
 * with marked words, and the worker that searches.
 *
 * @param folder the address of Pagefind's files
 */
export function trustSearch(folder: string): void {
  const { trustedTypes } = window as { trustedTypes?: TrustedTypes };
  // There can only be one, and a search that failed to load is loaded again.
  if (trustedTypes?.defaultPolicy) return;
  trustedTypes?.createPolicy('default', {
    createHTML: (text) => text.replace(/<(?!\/?mark>)/g, '&lt;'),
    createScriptURL: (address) =>
      new URL(address, location.href).href.startsWith(new URL(folder, location.href).href)
        ? address
        : '',
  });
}
