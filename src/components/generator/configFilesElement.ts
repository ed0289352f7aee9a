import { pageTexts } from '../clientTexts.ts';
import { copyText } from '../copy.ts';
import { need, part, saveFile } from '../dom.ts';
import { lightRelated } from './related.ts';

/**
 * `<config-files>`: copies and downloads the files and the diagram inside it. It reads them from
 * the page, so that it serves the pages of presets and the generator alike.
 */
export class ConfigFiles extends HTMLElement {
  /**
   * Brings the page up to date before the files are read. The form (`liveForm.ts`) sets it: it
   * changes what is out of sight a few frames late. Files that the build made are up to date.
   */
  beforeReading = () => {};
  readonly #say = pageTexts('files');

  connectedCallback(): void {
    // Within the generator, the form's fields are related too.
    if (!this.closest('redis-generator')) lightRelated(this);
    this.addEventListener('click', (event) => {
      const button = event.target instanceof Element && event.target.closest('button');
      if (!button) return;
      this.beforeReading();
      const { copy, download } = button.dataset;
      if (copy) void this.#copy(copy);
      if (download) this.#download(download);
      if ('zip' in button.dataset) void this.#downloadZip();
      if ('svg' in button.dataset) void this.#downloadDiagram();
    });
  }

  #file(id: string): HTMLElement {
    return need(this, `[data-file="${CSS.escape(id)}"]`);
  }

  #text(id: string): string {
    return Array.from(this.#file(id).querySelectorAll('.l'), (line) => {
      // The words for screen readers that precede a changed line.
      const spoken = line.querySelector('.sr-only')?.textContent ?? '';
      return line.textContent.slice(spoken.length);
    }).join('');
  }

  /** Announces that files were handed over, and what is still wrong with them. */
  #announceDone(text: string, files: readonly Element[]): void {
    const sentences = [text];
    if (files.some((file) => file.querySelector('mark')))
      sentences.push(this.#say('gen.done.todo'));
    if (this.hasAttribute('data-stale')) sentences.push(this.#say('gen.done.stale'));
    this.#announce(sentences.join(' '), sentences.length > 1);
  }

  #announce(text: string, todo: boolean): void {
    const status = part(this, 'done');
    status.textContent = text;
    status.classList.toggle('todo', todo);
  }

  async #copy(id: string): Promise<void> {
    if (await copyText(this.#text(id)))
      this.#announceDone(this.#say('gen.done.copy', { file: id }), [this.#file(id)]);
    else this.#announce(this.#say('gen.done.refused'), true);
  }

  #download(id: string): void {
    const name = id.slice(id.lastIndexOf('/') + 1);
    saveFile(new Blob([this.#text(id)], { type: 'text/plain' }), name);
    this.#announceDone(this.#say('gen.done.download', { file: id }), [this.#file(id)]);
  }

  async #downloadZip(): Promise<void> {
    const loaded = await import('client-zip').catch(() => undefined);
    if (!loaded) {
      this.#announce(this.#say('gen.done.failed'), true);
      return;
    }
    const files = [...this.querySelectorAll<HTMLElement>('[data-file]')];
    const entries = files.map(({ dataset: { file = '' } }) => ({
      name: file,
      input: this.#text(file),
      lastModified: new Date(),
    }));
    const name = this.#say('gen.zip.file');
    saveFile(await loaded.downloadZip(entries).blob(), name);
    this.#announceDone(this.#say('gen.done.download', { file: name }), files);
  }

  async #downloadDiagram(): Promise<void> {
    const loaded = await import('../../view/standalone.ts').catch(() => undefined);
    if (!loaded) {
      this.#announce(this.#say('gen.done.failed'), true);
      return;
    }
    const svg = new XMLSerializer().serializeToString(need(this, 'svg.diagram.wide', SVGElement));
    const file = loaded.standalone(svg, this.#say('gen.table.caption'));
    const name = this.#say('gen.diagram.file');
    saveFile(new Blob([file], { type: 'image/svg+xml' }), name);
    this.#announceDone(this.#say('gen.done.download', { file: name }), []);
  }
}

customElements.define('config-files', ConfigFiles);
