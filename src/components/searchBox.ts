import styleSheet from '../styles/search.css?url';
import { trustSearch } from './trustSearch.ts';

/**
 * The order of the results, see https://pagefind.app/docs/ranking/. Titles and the fields that `searchIndex.ts` adds
 * weigh most; a title has Pagefind's own weight, 5. A long page is no worse than a short one, and a word that only
 * begins like the one that was typed counts for little.
 */
const RANKING = {
  metaWeights: { headings: 3, description: 3 },
  pageLength: 0.3,
  termSimilarity: 8,
};

/** The number of sections that a result shows: Pagefind's box would choose among more. */
const SECTIONS = 3;

/** A section of a found page, with the places of the words in it. */
interface FoundSection {
  readonly url: string;
  readonly weighted_locations: readonly { readonly balanced_score: number }[];
}

/** A page that was found. */
interface FoundPage {
  readonly url: string;
  readonly meta: { readonly title?: string };
  readonly sub_results: readonly FoundSection[];
}

/** The page as the box shows it: the sections that fit best come first, and no field is shown. */
function shownResult(page: FoundPage): FoundPage {
  const score = ({ weighted_locations }: FoundSection) =>
    weighted_locations.reduce((sum, { balanced_score }) => sum + balanced_score, 0);
  const sections = page.sub_results
    .filter(({ url }) => url !== page.url)
    .sort((one, other) => score(other) - score(one))
    .slice(0, SECTIONS);
  const introduction = page.sub_results.filter(({ url }) => url === page.url);
  const { title = '' } = page.meta;
  const shown = { ...page, meta: { title }, sub_results: [...introduction, ...sections] };
  // The space that `searchIndex.ts` adds in French.
  return document.documentElement.lang === 'fr'
    ? (JSON.parse(JSON.stringify(shown).replaceAll('’ ', '’')) as FoundPage)
    : shown;
}

/**
 * Pagefind's search box, which loads its style and its index when the search is first opened. Its
 * attributes are texts: `data-translations` for Pagefind, `data-failed` for a search that could not
 * be loaded, `data-small-words` for words that are left out of a search.
 */
export class SearchBox extends HTMLElement {
  #loading: Promise<void> | undefined;

  connectedCallback() {
    // Pagefind waits for ever for a file that it does not get.
    window.addEventListener('unhandledrejection', ({ reason }) => {
      if (reason instanceof Error && /\/pagefind\//.test(reason.stack ?? '')) this.#fail();
    });
  }

  /** Loads the search and moves the focus to its field, or shows that it could not be loaded. */
  async show(): Promise<void> {
    try {
      await (this.#loading ??= this.#load());
      this.querySelector('input')?.focus();
    } catch {
      this.#fail();
    }
  }

  /** Shows that something could not be loaded. Opening the search again tries again. */
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
    // Otherwise it would not ask again for a file that it did not get before.
    await pagefind.destroy();
    // The action of its form is `javascript:`, which the policy refuses. Results come while typing.
    this.addEventListener('submit', (event) => {
      event.preventDefault();
    });
    new PagefindUI({
      element: this,
      baseUrl: import.meta.env.BASE_URL,
      bundlePath,
      showImages: false,
      showSubResults: true,
      processTerm: (term: string) => this.#significant(term),
      processResult: shownResult,
      ranking: RANKING,
      translations: JSON.parse(this.dataset['translations'] ?? '{}') as unknown,
    });
  }

  /** The words of a search without those that every page has: they would decide the order. */
  #significant(term: string) {
    const small = new Set(this.dataset['smallWords']?.split(' '));
    const words = term.split(/[\s'’]+/).filter((word) => !small.has(word.toLowerCase()));
    return words.join(' ').trim() || term;
  }
}
customElements.define('search-box', SearchBox);
