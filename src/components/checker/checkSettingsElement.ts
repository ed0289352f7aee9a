import { pageTexts } from '../clientTexts.ts';
import { LazyElement } from '../lazyElement.ts';

/**
 * `<check-settings>`: the form that files are pasted into. The files stay in this page's memory:
 * they go to no address, no storage and no server.
 */
class CheckSettings extends LazyElement<typeof import('./liveChecker.ts')> {
  connectedCallback(): void {
    this.turnLiveFor(this);
    // A file that is dropped beside the form would replace the page.
    for (const type of ['dragover', 'drop'])
      document.addEventListener(type, (event) => event.preventDefault());
  }

  protected load() {
    return import('./liveChecker.ts');
  }

  protected start({ startChecker }: typeof import('./liveChecker.ts')): void {
    startChecker(this, pageTexts());
  }
}

customElements.define('check-settings', CheckSettings);
