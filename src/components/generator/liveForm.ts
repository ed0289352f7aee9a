import { asksPassword } from '../../model/applies.ts';
import {
  DEFAULTS,
  fieldText,
  type Architecture,
  type FieldName,
} from '../../model/architecture.ts';
import { FIELDS, FIELD_NAMES, readFields } from '../../model/fields.ts';
import { changesBetween, fileId } from '../../emit/changes.ts';
import { check } from '../../model/check.ts';
import { filesOf, type ConfigFile } from '../../emit/files.ts';
import type { Issue } from '../../model/issues.ts';
import { formatLink, parseLink } from '../../model/link.ts';
import { plan, type Deployment } from '../../model/deployment.ts';
import type { Say } from '../../model/say.ts';
import { issuesHtml } from '../../view/issues.ts';
import { remember } from '../architecture/remembered.ts';
import { put } from '../trusted.ts';
import { Agenda, inSight } from './agenda.ts';
import { LiveResult } from './liveResult.ts';
import { need } from './need.ts';
import type { Related } from './related.ts';

type Control = HTMLInputElement | HTMLSelectElement;
type Touched = FieldName | 'password';

/** How long the reader pauses before a change is announced, in milliseconds. */
const PAUSE = 700;

/** A field's place in the form. */
interface Box {
  readonly field: Touched;
  readonly box: HTMLElement;
  /** What it is seen with: one that is hidden is nowhere itself. */
  readonly group: Element;
  readonly issues: HTMLElement;
  readonly reset: HTMLElement;
  /** What is shown in it. */
  shown: string;
}

function part(root: ParentNode, name: string): HTMLElement {
  return need(root, `[data-part="${name}"]`);
}

/** Hides or shows an element; one that is as it should be is left alone, and its style not worked out anew. */
function hide(element: HTMLElement, hidden: boolean): void {
  if (element.hidden !== hidden) element.hidden = hidden;
}

/**
 * The form, made live: reads its controls, has the core work out the files, repaints what differs,
 * and keeps the state in the address's fragment.
 */
