import { BuiltElement } from '../builtElement.ts';
import { copyText } from '../copy.ts';
import { Related } from './related.ts';
import { pageTexts } from '../clientTexts.ts';

/**
 * Copy, download and zip for the files inside it. It reads their texts from the page, so that it
 * serves files made at build and files made live alike.
 */
class ConfigFiles extends BuiltElement {
  readonly #say = pageTexts('files');

  connectedCallback(): void {
    // Within the generator, the form's fields take part too.
    if (!this.closest('redis-generator')) new Related(this);
    this.addEventListener('click', (event) => {
      const button = event.target instanceof Element && event.target.closest('button');
      if (!button) return;
      const { copy, download } = button.dataset;
      if (copy) void this.#copy(copy);
      if (download) this.#download(download);
      if ('zip' in button.dataset) void this.#zip();
      if ('svg' in button.dataset) void this.#drawing();
    });
  }

  #file(id: string): HTMLElement | null {
    return this.querySelector(`[data-file="${CSS.escape(id)}"]`);
  }

  #text(id: string): string {
    const lines = this.#file(id)?.querySelectorAll('.l') ?? [];
    return Array.from(lines, (line) => {
      const spoken = line.querySelector('.sr-only')?.textContent ?? '';
      return line.textContent.slice(spoken.length);
    }).join('');
  }

  /** Says that a file was handed over, and what is still wrong with it. */
  #done(text: string, files: Iterable<Element | null>): void {
    const said = [text];
    if ([...files].some((file) => file?.querySelector('mark')))
      said.push(this.#say('gen.done.todo'));
    if (this.hasAttribute('data-stale')) said.push(this.#say('gen.done.stale'));
    this.#tell(said.join(' '), said.length > 1);
  }

  #tell(text: string, todo: boolean): void {
    const place = this.querySelector('[data-part=done]');
    if (place) place.textContent = text;
    place?.classList.toggle('todo', todo);
  }

  async #copy(id: string): Promise<void> {
    const done = await copyText(this.#text(id));
    if (done) this.#done(this.#say('gen.done.copy', { file: id }), [this.#file(id)]);
    else this.#tell(this.#say('gen.done.refused'), true);
  }

  #save(blob: Blob, name: string): void {
    const link = document.createElement('a');
    link.href = URL.createObjectURL(blob);
    link.download = name;
    link.click();
    // The download has begun with its own copy of the address by the next task.
    setTimeout(() => URL.revokeObjectURL(link.href));
  }

  #download(id: string): void {
    this.#save(
      new Blob([this.#text(id)], { type: 'text/plain' }),
      id.slice(id.lastIndexOf('/') + 1),
    );
    this.#done(this.#say('gen.done.download', { file: id }), [this.#file(id)]);
  }

  async #zip(): Promise<void> {
    const loaded = await import('client-zip').catch(() => undefined);
    if (!loaded) {
      this.#tell(this.#say('gen.done.failed'), true);
      return;
    }
    const files = [...this.querySelectorAll<HTMLElement>('[data-file]')];
    const entries = files.map(({ dataset: { file = '' } }) => ({
      name: file,
      input: this.#text(file),
      lastModified: new Date(),
    }));
    const name = this.#say('gen.zip.file');
    this.#save(await loaded.downloadZip(entries).blob(), name);
    this.#done(this.#say('gen.done.download', { file: name }), files);
  }

  async #drawing(): Promise<void> {
    const loaded = await import('../../view/standalone.ts').catch(() => undefined);
    const drawing = this.querySelector('svg.diagram.wide');
    if (!loaded || !drawing) {
      this.#tell(this.#say('gen.done.failed'), true);
      return;
    }
    const name = this.#say('gen.diagram.file');
    this.#save(
      new Blob(
        [
          loaded.standalone(
            new XMLSerializer().serializeToString(drawing),
            this.#say('gen.table.caption'),
          ),
        ],
        {
          type: 'image/svg+xml',
        },
      ),
      name,
    );
    this.#done(this.#say('gen.done.download', { file: name }), []);
  }
}

customElements.define('config-files', ConfigFiles);
