import { BuiltElement } from '../builtElement.ts';
import { loadTexts } from '../clientTexts.ts';
import { copyQuote } from '../copy.ts';
import { remembered } from './remembered.ts';

/**
 * Says whose architecture a page's commands are for. They are the default's as the build made them;
 * what makes them the reader's is loaded only when the reader has described another.
 */
class YourArchitecture extends BuiltElement {
  #follow: ((fragment: string) => void) | undefined;

  connectedCallback(): void {
    document.addEventListener('click', ({ target }) => {
      const button = target instanceof Element && target.closest('button');
      if (button && 'copy' in button.dataset) void copyQuote(this, button);
    });
    addEventListener('hashchange', () => void this.#show());
    // Another tab may have described another.
    addEventListener('storage', () => void this.#show());
    void this.#show();
  }

  async #show(): Promise<void> {
    const fragment = location.hash.includes('=') ? location.hash.slice(1) : remembered();
    if (this.#follow) {
      this.#follow(fragment);
      return;
    }
    if (fragment === '') return;
    const loaded = await Promise.all([import('./yours.ts'), loadTexts('commands')]).catch(
      () => undefined,
    );
    this.querySelector('[data-part=failed]')?.toggleAttribute('hidden', loaded !== undefined);
    if (loaded === undefined) return;
    const [{ follower }, say] = loaded;
    this.#follow ??= follower(this, say);
    this.#follow(fragment);
    this.toggleAttribute('data-live', true);
  }
}

customElements.define('your-architecture', YourArchitecture);
