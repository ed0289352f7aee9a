import { BuiltElement } from '../builtElement.ts';
import { loadTexts } from '../clientTexts.ts';
import { remembered } from '../architecture/remembered.ts';
import { Related } from './related.ts';

/**
 * The form and its result, as the build made them. What makes them live is loaded when the reader
 * turns to the form or a link brings a state: whoever only copies needs none of it.
 */
class RedisGenerator extends BuiltElement {
  readonly #related = new Related(this);
  #loading = false;
  /** The control that was changed last while that was under way. */
  #edited: EventTarget | null = null;

  connectedCallback(): void {
    const form = this.querySelector('form');
    form?.addEventListener('submit', (event) => event.preventDefault());
    form?.addEventListener('input', ({ target }) => (this.#edited = target));
    const load = () => void this.#load();
    for (const turn of ['pointerover', 'focusin', 'input']) form?.addEventListener(turn, load);
    addEventListener('hashchange', load);
    // What a link brings comes before what the reader changes.
    if (location.hash === '') this.#enable();
    else load();
    if (!location.hash.includes('=')) this.#offer(remembered());
  }

  /** Without a state in its address the page shows the default, and offers what was described before. */
  #offer(fragment: string): void {
    const place = this.querySelector<HTMLElement>('[data-part=resume]');
    const link = place?.querySelector('a');
    if (!place || !link || fragment === '') return;
    link.hash = fragment;
    place.hidden = false;
  }

  #enable(): void {
    this.querySelector('[data-part=fields]')?.removeAttribute('disabled');
  }

  #showFailure(failed: boolean): void {
    this.querySelector('[data-part=failed]')?.toggleAttribute('hidden', !failed);
  }

  async #load(): Promise<void> {
    if (this.#loading) return;
    this.#loading = true;
    const loaded = await Promise.all([import('./liveForm.ts'), loadTexts('form')]).catch(
      () => undefined,
    );
    this.#enable();
    this.#showFailure(loaded === undefined);
    if (loaded === undefined) {
      // The next turn to the form tries again.
      this.#loading = false;
      return;
    }
    const [{ LiveForm }, say] = loaded;
    new LiveForm(this, this.#related, say, this.#edited);
    this.toggleAttribute('data-live', true);
  }
}

customElements.define('redis-generator', RedisGenerator);
