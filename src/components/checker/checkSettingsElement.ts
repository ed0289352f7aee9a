import type { Say } from '../../model/say.ts';
import { loadTexts } from '../clientTexts.ts';
import { LazyElement } from '../lazyElement.ts';

type Loaded = [typeof import('./liveChecker.ts'), Say];

/**
 * `<check-settings>`: the form that files are pasted into. The files stay in this page's memory:
 * they go to no address, no storage and no server.
 */
class CheckSettings extends LazyElement<Loaded> {
  connectedCallback(): void {
    this.turnLiveFor(this);
    // A file that is dropped beside the form would replace the page.
    for (const type of ['dragover', 'drop'])
      document.addEventListener(type, (event) => event.preventDefault());
  }

  protected load(): Promise<Loaded> {
    return Promise.all([import('./liveChecker.ts'), loadTexts('checker')]);
  }

  protected start([{ startChecker }, say]: Loaded): void {
    startChecker(this, say);
  }
}

customElements.define('check-settings', CheckSettings);
