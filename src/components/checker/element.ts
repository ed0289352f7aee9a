import { BuiltElement } from '../builtElement.ts';
import { loadTexts } from '../clientTexts.ts';

/**
 * The form that files are pasted into. What checks them is loaded when the reader turns to it. What
 * is given stays in this page's memory: it goes to no address, no storage and no server.
 */
class CheckSettings extends BuiltElement {
  #loading = false;

  connectedCallback(): void {
    const load = () => void this.#load();
    for (const turn of ['pointerover', 'focusin', 'dragenter']) this.addEventListener(turn, load);
    // A reader may have turned to it before this script was there.
    if (this.matches(':hover, :focus-within')) load();
    // What is dropped beside the form must not replace the page.
    for (const moved of ['dragover', 'drop'])
      document.addEventListener(moved, (event) => event.preventDefault());
  }

  async #load(): Promise<void> {
    if (this.#loading) return;
    this.#loading = true;
    const loaded = await Promise.all([import('./liveChecker.ts'), loadTexts('checker')]).catch(
      () => undefined,
    );
    this.querySelector('[data-part=failed]')?.toggleAttribute('hidden', loaded !== undefined);
    if (loaded === undefined) {
      // The next turn to the form tries again.
      this.#loading = false;
      return;
    }
    const [{ makeLive }, say] = loaded;
    makeLive(this, say);
    this.toggleAttribute('data-live', true);
  }
}

customElements.define('check-settings', CheckSettings);
