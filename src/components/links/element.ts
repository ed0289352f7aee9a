import { BuiltElement } from '../builtElement.ts';
import { loadTexts } from '../clientTexts.ts';
import { copyQuote } from '../copy.ts';

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
    const loaded = await Promise.all([import('./linkForm.ts'), loadTexts('links')]).catch(
      () => undefined,
    );
    this.querySelector('[data-part=failed]')?.toggleAttribute('hidden', loaded !== undefined);
    this.#loading = loaded !== undefined;
    if (loaded === undefined) return;
    const [{ makeLive }, say] = loaded;
    makeLive(this, say);
    this.toggleAttribute('data-live', true);
  }
}

customElements.define('link-builder', LinkBuilder);
