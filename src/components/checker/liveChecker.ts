import { checkFiles, LONGEST_TEXT, type Checked } from '../../checker/check.ts';
import { compare } from '../../checker/compare.ts';
import { kindOf, likelyName, type InputFile } from '../../checker/read/files.ts';
import { summary } from '../../checker/messages.ts';
import { edited } from '../../checker/repair/edits.ts';
import { secretsIn } from '../../checker/secrets.ts';
import { DEFAULTS } from '../../model/architecture.ts';
import { formatLink } from '../../model/link.ts';
import type { Say } from '../../model/say.ts';
import { annotatedHtml, differenceHtml, numbered, resultHtml } from '../../view/checker.ts';
import { fileFormHtml, FILE_ROLES } from '../../view/checkerForm.ts';
import { html } from '../../view/html.ts';
import { copyText } from '../copy.ts';
import { need, part, saveFile } from '../dom.ts';
import { insert, put } from '../trusted.ts';

/** How many files are read at once. */
const MOST_FILES = 20;

/** How many repairs can be undone. */
const MOST_UNDONE = 100;

/** The name of a file whose reader has given none. */
const USUAL_NAME = 'settings_local.py';

/** A file of the form. */
interface FileForm {
  readonly id: number;
  readonly section: HTMLElement;
  /** Whether the annotated text is shown, and not the box that it is typed in. */
  viewed: boolean;
  /** Whether its secrets are shown. */
  revealed: boolean;
  /** Whether the reader has named the file; otherwise its text decides the name. */
  named: boolean;
}

/** The text of a file before a repair. */
interface Undo {
  readonly id: number;
  readonly text: string;
}

/** Makes the form check its files. */
export function startChecker(root: HTMLElement, say: Say): void {
  new LiveChecker(root, say).start();
}

class LiveChecker {
  readonly #root: HTMLElement;
  readonly #say: Say;
  readonly #files: FileForm[] = [];
  readonly #undo: Undo[] = [];
  #checked: Checked | undefined;
  #nextId = 1;

  constructor(root: HTMLElement, say: Say) {
    this.#root = root;
    this.#say = say;
  }

  /** Begins with the file form that the build has put on the page. */
  start(): void {
    const root = this.#root;
    const first = this.#take(need(root, '[data-file]'));
    root.addEventListener('click', ({ target }) => {
      const button = target instanceof Element ? target.closest('button') : null;
      if (button) this.#act(button);
    });
    root.addEventListener('input', ({ target }) => this.#changed(target));
    root.addEventListener('paste', ({ target }) => {
      if (target instanceof HTMLTextAreaElement && target.value === '')
        // The browser has inserted the text by the next task.
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
      void this.#open([...(event.dataTransfer?.files ?? [])]);
    });
    // A text of several lines was pasted while the script was loading; a typist is still at the first.
    const { box } = this.#controls(first);
    if (box.value.includes('\n')) this.#view(box);
  }

  #controls({ section }: FileForm) {
    return {
      name: need(section, '[name=name]', HTMLInputElement),
      role: need(section, '[name=role]', HTMLSelectElement),
      box: need(section, 'textarea', HTMLTextAreaElement),
      pre: need(section, 'pre'),
      code: need(section, 'pre > code'),
    };
  }

