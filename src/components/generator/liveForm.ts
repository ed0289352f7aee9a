import { changesBetween, fileId } from '../../emit/changes.ts';
import { filesOf, type ConfigFile } from '../../emit/files.ts';
import { plan, type Deployment } from '../../model/deployment.ts';
import { formatLink, linkChoices, parseLink } from '../../model/link.ts';
import { strongPassword } from '../../model/password.ts';
import type { Say } from '../../model/say.ts';
import { issuesHtml } from '../../view/issues.ts';
import { summaryText } from '../../view/summary.ts';
import { remember, remembered } from '../architecture/remembered.ts';
import { reportLater } from '../architecture/reportLater.ts';
import { need, part } from '../dom.ts';
import { put } from '../trusted.ts';
import { Agenda, inSight } from './agenda.ts';
import type { ConfigFiles } from './configFilesElement.ts';
import {
  applies,
  countOf,
  defaultText,
  FORM_FIELDS,
  initialState,
  step,
  type FormEffect,
  type FormEvent,
  type FormField,
  type FormState,
  type Setup,
} from './formState.ts';
import { startProposal } from './liveProposal.ts';
import { LiveResult } from './liveResult.ts';

/** The state of the history's entries that the form has written for an architecture of the reader. */
const OWN = { own: true };

type Control = HTMLInputElement | HTMLSelectElement;

/** How long the reader pauses before a change is announced, in milliseconds. */
const PAUSE = 700;

/** A field on the page. */
interface FieldBox {
  readonly field: FormField;
  readonly box: HTMLElement;
  /** The visible ancestor: a hidden field has no box to look for in the window. */
  readonly group: Element;
  readonly issues: HTMLElement;
  readonly reset: HTMLElement;
  /** The field's state on the page, so that an unchanged field is left alone. */
  shown: string;
}

/** The files of a setup. */
interface Generated {
  readonly deployment: Deployment;
  readonly files: readonly ConfigFile[];
}

/** Hides or shows an element; an unchanged one is left alone, and its style is not computed again. */
function hide(element: HTMLElement, hidden: boolean): void {
  if (element.hidden !== hidden) element.hidden = hidden;
}

/**
 * Makes the form live: it shows the architecture of its link and follows its reader.
 *
 * @param root the element with the form and the result
 * @param refreshRelated brings what is lit up to date after a repaint
 * @param say the texts of the page's language
 * @param edited the control that the reader has changed already, if any
 */
export function startForm(
  root: HTMLElement,
  refreshRelated: () => void,
  say: Say,
  edited: EventTarget | null,
): void {
  new LiveForm(root, refreshRelated, say).start(edited);
}

/** The form on the page: sends events to {@link step}, shows the states and applies the effects. */
class LiveForm {
  readonly #root: HTMLElement;
  readonly #refreshRelated: () => void;
  readonly #say: Say;
  readonly #agenda: Agenda;
  readonly #result: LiveResult;
  readonly #boxes: readonly FieldBox[];
  readonly #generated = new WeakMap<Setup, Generated>();
  #state: FormState = initialState();
  #pause: ReturnType<typeof setTimeout> | undefined;