export class LiveForm {
  readonly #root: HTMLElement;
  readonly #related: Related;
  readonly #say: Say;
  readonly #agenda: Agenda;
  readonly #result: LiveResult;
  readonly #boxes: readonly Box[];
  /** Those that were asked for: each change reads them all. */
  readonly #controls = new Map<Touched, Control>();
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
  /** The heading's link that is being followed. */
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
    const deployment = plan(DEFAULTS);
    this.#files = this.#emit(deployment, '');
    this.#before = this.#files;
    this.#agenda = new Agenda(() => related.refresh());
    this.#result = new LiveResult(root, say, this.#agenda, { deployment, files: this.#files });
    this.#boxes = Array.from(root.querySelectorAll<HTMLElement>('[data-field]'), (box) => ({
      field: box.dataset['field'] as Touched,
      box,
      group: box.closest('.group') ?? box,
      issues: need(box, '.issues'),
      reset: need(box, '[data-reset]'),
      shown: '',
    }));
    // Whatever is copied, downloaded, opened or printed is what the form says.
    const finish = () => this.#agenda.finish();
    document.addEventListener('click', finish, true);
    addEventListener('beforeprint', finish);
    addEventListener('pagehide', finish);
    root.addEventListener('input', ({ target }) => this.#edited(target));
    root.addEventListener('click', ({ target }) => this.#clicked(target));
    document.addEventListener('click', (event) => this.#linked(event));
    addEventListener('hashchange', () => this.#follow());
    if (edited) {
      this.#edited(edited);
      return;
    }
    // What a link brought is where the reader starts, and no change of theirs.
    this.#follow(false);
    this.#agenda.finish();
    if (location.hash !== '' && this.#anchor === '') root.scrollIntoView();
  }

  get #password(): HTMLInputElement {
    return this.#control('password') as HTMLInputElement;
  }

  #control(field: Touched): Control {
    // Of several, it is the one that is chosen.
    if (field === 'arch') return need(this.#root, 'input[name=arch]:checked') as Control;
    const known = this.#controls.get(field);
    if (known) return known;
    const control = need(this.#root, `#f-${CSS.escape(field)}`) as Control;
    this.#controls.set(field, control);
    return control;
  }

  #emit(deployment: Deployment, password: string): ConfigFile[] {
    return filesOf(deployment, { say: this.#say, password });
  }

  /** A link into this page: a heading's leaves the state as it is, an example's brings one. */
  #linked({ target, ctrlKey, metaKey, shiftKey }: MouseEvent): void {
    const link = target instanceof Element && target.closest<HTMLAnchorElement>('a[href^="#"]');
    // Those open it elsewhere.
    if (!link || ctrlKey || metaKey || shiftKey) return;
    this.#followed = link.closest('form') ? '' : link.hash;
    // The browser does not tell of a link to where one is.
    if (link.hash === location.hash) this.#follow();
  }

  /**
   * Takes the state from the address; a mere heading's anchor leaves the state as it is.
   *
   * @param marked whether what it changes is marked
   */
  #follow(marked = true): void {
    // The address has another state than the one that was to be written.
    this.#agenda.drop('address');
    const { anchor, architecture, issues } = parseLink(location.hash);
    const followed =
      anchor !== '' && location.hash === this.#followed && !location.hash.includes('=');
    this.#followed = '';
    if (followed) {
      this.#anchor = anchor;
      this.#write(true);
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
    this.#update(marked);
    if (!marked) this.#before = this.#files;
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
    if (field !== this.#touched) {
      // Its own entry of the history comes first.
      this.#agenda.finish();
      this.#before = this.#files;
    }
    this.#touched = field;
    // Before other work: the browser lays the page out to note where in it the reader was.
    this.#agenda.after('address', () => this.#write(field === this.#entry));
    this.#update();
    clearTimeout(this.#pause);
    this.#pause = setTimeout(() => this.#announce(), PAUSE);
  }

  /**
   * Reads the form and brings the page in line with it.
   *
   * @param marked whether the files show what changed
   */
  #update(marked = true): void {
    const texts = new Map(FIELD_NAMES.map((field) => [field, this.#text(field)]));
    const { architecture, issues: misread } = readFields(texts, this.#architecture);
    this.#architecture = architecture;
    const password = asksPassword(architecture) ? this.#password.value : '';
    // A choice that changes nothing here cannot be wrong either.
    const read = misread.filter(
      ({ field }) => field && field !== 'password' && FIELDS[field].applies(architecture),
    );
    const issues = [...read, ...check(architecture, password)];
    const errors = issues.filter(({ severity }) => severity === 'error').length;
    // Before anything changes.
    const seen = new Set([...new Set(this.#boxes.map(({ group }) => group))].filter(inSight));
    if (errors === 0) this.#show(architecture, password, marked);
    this.#showForm(texts, issues, seen);
    need(this.#root, 'config-files').toggleAttribute('data-stale', errors > 0);
    hide(part(this.#root, 'stale'), errors === 0);
    const todo = issues.filter(({ severity }) => severity === 'todo').length;
    const summary = [
      this.#say('gen.summary.files', { count: this.#files.length }),
      ...(errors > 0 ? [this.#say('gen.summary.errors', { count: errors })] : []),
      ...(todo > 0 ? [this.#say('gen.summary.todo', { count: todo })] : []),
    ].join(', ');
    const place = part(this.#root, 'summary');
    if (place.textContent !== summary) place.textContent = summary;
  }

  /** Shows which fields count, what is wrong with them, and which can be reset. */
  #showForm(
    texts: ReadonlyMap<FieldName, string>,
    issues: readonly Issue[],
    seen: ReadonlySet<Element>,
  ): void {
    for (const each of this.#boxes) {
      const { field, box, group } = each;
      const own = issues.filter((issue) => issue.field === field);
      const wrong = own.some(({ severity }) => severity === 'error');
      const markup = issuesHtml(own, this.#say);
      const hidden =
        field === 'password'
          ? !asksPassword(this.#architecture)
          : !FIELDS[field].applies(this.#architecture);
      const initial = field === 'password' ? '' : fieldText(DEFAULTS, field);
      const text = field === 'password' ? this.#password.value : texts.get(field);
      // A message must not hide in a folded group.
      if (wrong) box.closest('details')?.setAttribute('open', '');
      const shown = JSON.stringify([wrong, hidden, text === initial, markup.text]);
      if (shown === each.shown && field !== 'arch') continue;
      each.shown = shown;
      const show = () => {
        if (each.issues.innerHTML !== markup.text) put(each.issues, markup);
        const control = this.#control(field);
        if (control.ariaInvalid !== String(wrong)) control.ariaInvalid = String(wrong);
        hide(box, hidden);
        hide(each.reset, text === initial);
      };
      this.#agenda.drop(box);
      if (seen.has(group)) show();
      else this.#agenda.after(box, show);
    }
  }

  #show(architecture: Architecture, password: string, marked: boolean): void {
    const same = FIELD_NAMES.every(
      (field) => architecture[field] === this.#shown.architecture[field],
    );
    if (same && password === this.#shown.password) return;
    this.#shown = { architecture, password };
    const deployment = plan(architecture);
    this.#files = this.#emit(deployment, password);
    const before = marked ? { before: this.#before } : {};
    this.#result.show({ deployment, files: this.#files, ...before });
    hide(part(this.#root, 'resume'), true);
    this.#related.refresh();
    this.#agenda.after('remembered', () => remember(formatLink(architecture)));
  }

  /** Writes the state into the address; one entry of the history for each field at a time. */
  #write(replace: boolean): void {
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
      this.#write(true);
    }
  }
}
