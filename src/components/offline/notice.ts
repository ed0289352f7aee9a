import type { Wish } from '../../offline/manifest.ts';
import type { TrustedTypes } from '../trusted.ts';

/** How often a page that comes back into sight asks whether there is a newer one, in milliseconds. */
const PAUSE = 10 * 60_000;

const page = document.documentElement;

/** What is known of a fault: an element that was not loaded, or an error that nobody caught. */
type Fault = Event & Partial<Pick<ErrorEvent, 'filename'> & { reason: { stack?: string } }>;

/**
 * Has the site kept for offline reading, and says when the page at hand is not the present one, or
 * lacks its scripts. It is part of the page itself, so that it is of the same build and always there.
 */
class OfflineNotice extends HTMLElement {
  readonly #own = document.querySelector<HTMLMetaElement>('meta[name=version]')?.content;
  #asked = Date.now();

  connectedCallback(): void {
    const { copy } = page.dataset;
    for (const type of ['error', 'unhandledrejection'])
      addEventListener(type, (event) => this.#fail(event as Fault), true);
    const [reload, close] = this.querySelectorAll('button');
    reload?.addEventListener('click', () => location.reload());
    close?.addEventListener('click', () => this.#show(''));
    document.addEventListener('visibilitychange', () => {
      if (!document.hidden && Date.now() - this.#asked > PAUSE) void this.#compare();
    });
    addEventListener('online', () => void this.#compare());
    if (copy) {
      const date = new Date(copy).toLocaleString(page.lang, {
        dateStyle: 'long',
        timeStyle: 'short',
      });
      this.#show('kept', this.dataset['kept']?.replace('{{date}}', date));
    }
    const begin = () => {
      void this.#register();
      if (copy) void this.#compare();
    };
    addEventListener('load', () => setTimeout(begin, 1000));
  }

  /** Shows a notice; without one, none. */
  #show(what: 'kept' | 'new' | 'failed' | '', text = this.dataset[what] ?? ''): void {
    this.querySelector('p')?.replaceChildren(text);
    for (const { dataset } of [this, page]) {
      if (what) dataset['shows'] = what;
      else delete dataset['shows'];
    }
  }

  /** Says that a script could not be loaded, or is one of the site's own and stopped. */
  #fail({ target, filename, reason }: Fault): void {
    if (target instanceof HTMLScriptElement || /_astro/.test(`${filename}${reason?.stack}`))
      this.#show('failed');
  }

  /** Asks the network itself for this page: the worker answers for navigations only. */
  async #compare(): Promise<void> {
    this.#asked = Date.now();
    const response = await fetch(location.pathname, { cache: 'no-cache' }).catch(() => undefined);
    if (!response?.ok) return;
    // As the worker reads it, too, which has to be one file and can share nothing.
    const [, present] = /version" content="(\w+)/.exec(await response.text()) ?? [];
    const typed = document.querySelector<HTMLInputElement>('input[type=password]')?.value;
    if (present === this.#own) {
      if (this.dataset['shows'] !== 'failed') this.#show('');
    } else if (present)
      this.#show('new', typed ? `${this.dataset['new']} ${this.dataset['password']}` : undefined);
  }

  async #register(): Promise<void> {
    const { worker } = this.dataset;
    // Not where the site is not to be kept.
    if (!worker) return;
    try {
      const { serviceWorker } = navigator;
      const keep = async () => {
        // A reader who saves data keeps what they visit.
        const { connection } = navigator as { connection?: { saveData?: boolean } };
        if (connection?.saveData) return;
        const wish: Wish = { language: page.lang };
        (await serviceWorker.ready).active?.postMessage(wish);
      };
      let controlled = !!serviceWorker.controller;
      serviceWorker.addEventListener('controllerchange', () => {
        // Another worker means that there is another version of the site, the first one does not.
        if (controlled) void Promise.all([keep(), this.#compare()]);
        controlled = true;
      });
      serviceWorker.addEventListener('message', ({ ports: [port] }) =>
        port?.postMessage(this.#own),
      );
      const { trustedTypes } = window as { trustedTypes?: TrustedTypes };
      const policy = trustedTypes?.createPolicy('offline', { createScriptURL: (text) => text });
      await serviceWorker.register(policy?.createScriptURL(worker) ?? worker);
      await keep();
    } catch {
      // Where the browser has no workers, as without encryption, or refuses them, the site is read online.
    }
  }
}

customElements.define('offline-notice', OfflineNotice);
