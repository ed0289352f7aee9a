import type { Say } from '../../model/say.ts';
import { loadTexts } from '../clientTexts.ts';
import { copyQuote } from '../copy.ts';
import { LazyElement } from '../lazyElement.ts';
import { remembered } from './remembered.ts';

type Loaded = [typeof import('./architectureFollower.ts'), Say];

/**
 * `<your-architecture>`: says which architecture the page's commands are for. The build makes them
 * for the default one; the script is loaded only for a reader who has described another, or who
 * followed a link that does; an element that shows it has `data-followed`.
 */
class YourArchitecture extends LazyElement<Loaded> {
  #follow: (() => Promise<boolean>) | undefined;

  connectedCallback(): void {
    document.addEventListener('click', ({ target }) => {
      const button = target instanceof Element && target.closest('button');
      if (button && 'copy' in button.dataset) void copyQuote(this, button);
    });
    addEventListener('hashchange', () => void this.#show());
    // Another tab may have described another architecture.
    addEventListener('storage', () => void this.#show());
    void this.#show();
  }

  protected load(): Promise<Loaded> {
    return Promise.all([import('./architectureFollower.ts'), loadTexts('commands')]);
  }

  protected start([{ follower }, say]: Loaded): void {
    this.#follow = follower(this, say);
  }

  async #show(): Promise<void> {
    if (!this.#follow && !location.hash.includes('=') && remembered() === '') return;
    if (!(await this.turnLive())) return;
    const followed = (await this.#follow?.()) === true;
    this.showFailure(!followed);
    this.toggleAttribute('data-followed', followed);
  }
}

customElements.define('your-architecture', YourArchitecture);