  /** Takes note of a file form that is on the page. */
  #take(section: HTMLElement): FileForm {
    const file = {
      id: Number(section.dataset['file']),
      section,
      viewed: false,
      revealed: false,
      named: false,
    };
    this.#files.push(file);
    this.#nextId = file.id + 1;
    return file;
  }

  #add(name: string): FileForm {
    const id = this.#nextId;
    insert(part(this.#root, 'files'), 'beforeend', fileFormHtml({ id, name, role: '' }, this.#say));
    return this.#take(need(this.#root, `[data-file="${id}"]`));
  }

  /** Reads files that were dropped or chosen. */
  async #open(files: readonly File[]): Promise<void> {
    // A character is one byte or more.
    const large = files.filter(({ size }) => size > LONGEST_TEXT);
    const small = files.filter(({ size }) => size <= LONGEST_TEXT).slice(0, MOST_FILES);
    for (const opened of small) {
      const empty = this.#files.find((each) => this.#controls(each).box.value === '');
      const file = empty ?? this.#add(opened.name);
      const { name, box } = this.#controls(file);
      name.value = opened.name;
      box.value = await opened.text();
      file.viewed = file.named = true;
    }
    if (small.length > 0) this.#check(true);
    this.#announceLarge(large.map(({ name }) => name));
  }

  #announce(text: string): void {
    const wrong = this.#checked?.findings.some(({ severity }) => severity !== 'advice');
    const status = part(this.#root, 'status');
    status.textContent = text;
    status.classList.toggle('good', wrong === false);
  }

  /** Says which files are too large to be checked. */
  #announceLarge(names: readonly string[]): void {
    if (names.length > 0) this.#announce(this.#say('check.large', { file: names.join(', ') }));
  }

  /** The file whose form an element is in. */
  #fileOf(element: Element): FileForm | undefined {
    const section = element.closest('[data-file]');
    return this.#files.find((each) => each.section === section);
  }

  #changed(target: EventTarget | null): void {
    if (target instanceof HTMLInputElement && target.type === 'file') {
      const files = [...(target.files ?? [])];
      target.value = '';
      void this.#open(files);
    } else if (target instanceof HTMLTextAreaElement) this.#undo.length = 0;
    else if (target instanceof HTMLInputElement || target instanceof HTMLSelectElement) {
      const file = this.#fileOf(target);
      if (file && target.name === 'name') file.named = target.value.trim() !== '';
      if (this.#checked) this.#check(false);
    }
  }

  /** Checks a text, and shows it annotated in place of its box. */
  #view(box: HTMLTextAreaElement): void {
    const file = this.#fileOf(box);
    if (file && box.value.length > LONGEST_TEXT) {
      this.#announceLarge([this.#controls(file).name.value]);
      return;
    }
    if (!file || box.value.trim() === '') {
      this.#announce(this.#say('check.empty'));
      return;
    }
    file.viewed = true;
    if (!file.named) this.#controls(file).name.value = likelyName(box.value);
    this.#check(true);
  }

  #act(button: HTMLButtonElement): void {
    const { act, repair, line, of, to } = button.dataset;
    const file = this.#fileOf(button);
    if (repair !== undefined) this.#repair(Number(repair));
    else if (to !== undefined) need(this.#root, `#finding-${CSS.escape(to)}`).focus();
    else if (line !== undefined) this.#goToLine(of ?? '', line);
    else if (act === 'add') this.#controls(this.#add('')).name.focus();
    else if (act === 'undo') this.#undoRepair();
    else if (file && act === 'check') this.#view(this.#controls(file).box);
    else if (file && act === 'edit') {
      file.viewed = false;
      this.#paint();
      this.#controls(file).box.focus();
    } else if (file && act === 'reveal') {
      file.revealed = !file.revealed;
      button.setAttribute('aria-pressed', String(file.revealed));
      this.#paint();
      this.#compare();
    } else if (file && act === 'copy') void this.#copy(file);
    else if (file && act === 'download') this.#download(file);
    else if (file && act === 'remove') this.#remove(file);
  }

  #remove(file: FileForm): void {
    const at = this.#files.indexOf(file);
    this.#files.splice(at, 1);
    file.section.remove();
    const others = this.#undo.filter(({ id }) => id !== file.id);
    this.#undo.splice(0, this.#undo.length, ...others);
    if (this.#files.length === 0) this.#add(USUAL_NAME);
    const next = this.#files[Math.min(at, this.#files.length - 1)];
    if (this.#files.some(({ viewed }) => viewed)) this.#check(false);
    else {
      this.#checked = undefined;
      part(this.#root, 'result').replaceChildren();
      part(this.#root, 'undo').hidden = true;
    }
    if (next) this.#controls(next).name.focus();
  }

  /** The files that have a text, without those that are too large. Their names are made unique: findings name their file. */
  #input(): (InputFile & { id: number })[] {
    const names = new Set<string>();
    return this.#files
      .filter((file) => {
        const { value } = this.#controls(file).box;
        return value.length <= LONGEST_TEXT && value.trim() !== '';
      })
      .map((file) => {
        const controls = this.#controls(file);
        const typed = controls.name.value.trim() || USUAL_NAME;
        let name = typed;
        for (let more = 2; names.has(name); more += 1) name = `${typed} (${more})`;
        names.add(name);
        const role = FILE_ROLES.find((each) => each === controls.role.value) ?? '';
        return {
          id: file.id,
          name,
          text: controls.box.value,
          ...(role === 'several' ? { several: true } : role === '' ? {} : { roles: [role] }),
        };
      });
  }

  /**
   * Checks every file, and shows the result.
   *
   * @param focus whether the result takes the focus
   */
  #check(focus: boolean): void {
    this.#checked = checkFiles(this.#input());
    const architecture = {
      ...DEFAULTS,
      redis: 'dedicated' as const,
      ...this.#checked.understood.architecture,
    };
    const root = this.#root.dataset['root'] ?? '';
    const generator = `${root}redis/#${formatLink(architecture, 'settings')}`;
    const result = part(this.#root, 'result');
    put(result, resultHtml(this.#checked, root, generator, this.#say));
    part(this.#root, 'undo').hidden = this.#undo.length === 0;
    this.#paint();
    this.#announce(summary(this.#checked, this.#say));
    if (focus) need(result, 'h2').focus();
  }

  /** Shows each file either in its box or annotated. */
  #paint(): void {
    const checked = this.#checked;
    const input = this.#input();
    for (const file of this.#files) {
      const { section } = file;
      const given = input.find(({ id }) => id === file.id);
      const read = given && checked?.files.find((each) => each.input.name === given.name);
      const viewed = file.viewed && read !== undefined;
      part(section, 'edit').hidden = viewed;
      part(section, 'view').hidden = !viewed;
      part(section, 'role').hidden = given !== undefined && kindOf(given).kind !== 'settings';
      if (!viewed || !checked) continue;
      need(section, '[data-act=reveal]').hidden = secretsIn(read).length === 0;
      const { pre, code } = this.#controls(file);
      put(code, annotatedHtml(read, numbered(checked), file.revealed, this.#say));
      pre.setAttribute('aria-label', this.#say('check.annotated', { file: read.input.name }));
    }
  }

  /** Shows a line of a file. */
  #goToLine(name: string, number: string): void {
    const given = this.#input().find((each) => each.name === name);
    const file = this.#files.find(({ id }) => id === given?.id);
    if (!file) return;
    file.viewed = true;
    this.#paint();
    const { pre, code } = this.#controls(file);
    const line = code.querySelector(`[data-line="${CSS.escape(number)}"]`);
    for (const each of code.querySelectorAll('.here')) each.classList.remove('here');
    line?.classList.add('here');
    pre.focus({ preventScroll: true });
    line?.scrollIntoView({ block: 'center' });
  }

  /** Gives a file another text, and checks it. */
  #rewrite(id: number, text: string, announcement: string): void {
    const file = this.#files.find((each) => each.id === id);
    if (file) this.#controls(file).box.value = text;
    this.#check(true);
    if (this.#checked) this.#announce(`${announcement} ${summary(this.#checked, this.#say)}`);
  }

  #repair(number: number): void {
    const finding = this.#checked && numbered(this.#checked)[number - 1];
    const file = finding && this.#input().find(({ name }) => name === finding.file);
    if (!finding?.repair || !file) return;
    this.#undo.push({ id: file.id, text: file.text });
    if (this.#undo.length > MOST_UNDONE) this.#undo.shift();
    this.#rewrite(file.id, edited(file.text, finding.repair), this.#say('check.repaired'));
  }

  #undoRepair(): void {
    const last = this.#undo.pop();
    if (last) this.#rewrite(last.id, last.text, this.#say('check.undone'));
  }

  /** Shows the difference to the generated settings, where the reader has unfolded it. */
  #compare(): void {
    const checked = this.#checked;
    const difference = this.#root.querySelector('[data-part=difference]');
    if (!checked || !difference) return;
    const settings = checked.files.filter((file) => file.kind === 'settings');
    const revealed = this.#files.some((each) => each.revealed);
    const markup = settings.map((file) => {
      const differences = differenceHtml(compare(file, checked.understood), revealed, this.#say);
      return html`${settings.length > 1 && html`<p>${file.input.name}</p>`}${differences}`;
    });
    put(difference, html`${markup}`);
  }

  async #copy(file: FileForm): Promise<void> {
    const copied = await copyText(this.#controls(file).box.value);
    this.#announce(this.#say(copied ? 'check.copied' : 'check.refused'));
  }

  #download(file: FileForm): void {
    const { name, box } = this.#controls(file);
    const content = new Blob([box.value], { type: 'text/plain' });
    saveFile(content, name.value.split(/[/\\]/).at(-1) || USUAL_NAME);
  }
}
