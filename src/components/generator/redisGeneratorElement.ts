import type { Say } from '../../model/say.ts';
import { remembered } from '../architecture/remembered.ts';
import { loadTexts } from '../clientTexts.ts';
import { need, part } from '../dom.ts';
import { LazyElement } from '../lazyElement.ts';
import { lightRelated } from './related.ts';

type Loaded = [typeof import('./liveForm.ts'), Say];

/**
 * `<redis-generator>`: the form and its files, as the build made them for the default architecture.
 * A reader who only copies them needs no further script.
 */
class RedisGenerator extends LazyElement<Loaded> {
  #refreshRelated = () => {};
  /** The control that the reader changed last while the script was loading. */
  #edited: EventTarget | null = null;

  connectedCallback(): void {
    this.#refreshRelated = lightRelated(this);
    const form = need(this, 'form');
    form.addEventListener('submit', (event) => event.preventDefault());
    form.addEventListener('input', ({ target }) => (this.#edited = target));
    this.turnLiveFor(form);
    addEventListener('hashchange', () => void this.turnLive());
    // The form is disabled until it shows the architecture of its link.
    if (location.hash === '') this.#enable();
    else void this.turnLive().then(() => this.#enable());
    if (!location.hash.includes('=')) this.#offer(remembered());
  }

  protected load(): Promise<Loaded> {
    return Promise.all([import('./liveForm.ts'), loadTexts('form')]);
  }

  protected start([{ startForm }, say]: Loaded): void {
    startForm(this, this.#refreshRelated, say, this.#edited);
  }

  /** Offers the architecture that the reader described last; the page itself shows the default. */
  #offer(fragment: string): void {
    if (fragment === '') return;
    const offer = part(this, 'resume');
    need(offer, 'a', HTMLAnchorElement).hash = fragment;
    offer.hidden = false;
  }

  #enable(): void {
    part(this, 'fields').removeAttribute('disabled');
  }
}

customElements.define('redis-generator', RedisGenerator);
