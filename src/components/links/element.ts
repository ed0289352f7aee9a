import { speaker } from '../../core/say.ts';

/** The texts of each language, loaded when they are needed. */
const TEXTS = import.meta.glob<Record<string, string>>('../../content/i18n/*.json', {
  import: 'default',
});

/** A form that builds a link, made live when an author turns to it; and the page's copy buttons. */
class LinkBuilder extends HTMLElement {
  #loading = false;

  connectedCallback(): void {
    document.addEventListener('click', ({ target }) => {
      const button = target instanceof Element && target.closest<HTMLElement>('[data-copy]');
      if (button) void this.#copy(button);
    });
    const form = this.querySelector('form');
    form?.addEventListener('submit', (event) => event.preventDefault());
    const load = () => void this.#load();
    for (const turn of ['pointerover', 'focusin', 'input']) form?.addEventListener(turn, load);
    // An author may have turned to it before this script was there.
    if (form?.matches(':hover, :focus-within')) load();
  }

  async #load(): Promise<void> {
    if (this.#loading) return;
    this.#loading = true;
    const { lang } = document.documentElement;
    const loaded = await Promise.all([
      import('./linkForm.ts'),
      TEXTS[`../../content/i18n/${lang}.json`]?.(),
    ]).catch(() => undefined);
    this.querySelector('[data-part=failed]')?.toggleAttribute('hidden', loaded !== undefined);
    this.#loading = loaded !== undefined;
    if (loaded === undefined) return;
    const [{ makeLive }, texts = {}] = loaded;
    makeLive(this, speaker(texts, lang));
    this.toggleAttribute('data-live', true);
  }

  async #copy(button: HTMLElement): Promise<void> {
    const text = button.closest('.quote')?.querySelector('code')?.textContent ?? '';
    const before = button.textContent;
    const { copied = '', refused = '' } = this.dataset;
    button.textContent = await navigator.clipboard.writeText(text).then(
      () => copied,
      () => refused,
    );
    const said = this.querySelector('[data-part=said]');
    if (said) said.textContent = button.textContent;
    setTimeout(() => {
      button.textContent = before;
    }, 2000);
  }
}

customElements.define('link-builder', LinkBuilder);
