/** The browser's storage key for the architecture that the reader described last. */
const KEY = 'redis-pod:architecture';

/** The fragment of that architecture; empty for the default one, or where nothing may be stored. */
export function remembered(): string {
  try {
    return localStorage.getItem(KEY) ?? '';
  } catch {
    return '';
  }
}

/**
 * Stores an architecture for the other pages of the site, in this browser alone.
 *
 * @param fragment as `formatLink` makes it, which has no password; empty to forget
 */
export function remember(fragment: string): void {
  try {
    if (fragment === '') localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, fragment);
  } catch {
    // A browser that refuses to store anything shows the default on the other pages.
  }
}
