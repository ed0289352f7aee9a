import styleSheet from '../styles/search.css?url';
import { trustSearch } from './trustSearch.ts';

/**
 * Pagefind's search box, which comes with its style and its index when the search is first opened.
 * Its attributes are the build's texts: `data-translations` for Pagefind, `data-failed` for what
 * could not be loaded, `data-small-words` for words that are not searched for.
 */
export class SearchBox extends HTMLElement {
  #loading: Promise<void> | undefined;

  connectedCallback() {
    // What Pagefind does not get it would wait for.
    window.addEventListener('unhandledrejection', ({ reason }) => {
      if (reason instanceof Error && /\/pagefind\//.test(reason.stack ?? '')) this.#fail();
    });
  }

  /** Has the reader type in it, once it is loaded; says so when it cannot be. */
  async show(): Promise<void> {
    try {
      await (this.#loading ??= this.#load());
      this.querySelector('input')?.focus();
    } catch {
      this.#fail();
    }
  }

  /** Says that something could not be loaded. Who opens the search again tries again. */
  #fail() {
    this.#loading = undefined;
    this.textContent = this.dataset['failed'] ?? '';
  }

  async #load() {
    this.replaceChildren();
    const style = document.createElement('link');
    style.rel = 'stylesheet';
    style.href = styleSheet;
    const styled = new Promise((resolve, reject) => {
      style.onload = resolve;
      style.onerror = reject;
    });
    document.head.append(style);
    const bundlePath = `${import.meta.env.BASE_URL}pagefind/`;
    const [{ PagefindUI }, pagefind] = await Promise.all([
      // @ts-expect-error The package has no types.
      import('@pagefind/default-ui') as Promise<{
        PagefindUI: new (options: Record<string, unknown>) => unknown;
      }>,
      import(/* @vite-ignore */ `${bundlePath}pagefind.js`) as Promise<{
        destroy: () => Promise<void>;
      }>,
      styled,
    ]);
    trustSearch(bundlePath);
    // What it did not get before it would not ask for again.
    await pagefind.destroy();
    // Its form's action is `javascript:`, which the site's policy refuses; results come as one types.
    this.addEventListener('submit', (event) => {
      event.preventDefault();
    });
    new PagefindUI({
      element: this,
      baseUrl: import.meta.env.BASE_URL,
      bundlePath,
      showImages: false,
      showSubResults: true,
      processTerm: (term: string) => this.#telling(term),
      translations: JSON.parse(this.dataset['translations'] ?? '{}') as unknown,
    });
  }

  /** What is searched for, without the words that every page has: those would decide the order. */
  #telling(term: string) {
    const small = new Set(this.dataset['smallWords']?.split(' '));
    const words = term.split(/[\s'’]+/).filter((word) => !small.has(word.toLowerCase()));
    return words.join(' ').trim() || term;
  }
}
customElements.define('search-box', SearchBox);
