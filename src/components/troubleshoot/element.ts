import { BuiltElement } from '../builtElement.ts';
import { pageTexts } from '../clientTexts.ts';

/**
 * The box that a message is pasted into. What finds its cause is loaded when the reader turns to
 * the box. What is typed stays in it: it goes to no address, no storage and no server.
 */
class FindMessage extends BuiltElement {
  #find: ((text: string) => void) | undefined;
  #loading = false;

  connectedCallback(): void {
    const box = this.querySelector('textarea');
    box?.addEventListener('focus', () => void this.#load());
    box?.addEventListener('input', () => void this.#show());
    this.querySelector('button')?.addEventListener('click', () => {
      if (!box) return;
      box.value = '';
      void this.#show();
      box.focus();
    });
    // A browser that goes back to the page may give the text back.
    if (box?.value) void this.#show();
  }

  async #show(): Promise<void> {
    await this.#load();
    this.#find?.(this.querySelector('textarea')?.value ?? '');
  }

  async #load(): Promise<void> {
    if (this.#find || this.#loading) return;
    this.#loading = true;
    const say = pageTexts('finder');
    const loaded = await import('./finder.ts').catch(() => undefined);
    this.#loading = false;
    if (loaded) {
      this.#find = loaded.finder(this, say);
      // What was typed meanwhile.
      void this.#show();
      return;
    }
    const status = this.querySelector('[data-part=status]');
    if (status) status.textContent = say('find.failed');
  }
}

customElements.define('find-message', FindMessage);
