import type { TrustedTypes } from './trusted.ts';

/**
 * Lets the search box make what it makes of texts: excerpts with marked words, and the worker that
 * searches. It knows nothing of Trusted Types, so that these rules are the page's default.
 *
 * @param folder the address of the search's own files
 */
export function trustSearch(folder: string): void {
  const { trustedTypes } = window as { trustedTypes?: TrustedTypes };
  trustedTypes?.createPolicy('default', {
    createHTML: (text) => text.replace(/<(?!\/?mark>)/g, '&lt;'),
    createScriptURL: (address) =>
      new URL(address, location.href).href.startsWith(new URL(folder, location.href).href)
        ? address
        : '',
  });
}
