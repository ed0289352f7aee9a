import type { Say } from '../../model/say.ts';
import { loadTexts } from '../clientTexts.ts';
import { copyQuote } from '../copy.ts';
import { LazyElement } from '../lazyElement.ts';
import { need } from '../dom.ts';

type Loaded = [typeof import('./linkForm.ts'), Say];

/** `<link-builder>`: the form that builds a link to the generator, and the page's copy buttons. */
class LinkBuilder extends LazyElement<Loaded> {
  connectedCallback(): void {
    document.addEventListener('click', ({ target }) => {
      const button = target instanceof Element && target.closest<HTMLElement>('[data-copy]');
      if (button) void copyQuote(this, button);
    });
    const form = need(this, 'form');
    form.addEventListener('submit', (event) => event.preventDefault());
    this.turnLiveFor(form);
  }

  protected load(): Promise<Loaded> {
    return Promise.all([import('./linkForm.ts'), loadTexts('links')]);
  }

  protected start([{ startLinkForm }, say]: Loaded): void {
    startLinkForm(this, say);
  }
}

customElements.define('link-builder', LinkBuilder);
