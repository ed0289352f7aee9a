import type { Page } from 'playwright-core';
import { trustTests, type Trusting } from '../../trust.ts';
import type { FormField } from '../../../src/components/generator/formState.ts';
import type { Step } from './steps.ts';

/** The outcome of a step. */
export interface Outcome {
  /** There was nothing to do: the step's subject is hidden, or in that state already. */
  readonly nothing: boolean;
  /** The test has to take the step, by the browser. */
  readonly outside: boolean;
  /** Another document was loaded. */
  readonly loaded: boolean;
  /** The form was live before. */
  readonly live: boolean;
  /** The text of the control at each input event. */
  readonly inputs: readonly (readonly [field: FormField, text: string])[];
  /** The id that a heading's link names. */
  readonly anchor: string;
  /** The history has moved to another entry. */
  readonly moved: boolean;
  /** The form has marked the history's entry as the reader's. */
  readonly written: boolean;
  /** The page afterwards. */
  readonly seen: Seen;
}

/** The state of the page, as a reader sees it. */
export interface Seen {
  readonly hash: string;
  readonly lang: string;
  /** The fragment that the other language is opened with. */
  readonly otherLanguage: string;
  readonly fields: Readonly<Record<string, SeenField>>;
  readonly summary: string;
  readonly stale: boolean;
  readonly linkIssues: boolean;
}

/** The state of a field, as a reader sees it. */
export interface SeenField {
  readonly text: string;
  readonly invalid: boolean;
  readonly hidden: boolean;
  readonly resettable: boolean;
}

/** The test's script in the page; the page's own scripts know nothing of it. */
interface Driver {
  /** The key of the history's entry that a sequence began at; back goes no further. */
  first: string;
  /** Takes the steps in turn, until one that the test has to take by the browser. */
  take: (steps: readonly Step[]) => Promise<Outcome[]>;
  /** The outcome of keys that the test has pressed. */
  typed: (before: Outcome) => Promise<Outcome>;
  see: () => Seen;
  /** The differences between the page's parts and the markup that they must have. */
  differences: (parts: Record<string, string>) => string[];
}

interface Entry {
  readonly key: string;
  readonly sameDocument: boolean;
  readonly index: number;
}

/** The browser's interfaces that TypeScript does not know, or calls deprecated. */
interface Browser {
  readonly navigation: Record<'back' | 'forward', () => { finished: Promise<unknown> }> & {
    entries: () => Entry[];
    readonly currentEntry: Entry;
  };
  readonly document: {
    /** Types, and undoes typing; a script has no other way. */
    execCommand: (command: string, show?: boolean, text?: string) => void;
  };
}

type Driven = { driver: Driver } & Browser & Trusting;

