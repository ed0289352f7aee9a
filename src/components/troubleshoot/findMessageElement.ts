import { pageTexts } from '../clientTexts.ts';
import { need, part } from '../dom.ts';
import { LazyElement } from '../lazyElement.ts';

/**
 * `<find-message>`: the box that a message is pasted into, which finds the message's cause. The
 * text stays in the box: it goes to no address, no storage and no server.
 */
class FindMessage extends LazyElement<typeof import('./finder.ts')> {
  readonly #say = pageTexts('finder');
  #find: ((text: string) => void) | undefined;

  get #box(): HTMLTextAreaElement {
    return need(this, 'textarea', HTMLTextAreaElement);
  }

  connectedCallback(): void {
    const box = this.#box;
    this.turnLiveFor(box);
    box.addEventListener('input', () => void this.#show());
    need(this, 'button').addEventListener('click', () => {
      box.value = '';
      void this.#show();
      box.focus();
    });
    // A browser that goes back to the page may restore the text.
    if (box.value) void this.#show();
  }

  protected load() {
    return import('./finder.ts');
  }

  protected start({ finder }: typeof import('./finder.ts')): void {
    this.#find = finder(this, this.#say);
  }

  /** The failure has no element: the box announces it where it announces its results. */
  protected override showFailure(failed: boolean): void {
    if (failed) part(this, 'status').textContent = this.#say('find.failed');
  }

  async #show(): Promise<void> {
    if (await this.turnLive()) this.#find?.(this.#box.value);
  }
}

customElements.define('find-message', FindMessage);
