import { BuiltElement } from '../builtElement.ts';
import { copyQuote } from '../copy.ts';

/** The texts of each language, loaded when they are needed. */
const TEXTS = import.meta.glob<Record<string, string>>('./*.json', {
  base: '../../content/i18n',
  import: 'default',
});

/** A form that builds a link, made live when an author turns to it; and the page's copy buttons. */
class LinkBuilder extends BuiltElement {
  #loading = false;

  connectedCallback(): void {
    document.addEventListener('click', ({ target }) => {
      const button = target instanceof Element && target.closest<HTMLElement>('[data-copy]');
      if (button) void copyQuote(this, button);
    });
    const form = this.querySelector('form');
    form?.addEventListener('submit', (event) => event.preventDefault());
    const load = () => void this.#load();
    for (const turn of ['pointerover', 'focusin', 'input']) form?.addEventListener(turn, load);
    // An author may have turned to it before this script was there.
    if (form?.matches(':hover, :focus-within')) load();
  }

  async #load(): Promise<void> {
    if (this.#loading) return;
    this.#loading = true;
    const { lang } = document.documentElement;
    const loaded = await Promise.all([import('./linkForm.ts'), TEXTS[`./${lang}.json`]?.()]).catch(
      () => undefined,
    );
    this.querySelector('[data-part=failed]')?.toggleAttribute('hidden', loaded !== undefined);
    this.#loading = loaded !== undefined;
    if (loaded === undefined) return;
    const [{ makeLive }, texts = {}] = loaded;
    makeLive(this, texts);
    this.toggleAttribute('data-live', true);
  }
}

customElements.define('link-builder', LinkBuilder);