  constructor(root: HTMLElement, refreshRelated: () => void, say: Say) {
    this.#root = root;
    this.#refreshRelated = refreshRelated;
    this.#say = say;
    this.#agenda = new Agenda(refreshRelated);
    this.#result = new LiveResult(root, say, this.#agenda, this.#generate(this.#state.setup));
    this.#boxes = Array.from(root.querySelectorAll<HTMLElement>('[data-field]'), (box) => ({
      field: box.dataset['field'] as FormField,
      box,
      group: box.closest('.group') ?? box,
      issues: need(box, '.issues'),
      reset: need(box, '[data-reset]'),
      shown: '',
    }));
  }

  /** Begins with the address, or with the controls where the reader has edited one. */
  start(edited: EventTarget | null): void {
    const finish = () => this.#agenda.finish();
    const configFiles: Element & Partial<Pick<ConfigFiles, 'beforeReading'>> = need(
      this.#root,
      'config-files',
    );
    configFiles.beforeReading = finish;
    addEventListener('beforeprint', finish);
    addEventListener('pagehide', finish);
    // A page that a link opens in another tab reads the address and the remembered architecture.
    document.addEventListener(
      'click',
      ({ target }) => {
        if (target instanceof Element && target.closest('a')) finish();
      },
      true,
    );
    document.addEventListener('click', (event) => this.#clickLink(event));
    startProposal(this.#root);
    this.#root.addEventListener('click', ({ target }) => this.#clickButton(target));
    this.#root.addEventListener('input', ({ target }) => this.#edit(target));
    addEventListener('hashchange', () => this.#follow());
    if (edited) {
      const texts = FORM_FIELDS.map((field) => [field, this.#text(field)]);
      this.#state = initialState(Object.fromEntries(texts) as FormState['texts'], location.hash);
      this.#edit(edited);
      return;
    }
    this.#send({ type: 'open', ...address() });
    finish();
    if (location.hash !== '' && this.#state.anchor === '') this.#root.scrollIntoView();
  }

  #send(event: FormEvent): void {
    const previous = this.#state;
    const { state, effects } = step(previous, event);
    this.#state = state;
    this.#show(previous);
    for (const effect of effects) this.#apply(effect);
  }

  #edit(target: EventTarget | null): void {
    const box = target instanceof Element && target.closest<HTMLElement>('[data-field]');
    if (!box) return;
    const field = box.dataset['field'] as FormField;
    this.#send({ type: 'edit', field, text: this.#text(field) });
  }

  #follow(): void {
    this.#send({ type: 'follow', ...address() });
  }

  #clickLink({ target, ctrlKey, metaKey, shiftKey }: MouseEvent): void {
    const link = target instanceof Element && target.closest<HTMLAnchorElement>('a[href^="#"]');
    // With these keys the link opens elsewhere.
    if (!link || ctrlKey || metaKey || shiftKey) return;
    this.#send({ type: 'click', hash: link.hash, inForm: link.closest('form') !== null });
    // The browser fires no event for a link to the fragment that the address has.
    if (link.hash === location.hash) this.#follow();
  }

  #clickButton(target: EventTarget | null): void {
    const button = target instanceof Element && target.closest('button');
    if (!button) return;
    const { reset, show, hide } = button.dataset;
    if (reset) {
      const field = reset as FormField;
      this.#send({ type: 'reset', field });
      this.#control(field).focus();
    }
    if (show && hide) {
      const password = this.#control('password') as HTMLInputElement;
      const hidden = password.type === 'password';
      password.type = hidden ? 'text' : 'password';
      button.textContent = hidden ? hide : show;
    }
    if ('make' in button.dataset) {
      const password = this.#control('password');
      password.value = strongPassword((bytes) => crypto.getRandomValues(bytes));
      this.#send({ type: 'edit', field: 'password', text: password.value });
      part(this.#root, 'said').textContent = this.#say('gen.said.password');
      password.focus();
    }
    if ('dismiss' in button.dataset) this.#send({ type: 'dismiss' });
    const [use, leave] = ['use' in button.dataset, 'leave' in button.dataset];
    if (use) this.#send({ type: 'use' });
    if (leave) {
      const own = remembered();
      history.replaceState(OWN, '', own === '' ? location.pathname + location.search : `#${own}`);
      dispatchEvent(new Event('redis-pod:state'));
      this.#follow();
    }
    // The button is about to be hidden.
    if (use || leave) this.#control('arch').focus();
  }

  /** The control of a field; of the architecture's radio buttons, the chosen one. */
  #control(field: FormField): Control {
    const selector = field === 'arch' ? 'input[name=arch]:checked' : `#f-${CSS.escape(field)}`;
    return need(this.#root, selector) as Control;
  }

  #text(field: FormField): string {
    const control = this.#control(field);
    return control instanceof HTMLInputElement && control.type === 'checkbox'
      ? String(Number(control.checked))
      : control.value;
  }

  #fill(field: FormField): void {
    const text = this.#state.texts[field];
    if (field === 'arch') {
      need(this.#root, `input[name=arch][value=${text}]`, HTMLInputElement).checked = true;
      return;
    }
    const control = this.#control(field);
    if (control instanceof HTMLInputElement && control.type === 'checkbox')
      control.checked = text === '1';
    else control.value = text;
  }

  /** Shows the state: at once where it is in sight, else after the next frame. */
  #show(previous: FormState): void {
    const { setup, issues, linkIssues, addressDue, proposed } = this.#state;
    // Before other work: the browser computes the layout to note where in the page the reader was.
    if (addressDue) this.#agenda.after('address', () => this.#send({ type: 'painted' }));
    else this.#agenda.drop('address');
    if (linkIssues !== previous.linkIssues) {
      part(this.#root, 'link-issues').hidden = linkIssues.length === 0;
      put(part(this.#root, 'link-list'), issuesHtml(linkIssues, this.#say));
    }
    // Nothing that the reader typed is replaced.
    hide(part(this.#root, 'make'), this.#state.texts.password !== '');
    const changed = proposed && this.#state.architecture !== previous.architecture;
    if (changed || proposed !== previous.proposed) this.#showProposal(!previous.proposed);
    if (previous.proposed && !proposed) this.#remember();
    if (issues === previous.issues) return;
    // The window is looked at before anything in it changes.
    const seen = new Set([...new Set(this.#boxes.map(({ group }) => group))].filter(inSight));
    if (setup !== previous.setup) this.#showFiles();
    this.#showFields(seen);
    const stale = countOf(issues, 'error') > 0;
    need(this.#root, 'config-files').toggleAttribute('data-stale', stale);
    hide(part(this.#root, 'stale'), !stale);
    const summary = summaryText(this.#generate(setup).files, issues, this.#say);
    const line = part(this.#root, 'summary');
    if (line.textContent !== summary) line.textContent = summary;
  }

  #showFiles(): void {
    const { setup, marksSince } = this.#state;
    const before = marksSince ? { before: this.#generate(marksSince).files } : {};
    this.#result.show({ ...this.#generate(setup), ...before });
    hide(part(this.#root, 'resume'), true);
    this.#refreshRelated();
    this.#remember();
  }

  /** Stores the architecture as the reader's own, unless it is a link's or has an error. */
  #remember(): void {
    const { setup, proposed, issues } = this.#state;
    if (proposed || countOf(issues, 'error') > 0) this.#agenda.drop('remembered');
    else this.#agenda.after('remembered', () => remember(formatLink(setup.architecture)));
  }

  /**
   * Shows what a link chose, as long as it is not the reader's own. Its groups in the form are open.
   *
   * @param arrived the reader has just followed the link
   */
  #showProposal(arrived: boolean): void {
    const { anchor, architecture, proposed } = this.#state;
    const own = remembered();
    const base = parseLink(own).architecture;
    const proposal = proposed ? { architecture, base, own: own !== '' } : undefined;
    void reportLater(need(this.#root, 'link-report'), { proposal, issues: [] }).then((shown) => {
      hide(part(this.#root, 'failed'), shown !== undefined);
      // It comes after the browser has gone to the form below it.
      const place = document.getElementById(anchor);
      if (proposed && arrived && (!place || this.#root.contains(place)))
        this.#root.scrollIntoView();
    });
    if (!proposal) return;
    const { trusted } = linkChoices(architecture, base);
    for (const { field, box } of this.#boxes)
      if (field !== 'password' && trusted.includes(field))
        box.closest('details')?.setAttribute('open', '');
  }

  /** Shows which fields apply, what is wrong in them, and which can be reset. */
  #showFields(seen: ReadonlySet<Element>): void {
    const { texts, architecture, issues } = this.#state;
    for (const each of this.#boxes) {
      const { field, box, group } = each;
      const own = issues.filter((issue) => issue.field === field);
      const invalid = countOf(own, 'error') > 0;
      const markup = issuesHtml(own, this.#say);
      const hidden = !applies(field, architecture);
      const unchanged = texts[field] === defaultText(field);
      // A message must not hide in a folded group.
      if (invalid) box.closest('details')?.setAttribute('open', '');
      const shown = JSON.stringify([invalid, hidden, unchanged, markup.text]);
      if (shown === each.shown) continue;
      each.shown = shown;
      const show = () => {
        if (each.issues.innerHTML !== markup.text) put(each.issues, markup);
        const control = this.#control(field);
        if (control.ariaInvalid !== String(invalid)) control.ariaInvalid = String(invalid);
        hide(box, hidden);
        hide(each.reset, unchanged);
      };
      this.#agenda.drop(box);
      if (seen.has(group)) show();
      else this.#agenda.after(box, show);
    }
  }

  #apply(effect: FormEffect): void {
    switch (effect.type) {
      case 'fill':
        for (const field of effect.fields) this.#fill(field);
        break;
      case 'address': {
        const method = effect.replace ? 'replaceState' : 'pushState';
        history[method](
          effect.written ? OWN : null,
          '',
          effect.hash || location.pathname + location.search,
        );
        // The link to the other language takes the fragment along.
        dispatchEvent(new Event('redis-pod:state'));
        break;
      }
      case 'scroll':
        document.getElementById(effect.id)?.scrollIntoView();
        break;
      case 'announce':
        clearTimeout(this.#pause);
        this.#pause = setTimeout(() => this.#announce(), PAUSE);
    }
  }

  /** The files of a setup, generated once. */
  #generate(setup: Setup): Generated {
    const known = this.#generated.get(setup);
    if (known) return known;
    const deployment = plan(setup.architecture);
    const files = filesOf(deployment, { say: this.#say, password: setup.password });
    const generated = { deployment, files };
    this.#generated.set(setup, generated);
    return generated;
  }

  /** Announces the summary, and how much the field at hand has changed in the files. */
  #announce(): void {
    const { files: before } = this.#generate(this.#state.base);
    const { files } = this.#generate(this.#state.setup);
    const { lines, added } = changesBetween(before, files);
    const kept = new Set(files.map(fileId));
    const removed = before.filter((file) => !kept.has(fileId(file))).length;
    const changed = [...lines.values()].reduce((sum, numbers) => sum + numbers.size, 0);
    const counted = (key: 'lines' | 'added' | 'removed', count: number) =>
      count > 0 ? [this.#say(`gen.said.${key}`, { count })] : [];
    part(this.#root, 'said').textContent = [
      part(this.#root, 'summary').textContent,
      ...counted('lines', changed),
      ...counted('added', added.size),
      ...counted('removed', removed),
    ].join(', ');
  }
}

/** The page's address, as the form's state follows it. */
function address() {
  const state: unknown = history.state;
  const written = typeof state === 'object' && state !== null && 'own' in state;
  return { hash: location.hash, hasId, written, own: remembered() };
}

function hasId(id: string): boolean {
  return document.getElementById(id) !== null;
}
