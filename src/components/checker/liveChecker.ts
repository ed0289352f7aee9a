import { checkFiles, type Checked } from '../../checker/check.ts';
import { compare } from '../../checker/compare.ts';
import { kindOf, likelyName, type InputFile } from '../../checker/read/files.ts';
import { summary } from '../../checker/messages.ts';
import { edited } from '../../checker/repair/edits.ts';
import { secretsIn } from '../../checker/secrets.ts';
import { DEFAULTS } from '../../model/architecture.ts';
import { formatLink } from '../../model/link.ts';
import type { Say } from '../../model/say.ts';
import {
  annotatedHtml,
  differenceHtml,
  fileFormHtml,
  numbered,
  resultHtml,
  type Draft,
} from '../../view/checker.ts';
import { SAID } from '../../view/checkerForm.ts';
import { copyText } from '../copy.ts';
import { html } from '../../view/html.ts';
import { insert, put } from '../trusted.ts';

/** A larger file is no settings file; in bytes. */
const LARGEST = 2 ** 21;

/** How many repairs can be undone. */
const MOST_UNDONE = 100;

/** One file of the form. */
interface Given {
  readonly id: number;
  readonly section: HTMLElement;
  /** It is shown annotated, and no longer typed. */
  viewed: boolean;
  revealed: boolean;
  /** It has its name from the reader, and not from what is in it. */
  named: boolean;
}

/** Makes the form check what it is given. */
export function makeLive(root: HTMLElement, say: Say): void {
  new LiveChecker(root, say);
}

class LiveChecker {
  readonly #root: HTMLElement;
  readonly #say: Say;
  readonly #given: Given[] = [];
  readonly #undo: { id: number; text: string }[] = [];
  #checked: Checked | undefined;
  #next = 1;

  constructor(root: HTMLElement, say: Say) {
    this.#root = root;
    this.#say = say;
    const first = root.querySelector<HTMLElement>('[data-file]');
    if (first) this.#take(first);
    root.addEventListener('click', ({ target }) => {
      const button = target instanceof Element ? target.closest('button') : null;
      if (button) this.#act(button);
    });
    root.addEventListener('input', ({ target }) => this.#changed(target));
    root.addEventListener('paste', ({ target }) => {
      if (target instanceof HTMLTextAreaElement && target.value === '')
        // The text is there by the next task.
        setTimeout(() => this.#view(target));
    });
    root.addEventListener(
      'toggle',
      ({ target }) => {
        if (target instanceof HTMLDetailsElement && target.dataset['part'] === 'compare')
          this.#compare();
      },
      true,
    );
    for (const on of ['dragenter', 'dragover'])
      root.addEventListener(on, () => root.toggleAttribute('data-over', true));
    for (const off of ['dragleave', 'drop'])
      root.addEventListener(off, () => root.removeAttribute('data-over'));
    root.addEventListener('drop', (event) => {
      event.preventDefault();
      void this.#bring([...(event.dataTransfer?.files ?? [])]);
    });
    // What was pasted before this was here; who types has not come to a second line yet.
    const box = first?.querySelector('textarea');
    if (box?.value.includes('\n')) this.#view(box);
  }

  #part(name: string): HTMLElement {
    return this.#root.querySelector(`[data-part=${name}]`) as HTMLElement;
  }

  #in(section: HTMLElement) {
    return {
      name: section.querySelector('[name=name]') as HTMLInputElement,
      role: section.querySelector('[name=role]') as HTMLSelectElement,
      box: section.querySelector('textarea') as HTMLTextAreaElement,
      edit: section.querySelector('[data-part=edit]') as HTMLElement,
      view: section.querySelector('[data-part=view]') as HTMLElement,
      code: section.querySelector('pre > code') as HTMLElement,
      pre: section.querySelector('pre') as HTMLElement,
    };
  }