/** Puts the {@link Driver} into a page; runs before the page's own scripts. */
function addDriver(): void {
  const browser = globalThis as unknown as Driven;
  const inputs: [FormField, string][] = [];
  let began = '';
  const all = (selector: string) => [...document.querySelectorAll<HTMLElement>(selector)];
  const the = (selector: string) => document.querySelector<HTMLElement>(selector) as HTMLElement;
  const part = (name: string) => the(`redis-generator [data-part="${name}"]`);
  const boxOf = (field: string) => the(`redis-generator [data-field="${field}"]`);
  const control = (field: string) =>
    the(field === 'arch' ? '[name=arch]:checked' : `[id="f-${field}"]`) as HTMLInputElement;
  const textOf = (field: string) => {
    const box = control(field);
    return box.type === 'checkbox' ? String(Number(box.checked)) : box.value;
  };
  const fieldOf = (target: EventTarget | null) =>
    (target as Element | null)?.closest<HTMLElement>('[data-field]')?.dataset['field'];
  document.addEventListener(
    'input',
    ({ target }) => {
      const field = fieldOf(target);
      if (field !== undefined) inputs.push([field as FormField, textOf(field)]);
    },
    true,
  );

  const isLive = () => the('redis-generator').hasAttribute('data-live');
  const untilLive = async () => {
    while (!isLive()) await new Promise((resolve) => setTimeout(resolve, 2));
  };
  /** Waits until the page has seen the address's other fragment; returns whether it is another. */
  const followed = async (act: () => unknown) => {
    const { href } = location;
    const changed = new Promise((resolve) =>
      addEventListener('hashchange', resolve, { once: true }),
    );
    await act();
    if (location.href === href) return false;
    await changed;
    await untilLive();
    return true;
  };

  const set = (field: string, text: string, fill: boolean) => {
    const box = control(field);
    if (box.type === 'radio') the(`[name=arch][value="${text}"]`).click();
    else if (box.type === 'checkbox') {
      if (textOf(field) !== text) box.click();
    } else if (box.tagName === 'SELECT' || fill) {
      box.value = text;
      for (const type of ['input', 'change']) box.dispatchEvent(new Event(type, { bubbles: true }));
    } else {
      box.focus();
      box.select();
      browser.document.execCommand(text === '' ? 'delete' : 'insertText', false, text);
    }
  };

  /** Takes a step; returns the parts of the outcome that depend on its kind. */
  const act = async (step: Step): Promise<Partial<Outcome>> => {
    const { navigation } = browser;
    switch (step.do) {
      case 'set':
      case 'fill':
      case 'keys':
        if (boxOf(step.field).hidden) return { nothing: true };
        boxOf(step.field).closest('details')?.setAttribute('open', '');
        if (step.do !== 'keys') set(step.field, step.text, step.do === 'fill');
        else control(step.field).focus();
        return { outside: step.do === 'keys' };
      case 'undo':
      case 'undo key':
        if (!document.activeElement?.matches('[data-field] input')) return { nothing: true };
        if (step.do === 'undo') browser.document.execCommand('undo');
        return { outside: step.do === 'undo key' };
      case 'reset':
      case 'dismiss': {
        const button = the(step.do === 'reset' ? `[data-reset="${step.field}"]` : '[data-dismiss]');
        if (button.closest('[hidden]')) return { nothing: true };
        button.click();
        return {};
      }
      case 'example': {
        const links = all('.presets a');
        await followed(() => links[step.at % links.length]?.click());
        return {};
      }
      case 'heading': {
        const links = all('main a[href^="#"]').filter((link) => !link.closest('form, [hidden]'));
        const link = links[step.at % links.length] as HTMLAnchorElement;
        await followed(() => link.click());
        return { anchor: link.hash.slice(1) };
      }
      case 'link':
        return { nothing: !(await followed(() => (location.hash = step.hash))) };
      case 'back':
      case 'forward': {
        const { key, index } = navigation.currentEntry;
        const to = navigation.entries()[index + (step.do === 'back' ? -1 : 1)];
        if (!to || (step.do === 'back' && key === browser.driver.first)) return { nothing: true };
        if (!to.sameDocument) return { outside: true };
        const way = step.do;
        // An entry with the same fragment has nothing to follow.
        return { nothing: !(await followed(() => navigation[way]().finished)) };
      }
      case 'reload':
      case 'language':
        return { outside: true };
    }
  };

  const outcome = (rest: Partial<Outcome>): Outcome => {
    // The page brings the rest up to date after the next frame, and before it is printed.
    dispatchEvent(new Event('beforeprint'));
    return {
      nothing: false,
      outside: false,
      loaded: false,
      live: true,
      anchor: '',
      ...rest,
      inputs: [...inputs],
      moved: browser.navigation.currentEntry.key !== began,
      written: (history.state as { own?: true } | null)?.own === true,
      seen: see(),
    };
  };

  const take = async (steps: readonly Step[]) => {
    const done: Outcome[] = [];
    for (const step of steps) {
      inputs.length = 0;
      began = browser.navigation.currentEntry.key;
      const live = isLive();
      const what = await act(step);
      if (inputs.length > 0) await untilLive();
      done.push(outcome({ live, ...what }));
      if (what.outside) break;
    }
    return done;
  };

  const typed = async (before: Outcome) => {
    if (inputs.length > 0) await untilLive();
    return outcome({ ...before, outside: false });
  };

  const see = (): Seen => {
    const fields = all('redis-generator [data-field]').map((box): [string, SeenField] => {
      const field = box.dataset['field'] ?? '';
      return [
        field,
        {
          text: textOf(field),
          invalid: control(field).getAttribute('aria-invalid') === 'true',
          hidden: box.hidden === true,
          resettable: !the(`[data-reset="${field}"]`).hidden,
        },
      ];
    });
    const stale = !part('stale').hidden;
    if (stale !== the('config-files').hasAttribute('data-stale'))
      throw new Error('The note and config-files differ on whether the files are stale.');
    return {
      hash: location.hash,
      lang: document.documentElement.lang,
      otherLanguage: (the('language-link a') as HTMLAnchorElement).hash,
      fields: Object.fromEntries(fields),
      summary: part('summary').textContent,
      stale,
      linkIssues: !part('link-issues').hidden,
    };
  };

  /** Markup without the marks of pointer and focus, and with every file unfolded. */
  const plain = (html: string) => {
    const { content } = Object.assign(document.createElement('template'), {
      innerHTML: browser.trustMarkup(html),
    });
    for (const lit of content.querySelectorAll('.lit, .here')) lit.classList.remove('lit', 'here');
    for (const it of content.querySelectorAll('[class=""]')) it.removeAttribute('class');
    for (const it of content.querySelectorAll('[aria-pressed]')) it.removeAttribute('aria-pressed');
    for (const it of content.querySelectorAll('.file')) it.setAttribute('open', '');
    const box = document.createElement('div');
    box.append(content);
    return box.innerHTML;
  };
  const differences = (parts: Record<string, string>) =>
    Object.entries(parts).flatMap(([selector, html]) => {
      const [is, should] = [plain(the(selector).innerHTML), plain(html)];
      if (is === should) return [];
      let at = 0;
      while (is[at] === should[at]) at++;
      const shown = (text: string) => `…${text.slice(Math.max(0, at - 100), at + 200)}…`;
      return [`${selector} shows ${shown(is)} and not ${shown(should)}`];
    });

  browser.driver = { first: '', take, typed, see, differences };
}

