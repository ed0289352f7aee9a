import type { Wish } from '../../offline/manifest.ts';
import type { TrustedTypes } from '../trusted.ts';

/** How often a page that comes back into sight asks whether there is a newer one, in milliseconds. */
const PAUSE = 10 * 60_000;

/** Has the site kept for offline reading, and says when the page at hand is not the present one. */
class OfflineNotice extends HTMLElement {
  readonly #own = document.querySelector<HTMLMetaElement>('meta[name=version]')?.content;
  #asked = Date.now();

  connectedCallback(): void {
    const { copy } = document.documentElement.dataset;
    this.#button('reload')?.addEventListener('click', () => location.reload());
    this.#button('close')?.addEventListener('click', () => this.#show());
    document.addEventListener('visibilitychange', () => {
      if (!document.hidden && Date.now() - this.#asked > PAUSE) void this.#compare();
    });
    addEventListener('online', () => void this.#compare());
    if (copy !== undefined) {
      const { lang } = document.documentElement;
      const date = new Date(copy).toLocaleString(lang, { dateStyle: 'long', timeStyle: 'short' });
      this.#show('copy', this.dataset['textCopy']?.replace('{{date}}', date));
    }
    const begin = () => {
      void this.#register();
      if (copy !== undefined) void this.#compare();
    };
    addEventListener('load', () => setTimeout(begin, 1000));
  }

  #button(name: string) {
    return this.querySelector<HTMLElement>(`[data-${name}]`);
  }

  /** Shows a notice; without one, none. */
  #show(what?: 'copy' | 'new', text = ''): void {
    const place = this.querySelector('p');
    if (place) place.textContent = text;
    this.toggleAttribute('data-shows', what !== undefined);
    this.#button('close')?.toggleAttribute('hidden', what === undefined);
    this.#button('reload')?.toggleAttribute('hidden', what !== 'new');
  }

  /** Asks the network itself for this page: the worker answers for navigations only. */
  async #compare(): Promise<void> {
    this.#asked = Date.now();
    const response = await fetch(location.pathname, { cache: 'no-cache' }).catch(() => undefined);
    if (!response?.ok) return;
    // As the worker reads it, too, which has to be one file and can share nothing.
    const [, present] = /<meta name="version" content="(\w+)">/.exec(await response.text()) ?? [];
    const { textNew = '', textPassword = '' } = this.dataset;
    const typed = document.querySelector<HTMLInputElement>('input[type=password]')?.value;
    if (present === this.#own) this.#show();
    else if (present !== undefined)
      this.#show('new', typed ? `${textNew} ${textPassword}` : textNew);
  }

  async #register(): Promise<void> {
    // Not where the site comes without encryption.
    if (!('serviceWorker' in navigator)) return;
    const { serviceWorker } = navigator;
    const keep = async () => {
      // A reader who saves data keeps what they visit.
      const { connection } = navigator as { connection?: { saveData?: boolean } };
      if (connection?.saveData) return;
      const wish: Wish = { language: document.documentElement.lang };
      (await serviceWorker.ready).active?.postMessage(wish);
    };
    let controlled = serviceWorker.controller !== null;
    serviceWorker.addEventListener('controllerchange', () => {
      // Another worker means that there is another version of the site, the first one does not.
      if (controlled) void Promise.all([keep(), this.#compare()]);
      controlled = true;
    });
    serviceWorker.addEventListener('message', ({ ports: [port] }) => port?.postMessage(this.#own));
    try {
      const address = `${import.meta.env.BASE_URL.replace(/\/?$/, '/')}sw.js`;
      const { trustedTypes } = window as { trustedTypes?: TrustedTypes };
      const rules = { createScriptURL: (text: string) => text };
      const policy = trustedTypes?.createPolicy('offline', rules) ?? rules;
      await serviceWorker.register(policy.createScriptURL(address));
      await keep();
    } catch {
      // Where the browser refuses workers, the site is read online.
    }
  }
}

customElements.define('offline-notice', OfflineNotice);