  #take(section: HTMLElement): Given {
    const given = {
      id: Number(section.dataset['file']),
      section,
      viewed: false,
      revealed: false,
      named: false,
    };
    this.#given.push(given);
    this.#next = Math.max(this.#next, given.id + 1);
    return given;
  }

  #add(name: string): Given {
    const draft: Draft = { id: this.#next, name, said: '' };
    insert(this.#part('files'), 'beforeend', fileFormHtml(draft, this.#say));
    const section = this.#root.querySelector<HTMLElement>(`[data-file="${draft.id}"]`);
    if (!section) throw new Error('The file has no place.');
    return this.#take(section);
  }

  /** Files that are dropped or chosen. */
  async #bring(files: readonly File[]): Promise<void> {
    const large = files.filter(({ size }) => size > LARGEST);
    let last: Given | undefined;
    for (const file of files.filter(({ size }) => size <= LARGEST).slice(0, 20)) {
      const empty = this.#given.find(({ section }) => this.#in(section).box.value === '');
      const given = empty ?? this.#add(file.name);
      const { name, box } = this.#in(given.section);
      name.value = file.name;
      box.value = await file.text();
      given.viewed = given.named = true;
      last = given;
    }
    if (last) this.#show(true);
    if (large.length > 0)
      this.#announce(this.#say('check.large', { file: large.map(({ name }) => name).join(', ') }));
  }

  #announce(text: string): void {
    const wrong = this.#checked?.findings.some(({ severity }) => severity !== 'advice');
    this.#part('status').textContent = text;
    this.#part('status').classList.toggle('good', wrong === false);
  }

  #of(element: Element): Given | undefined {
    const section = element.closest('[data-file]');
    return this.#given.find((each) => each.section === section);
  }

  #changed(target: EventTarget | null): void {
    if (target instanceof HTMLInputElement && target.type === 'file') {
      const files = [...(target.files ?? [])];
      target.value = '';
      void this.#bring(files);
    } else if (target instanceof HTMLTextAreaElement) this.#undo.length = 0;
    else if (target instanceof HTMLInputElement || target instanceof HTMLSelectElement) {
      const given = this.#of(target);
      if (given && target.name === 'name') given.named = target.value.trim() !== '';
      if (this.#checked) this.#show(false);
    }
  }

  /** Shows a text annotated instead of as it is typed. */
  #view(box: HTMLTextAreaElement): void {
    const given = this.#of(box);
    if (!given || box.value.trim() === '') {
      this.#announce(this.#say('check.empty'));
      return;
    }
    given.viewed = true;
    if (!given.named) this.#in(given.section).name.value = likelyName(box.value);
    this.#show(true);
  }

  #act(button: HTMLButtonElement): void {
    const { act, repair, line, of, to } = button.dataset;
    const given = this.#of(button);
    if (repair !== undefined) this.#repair(Number(repair));
    else if (to !== undefined)
      this.#root.querySelector<HTMLElement>(`#finding-${CSS.escape(to)}`)?.focus();
    else if (line !== undefined) this.#lead(of ?? '', line);
    else if (act === 'add') this.#in(this.#add('').section).name.focus();
    else if (act === 'undo') this.#takeBack();
    else if (given && act === 'check') this.#view(this.#in(given.section).box);
    else if (given && act === 'edit') {
      given.viewed = false;
      this.#paint();
      this.#in(given.section).box.focus();
    } else if (given && act === 'reveal') {
      given.revealed = !given.revealed;
      button.setAttribute('aria-pressed', String(given.revealed));
      this.#paint();
      this.#compare();
    } else if (given && act === 'copy') void this.#copy(given);
    else if (given && act === 'download') this.#download(given);
    else if (given && act === 'remove') this.#remove(given);
  }

  #remove(given: Given): void {
    const at = this.#given.indexOf(given);
    this.#given.splice(at, 1);
    given.section.remove();
    for (const [step, { id }] of [...this.#undo.entries()].reverse())
      if (id === given.id) this.#undo.splice(step, 1);
    if (this.#given.length === 0) this.#add('settings_local.py');
    const next = this.#given[Math.min(at, this.#given.length - 1)];
    if (this.#given.some(({ viewed }) => viewed)) this.#show(false);
    else {
      this.#checked = undefined;
      this.#part('result').replaceChildren();
      this.#part('undo').hidden = true;
    }
    if (next) this.#in(next.section).name.focus();
  }

  /** The files of the form, each under a name of its own. */
  #files(): (InputFile & { id: number })[] {
    const names = new Set<string>();
    return this.#given
      .filter(({ section }) => this.#in(section).box.value.trim() !== '')
      .map(({ id, section }) => {
        const { name: input, role, box } = this.#in(section);
        const typed = input.value.trim() || 'settings_local.py';
        let name = typed;
        for (let more = 2; names.has(name); more += 1) name = `${typed} (${more})`;
        names.add(name);
        const said = SAID.find((each) => each === role.value) ?? '';
        return {
          id,
          name,
          text: box.value,
          ...(said === 'several' ? { several: true } : said === '' ? {} : { roles: [said] }),
        };
      });
  }

  /** Checks everything anew. */
  #show(lead: boolean): void {
    const files = this.#files();
    this.#checked = checkFiles(files);
    const architecture = {
      ...DEFAULTS,
      redis: 'dedicated' as const,
      ...this.#checked.understood.architecture,
    };
    const root = this.#root.dataset['root'] ?? '';
    const generator = `${root}redis/#${formatLink(architecture, 'settings')}`;
    const result = this.#part('result');
    put(result, resultHtml(this.#checked, root, generator, this.#say));
    this.#part('undo').hidden = this.#undo.length === 0;
    this.#paint();
    this.#announce(summary(this.#checked, this.#say));
    if (lead) result.querySelector('h2')?.focus();
  }

  /** Shows each file as it is typed, or annotated. */
  #paint(): void {
    const checked = this.#checked;
    const files = this.#files();
    for (const given of this.#given) {
      const parts = this.#in(given.section);
      const file = files.find(({ id }) => id === given.id);
      const read = file && checked?.files.find((each) => each.input.name === file.name);
      const viewed = given.viewed && read !== undefined;
      parts.edit.hidden = viewed;
      parts.view.hidden = !viewed;
      const role = given.section.querySelector<HTMLElement>('[data-part=role]');
      if (role) role.hidden = file !== undefined && kindOf(file).kind !== 'settings';
      if (!viewed || !checked) continue;
      const secret = given.section.querySelector<HTMLElement>('[data-act=reveal]');
      if (secret) secret.hidden = secretsIn(read).length === 0;
      put(parts.code, annotatedHtml(read, numbered(checked), given.revealed, this.#say));
      parts.pre.setAttribute('aria-label', this.#say('check.annotated', { file: read.input.name }));
    }
  }

  /** Leads to a line of a file. */
  #lead(name: string, line: string): void {
    const file = this.#files().find((each) => each.name === name);
    const given = this.#given.find(({ id }) => id === file?.id);
    if (!given) return;
    given.viewed = true;
    this.#paint();
    const { pre, code } = this.#in(given.section);
    const place = code.querySelector<HTMLElement>(`[data-line="${CSS.escape(line)}"]`);
    for (const each of code.querySelectorAll('.here')) each.classList.remove('here');
    place?.classList.add('here');
    pre.focus({ preventScroll: true });
    place?.scrollIntoView({ block: 'center' });
  }

  #write(id: number, text: string): void {
    const given = this.#given.find((each) => each.id === id);
    if (given) this.#in(given.section).box.value = text;
  }

  #repair(number: number): void {
    const finding = this.#checked && numbered(this.#checked)[number - 1];
    const file = finding && this.#files().find(({ name }) => name === finding.file);
    if (!finding?.repair || !file) return;
    this.#undo.push({ id: file.id, text: file.text });
    if (this.#undo.length > MOST_UNDONE) this.#undo.shift();
    this.#write(file.id, edited(file.text, finding.repair));
    this.#show(true);
    if (this.#checked)
      this.#announce(`${this.#say('check.repaired')} ${summary(this.#checked, this.#say)}`);
  }

  #takeBack(): void {
    const last = this.#undo.pop();
    if (!last) return;
    this.#write(last.id, last.text);
    this.#show(true);
    if (this.#checked)
      this.#announce(`${this.#say('check.undone')} ${summary(this.#checked, this.#say)}`);
  }

  #compare(): void {
    const checked = this.#checked;
    const place = this.#root.querySelector('[data-part=difference]');
    if (!checked || !place) return;
    const settings = checked.files.filter((file) => file.kind === 'settings');
    const revealed = this.#given.some((each) => each.revealed);
    const markup = settings.map((file) => {
      const difference = differenceHtml(compare(file, checked.understood), revealed, this.#say);
      return html`${settings.length > 1 && html`<p>${file.input.name}</p>`}${difference}`;
    });
    put(place, html`${markup}`);
  }

  async #copy({ section }: Given): Promise<void> {
    const done = await copyText(this.#in(section).box.value);
    this.#announce(this.#say(done ? 'check.copied' : 'check.refused'));
  }

  #download({ section }: Given): void {
    const { name, box } = this.#in(section);
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([box.value], { type: 'text/plain' }));
    link.download = name.value.split(/[/\\]/).at(-1) || 'settings_local.py';
    link.click();
    // The download has begun with its own copy of the address by the next task.
    setTimeout(() => URL.revokeObjectURL(link.href));
  }
}