/** Leaves the parts unpainted that the test only reads: painting takes longer than all the rest. */
function hide(): void {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`.sl-markdown-content > :not(redis-generator), .result, header, nav,
    .right-sidebar { content-visibility: hidden !important }`);
  document.adoptedStyleSheets.push(sheet);
}

/** Puts the driver into every page that is opened from now on. */
export async function drive(page: Page): Promise<void> {
  await trustTests(page);
  await page.addInitScript(addDriver);
  await page.addInitScript(hide);
}

/** Waits until a page has loaded, and its form is live where its link needs that. */
export async function ready(page: Page): Promise<void> {
  await page.waitForFunction(
    () =>
      document.readyState === 'complete' &&
      (location.hash === '' || document.querySelector('redis-generator[data-live]') !== null),
  );
}

/**
 * Begins a sequence where another has ended: empties the password, and follows a link.
 *
 * @returns the outcome of following the link
 */
export async function begin(page: Page, link: string): Promise<Outcome> {
  const [outcome] = await page.evaluate(async (hash) => {
    const { driver, navigation } = globalThis as unknown as Driven;
    const password = document.querySelector('#f-password') as HTMLInputElement;
    if (password.value !== '') {
      password.value = '';
      password.dispatchEvent(new Event('input', { bubbles: true }));
    }
    // The browser does not follow a link to the present fragment; an empty parameter means nothing.
    const other = location.hash === hash ? hash.replace(/^#?/, '#&') : hash;
    const all = await driver.take([{ do: 'link', hash: other }]);
    driver.first = navigation.currentEntry.key;
    return all;
  }, link);
  if (!outcome) throw new Error('No step was taken.');
  return outcome;
}

/**
 * Takes steps in turn. As many as possible are taken within one call into the page: between calls
 * the browser would paint it.
 *
 * @returns the outcome of each
 */
export async function take(page: Page, steps: readonly Step[]): Promise<Outcome[]> {
  const all: Outcome[] = [];
  while (all.length < steps.length) {
    const more = await page.evaluate(
      (rest) => (globalThis as unknown as Driven).driver.take(rest),
      steps.slice(all.length),
    );
    all.push(...more);
    const last = all.pop();
    const step = steps[all.length];
    if (!last || !step) throw new Error('No step was taken.');
    all.push(last.outside ? await takeOutside(page, step, last) : last);
  }
  return all;
}

/** Takes a step by the browser: a script in the page cannot take it. */
async function takeOutside(page: Page, step: Step, before: Outcome): Promise<Outcome> {
  if (step.do === 'keys' || step.do === 'undo key') {
    if (step.do === 'keys') await page.keyboard.type(step.text);
    else await page.keyboard.press('Control+z');
    return page.evaluate((it) => (globalThis as unknown as Driven).driver.typed(it), before);
  }
  if (step.do === 'reload') await page.reload({ waitUntil: 'commit' });
  else if (step.do === 'back') await page.goBack({ waitUntil: 'commit' });
  else if (step.do === 'forward') await page.goForward({ waitUntil: 'commit' });
  else {
    const other = page.locator('language-link a').first();
    const language = (await other.getAttribute('hreflang')) ?? '';
    await other.evaluate((it: HTMLElement) => it.click());
    await page.locator(`html[lang=${language}]`).waitFor({ state: 'attached' });
  }
  await ready(page);
  const seen = await page.evaluate(() => (globalThis as unknown as Driven).driver.see());
  return { ...before, outside: false, loaded: true, inputs: [], seen };
}

/** Where the page's parts differ from the markup that they must have. */
export function differences(page: Page, parts: Record<string, string>): Promise<string[]> {
  return page.evaluate((all) => (globalThis as unknown as Driven).driver.differences(all), parts);
}
