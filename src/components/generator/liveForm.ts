import {
  asksPassword,
  DEFAULTS,
  FIELDS,
  FIELD_NAMES,
  fieldText,
  readFields,
  type Architecture,
  type FieldName,
} from '../../core/architecture.ts';
import { changesBetween, fileId } from '../../core/changes.ts';
import { check } from '../../core/check.ts';
import { filesOf, type ConfigFile } from '../../core/files.ts';
import type { Issue } from '../../core/issues.ts';
import { formatLink, parseLink } from '../../core/link.ts';
import { plan, type Deployment } from '../../core/plan.ts';
import type { Say } from '../../core/say.ts';
import { diagram } from '../../view/diagram.ts';
import { badgesHtml, filesHtml, linesHtml } from '../../view/files.ts';
import { issuesHtml } from '../../view/issues.ts';
import { handlesHtml, usesTable } from '../../view/table.ts';
import { remember } from '../architecture/remembered.ts';
import type { Related } from './related.ts';
import { html, type Html } from '../../view/html.ts';
import { put, replace } from '../trusted.ts';

type Control = HTMLInputElement | HTMLSelectElement;
type Touched = FieldName | 'password';

/** How long the reader pauses before a change is announced, in milliseconds. */
const PAUSE = 700;

/** What the build has put on the page; that it is there is this script's condition. */
function need(root: ParentNode, selector: string): HTMLElement {
  const element = root.querySelector<HTMLElement>(selector);
  if (!element) throw new Error(`The page has no ${selector}`);
  return element;
}

function part(root: ParentNode, name: string): HTMLElement {
  return need(root, `[data-part="${name}"]`);
}

/**
 * The form, made live: reads its controls, has the core work out the files, repaints what differs,
 * and keeps the state in the address's fragment.
 */
export class LiveForm {
  readonly #root: HTMLElement;
  readonly #related: Related;
  readonly #say: Say;
  /** What the form says, as far as it can be read. */
  #architecture: Architecture = DEFAULTS;
  /** What is on the page: the last state without an error. */
  #shown: { architecture: Architecture; password: string } = {
    architecture: DEFAULTS,
    password: '',
  };
  #files: ConfigFile[];
  /** The files before the field at hand was touched, which changes are marked against. */
  #before: ConfigFile[];
  #touched: Touched | undefined;
  /** The field whose changes are in the history's newest entry. */
  #entry: Touched | undefined;
  #anchor = '';
  /** The link into this page that was followed last. */
  #followed = '';
  #pause: ReturnType<typeof setTimeout> | undefined;

  /**
   * @param root the element that has the form and the result
   * @param related what lights up in it
   * @param say the texts of the page's language
   * @param edited the control that the reader has changed already, if any
   */
  constructor(root: HTMLElement, related: Related, say: Say, edited: EventTarget | null) {
    this.#root = root;
    this.#related = related;
    this.#say = say;
    this.#files = this.#emit(plan(DEFAULTS), '');
    this.#before = this.#files;
    root.addEventListener('input', ({ target }) => this.#edited(target));
    root.addEventListener('click', ({ target }) => this.#clicked(target));
    document.addEventListener('click', ({ target }) => {
      const link = target instanceof Element && target.closest<HTMLAnchorElement>('a[href^="#"]');
      if (link) this.#followed = link.hash;
    });
    addEventListener('hashchange', () => this.#follow());
    if (edited) {
      this.#edited(edited);
      return;
    }
    this.#follow();
    if (location.hash !== '' && this.#anchor === '') root.scrollIntoView();
    // What a link brought is where the reader starts, and no change of theirs.
    this.#settle();
  }

  get #password(): HTMLInputElement {
    return this.#control('password') as HTMLInputElement;
  }

  #control(field: Touched): Control {
    const selector = field === 'arch' ? 'input[name=arch]:checked' : `#f-${CSS.escape(field)}`;
    return need(this.#root, selector) as Control;
  }

  #emit(deployment: Deployment, password: string): ConfigFile[] {
    return filesOf(deployment, { say: this.#say, password });
  }

  /** Takes the state from the address; a mere heading's anchor leaves the state as it is. */
  #follow(): void {
    const { anchor, architecture, issues } = parseLink(location.hash);
    const followed =
      anchor !== '' && location.hash === this.#followed && !location.hash.includes('=');
    this.#followed = '';
    if (followed) {
      this.#anchor = anchor;
      this.#address(true);
      return;
    }
    this.#anchor = document.getElementById(anchor) ? anchor : '';
    const unknown = anchor !== '' && this.#anchor === '';
    const left: Issue[] = unknown
      ? [
          { code: 'link.unknown', severity: 'warning', params: { name: anchor.slice(0, 60) } },
          ...issues,
        ]
      : [...issues];
    part(this.#root, 'link-issues').hidden = left.length === 0;
    put(part(this.#root, 'link-list'), issuesHtml(left, this.#say));
    for (const field of FIELD_NAMES) this.#fill(field, architecture);
    this.#touched = undefined;
    this.#entry = undefined;
    this.#before = this.#files;
    this.#architecture = architecture;
    this.#update();
    // The browser looks for an id that is the whole fragment, and finds none.
    if (this.#anchor !== '' && location.hash !== `#${this.#anchor}`)
      document.getElementById(this.#anchor)?.scrollIntoView();
  }

  #fill(field: FieldName, architecture: Architecture): void {
    const text = fieldText(architecture, field);
    if (field === 'arch') {
      (need(this.#root, `input[name=arch][value=${text}]`) as HTMLInputElement).checked = true;
      return;
    }
    const control = this.#control(field);
    if (control instanceof HTMLInputElement && control.type === 'checkbox')
      control.checked = text === '1';
    else control.value = text;
  }

  #text(field: FieldName): string {
    const control = this.#control(field);
    return control instanceof HTMLInputElement && control.type === 'checkbox'
      ? String(Number(control.checked))
      : control.value;
  }

  #edited(target: EventTarget | null): void {
    if (!(target instanceof HTMLElement)) return;
    const field = target.closest<HTMLElement>('[data-field]')?.dataset['field'] as
      Touched | undefined;
    if (!field) return;
    if (field !== this.#touched) this.#before = this.#files;
    this.#touched = field;
    this.#update();
    this.#address(field === this.#entry);
    clearTimeout(this.#pause);
    this.#pause = setTimeout(() => this.#announce(), PAUSE);
  }

  /** Reads the form and brings the page in line with it. */
  #update(): void {
    const texts = new Map(FIELD_NAMES.map((field) => [field, this.#text(field)]));
    const { architecture, issues: misread } = readFields(texts, this.#architecture);
    this.#architecture = architecture;
    const password = asksPassword(architecture) ? this.#password.value : '';
    // A choice that changes nothing here cannot be wrong either.
    const read = misread.filter(
      ({ field }) => field && field !== 'password' && FIELDS[field].applies(architecture),
    );
    const issues = [...read, ...check(architecture, password)];
    this.#showForm(texts, issues);

    const errors = issues.filter(({ severity }) => severity === 'error').length;
    need(this.#root, 'config-files').toggleAttribute('data-stale', errors > 0);
    part(this.#root, 'stale').hidden = errors === 0;
    if (errors === 0) this.#show(architecture, password);
    const todo = issues.filter(({ severity }) => severity === 'todo').length;
    part(this.#root, 'summary').textContent = [
      this.#say('gen.summary.files', { count: this.#files.length }),
      ...(errors > 0 ? [this.#say('gen.summary.errors', { count: errors })] : []),
      ...(todo > 0 ? [this.#say('gen.summary.todo', { count: todo })] : []),
    ].join(', ');
  }

  /** Shows which fields count, what is wrong with them, and which can be reset. */
  #showForm(texts: ReadonlyMap<FieldName, string>, issues: readonly Issue[]): void {
    for (const box of this.#root.querySelectorAll<HTMLElement>('[data-field]')) {
      const field = box.dataset['field'] as Touched;
      const own = issues.filter((issue) => issue.field === field);
      const wrong = own.some(({ severity }) => severity === 'error');
      const list = need(box, '.issues');
      const markup = issuesHtml(own, this.#say);
      if (list.innerHTML !== markup.text) put(list, markup);
      this.#control(field).setAttribute('aria-invalid', String(wrong));
      box.hidden =
        field === 'password'
          ? !asksPassword(this.#architecture)
          : !FIELDS[field].applies(this.#architecture);
      // A message must not hide in a folded group.
      if (wrong) box.closest('details')?.setAttribute('open', '');
      const initial = field === 'password' ? '' : fieldText(DEFAULTS, field);
      const text = field === 'password' ? this.#password.value : texts.get(field);
      need(box, '[data-reset]').hidden = text === initial;
    }
  }

  #show(architecture: Architecture, password: string): void {
    const same = FIELD_NAMES.every(
      (field) => architecture[field] === this.#shown.architecture[field],
    );
    if (same && password === this.#shown.password) return;
    this.#shown = { architecture, password };
    remember(formatLink(architecture));
    part(this.#root, 'resume').hidden = true;
    const deployment = plan(architecture);
    this.#paint(
      'diagram',
      html`${diagram(deployment, this.#say, 'wide')}${diagram(deployment, this.#say, 'narrow')}`,
    );
    this.#paint('table', usesTable(deployment, this.#say));
    this.#paint('handles', handlesHtml(deployment, this.#say));
    this.#paintFiles(deployment, this.#emit(deployment, password));
    this.#related.refresh();
  }

  /** The markup of the lines on the page, by file. */
  readonly #lines = new Map<string, Html[]>();
  /** Which files and servers are on the page. */
  #frame = '';
  readonly #painted = new Map<string, string>();

  #paint(name: string, markup: Html): void {
    if (this.#painted.get(name) === markup.text) return;
    this.#painted.set(name, markup.text);
    put(part(this.#root, name), markup);
  }

  /** Takes the files as they are for the state that changes are marked against. */
  #settle(): void {
    this.#before = this.#files;
    if (this.#root.querySelector('.l.new, .badge.news'))
      this.#paintFiles(plan(this.#shown.architecture), this.#files, true);
  }

  /** Repaints all files when others are there or their servers differ, else the lines that do. */
  #paintFiles(deployment: Deployment, files: ConfigFile[], whole = false): void {
    const changes = changesBetween(this.#before, files);
    const frame = JSON.stringify([files.map(fileId), deployment.servers]);
    this.#files = files;
    const place = part(this.#root, 'files');
    if (whole || frame !== this.#frame) {
      const folded = Array.from(
        place.querySelectorAll<HTMLElement>('.file:not([open])'),
        ({ dataset }) => dataset['file'],
      );
      put(place, filesHtml(files, deployment, this.#say, changes));
      for (const file of place.querySelectorAll<HTMLElement>('.file'))
        if (folded.includes(file.dataset['file'])) file.removeAttribute('open');
    }
    for (const file of files) {
      const id = fileId(file);
      const lines = linesHtml(file, deployment, this.#say, changes);
      const known = frame === this.#frame && !whole ? this.#lines.get(id) : lines;
      this.#lines.set(id, lines);
      if (known === lines) continue;
      const box = need(place, `[data-file="${CSS.escape(id)}"]`);
      put(need(box, '.badges'), badgesHtml(file, deployment, this.#say, changes));
      const code = need(box, 'pre code');
      if (known?.length !== lines.length) put(code, html`${lines}`);
      else
        for (const [at, line] of lines.entries()) {
          const shown = code.children[at];
          if (shown && line.text !== known[at]?.text) replace(shown, line);
        }
    }
    this.#frame = frame;
  }

  /** Writes the state into the address; one entry of the history for each field at a time. */
  #address(replace: boolean): void {
    const fragment = formatLink(this.#shown.architecture, this.#anchor);
    if (location.hash !== `#${fragment}` && (location.hash !== '' || fragment !== '')) {
      const address = fragment === '' ? location.pathname + location.search : `#${fragment}`;
      history[replace ? 'replaceState' : 'pushState'](null, '', address);
      if (!replace) this.#entry = this.#touched;
    }
    dispatchEvent(new Event('redis-pod:state'));
  }

  #announce(): void {
    const { lines, added } = changesBetween(this.#before, this.#files);
    const kept = new Set(this.#files.map(fileId));
    const removed = this.#before.filter((file) => !kept.has(fileId(file))).length;
    const changed = [...lines.values()].reduce((sum, set) => sum + set.size, 0);
    const say = (key: 'lines' | 'added' | 'removed', count: number) =>
      count > 0 ? [this.#say(`gen.said.${key}`, { count })] : [];
    part(this.#root, 'said').textContent = [
      part(this.#root, 'summary').textContent,
      ...say('lines', changed),
      ...say('added', added.size),
      ...say('removed', removed),
    ].join(', ');
  }

  #clicked(target: EventTarget | null): void {
    const button = target instanceof Element && target.closest('button');
    if (!button) return;
    const { reset, show, hide } = button.dataset;
    if (reset) {
      const field = reset as Touched;
      if (field === 'password') this.#password.value = '';
      else this.#fill(field, DEFAULTS);
      this.#edited(button);
      this.#control(field).focus();
    }
    if (show && hide) {
      const hidden = this.#password.type === 'password';
      this.#password.type = hidden ? 'text' : 'password';
      button.textContent = hidden ? hide : show;
    }
    if ('dismiss' in button.dataset) {
      part(this.#root, 'link-issues').hidden = true;
      this.#address(true);
    }
  }
}
