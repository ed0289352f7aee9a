import type { Page } from 'playwright-core';
import { trustTests, type Trusting } from '../../trust.ts';
import type { FormField } from '../../../src/components/generator/formState.ts';
import type { Step } from './steps.ts';

/** What came of a step. */
export interface Came {
  /** What the step is about is not there, or in its place already. */
  readonly nothing: boolean;
  /** It is for the browser to do. */
  readonly outside: boolean;
  /** Another document was loaded. */
  readonly loaded: boolean;
  /** The form was live before. */
  readonly live: boolean;
  /** What a control said at each input, one by one. */
  readonly inputs: readonly (readonly [field: FormField, text: string])[];
  /** The id that a heading's link leads to. */
  readonly anchor: string;
  /** The history has another entry. */
  readonly moved: boolean;
  /** What the page shows then. */
  readonly seen: Seen;
}

/** What the page shows. */
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

/** What a field shows. */
export interface SeenField {
  readonly text: string;
  readonly invalid: boolean;
  readonly hidden: boolean;
  readonly resettable: boolean;
}

/** What a page carries for the test; its own script knows nothing of it. */
interface Driver {
  /** The history's entry that a sequence began at; back goes no further. */
  first: string;
  /** Does step after step, until one is for the browser to do. */
  take: (steps: readonly Step[]) => Promise<Came[]>;
  /** What came of keys that the browser was given. */
  typed: (before: Came) => Promise<Came>;
  see: () => Seen;
  /** Where the page's parts differ from the markup that they must have. */
  differences: (parts: Record<string, string>) => string[];
}

interface Entry {
  readonly key: string;
  readonly sameDocument: boolean;
  readonly index: number;
}

/** What of the browser TypeScript does not know, or calls old. */
interface Browser {
  readonly navigation: Record<'back' | 'forward', () => { finished: Promise<unknown> }> & {
    entries: () => Entry[];
    readonly currentEntry: Entry;
  };
  readonly document: {
    /** Types, and takes back what was typed; there is no other way for a script. */
    execCommand: (command: string, show?: boolean, text?: string) => void;
  };
}

type Carrier = { driver: Driver } & Browser & Trusting;

/** Put into every page before its own scripts; see {@link Driver}. */
function carry(): void {
  const browser = globalThis as unknown as Carrier;
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
  /** Waits until the page has seen that the address has another fragment, none or an empty one too. */
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

  /** Does a step; returns what is special about it. */
  const act = async (step: Step): Promise<Partial<Came>> => {
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
        // Where the entry has the same fragment there is nothing to follow.
        return { nothing: !(await followed(() => navigation[way]().finished)) };
      }
      case 'reload':
      case 'language':
        return { outside: true };
    }
  };

  const came = (rest: Partial<Came>): Came => {
    // The page brings the rest in line after the next frame, and before it is printed.
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
      seen: see(),
    };
  };

  const take = async (steps: readonly Step[]) => {
    const done: Came[] = [];
    for (const step of steps) {
      inputs.length = 0;
      began = browser.navigation.currentEntry.key;
      const live = isLive();
      const what = await act(step);
      if (inputs.length > 0) await untilLive();
      done.push(came({ live, ...what }));
      if (what.outside) break;
    }
    return done;
  };

  const typed = async (before: Came) => {
    if (inputs.length > 0) await untilLive();
    return came({ ...before, outside: false });
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
      throw new Error('The files are and are not those of the form.');
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

  /** Markup without what only says where the pointer and the focus are, and what is folded. */
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

/** Hides what the test reads and nobody looks at: painting it takes more time than all the rest. */
function hide(): void {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`.sl-markdown-content > :not(redis-generator), .result, header, nav,
    .right-sidebar { content-visibility: hidden !important }`);
  document.adoptedStyleSheets.push(sheet);
}

/** Has every page that is opened from now on be driven by a test. */
export async function drive(page: Page): Promise<void> {
  await trustTests(page);
  await page.addInitScript(carry);
  await page.addInitScript(hide);
}

/** Waits until a page is as it stays without its reader. */
export async function ready(page: Page): Promise<void> {
  await page.waitForFunction(
    () =>
      document.readyState === 'complete' &&
      (location.hash === '' || document.querySelector('redis-generator[data-live]') !== null),
  );
}

/**
 * Begins a sequence where another has ended: without a password, in the state that a link brings.
 *
 * @returns what came of following the link
 */
export async function begin(page: Page, link: string): Promise<Came> {
  const [came] = await page.evaluate(async (hash) => {
    const { driver, navigation } = globalThis as unknown as Carrier;
    const password = document.querySelector('#f-password') as HTMLInputElement;
    if (password.value !== '') {
      password.value = '';
      password.dispatchEvent(new Event('input', { bubbles: true }));
    }
    // A link to where one is leads nowhere; an empty part of it means nothing.
    const other = location.hash === hash ? hash.replace(/^#?/, '#&') : hash;
    const all = await driver.take([{ do: 'link', hash: other }]);
    driver.first = navigation.currentEntry.key;
    return all;
  }, link);
  if (!came) throw new Error('No step was taken.');
  return came;
}

/**
 * Takes one step after the other, as many in the page itself as there are: the browser would paint
 * it after each.
 *
 * @returns what came of each
 */
export async function take(page: Page, steps: readonly Step[]): Promise<Came[]> {
  const all: Came[] = [];
  while (all.length < steps.length) {
    const more = await page.evaluate(
      (rest) => (globalThis as unknown as Carrier).driver.take(rest),
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

/** Takes a step that is for the browser. */
async function takeOutside(page: Page, step: Step, before: Came): Promise<Came> {
  if (step.do === 'keys' || step.do === 'undo key') {
    if (step.do === 'keys') await page.keyboard.type(step.text);
    else await page.keyboard.press('Control+z');
    return page.evaluate((it) => (globalThis as unknown as Carrier).driver.typed(it), before);
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
  const seen = await page.evaluate(() => (globalThis as unknown as Carrier).driver.see());
  return { ...before, outside: false, loaded: true, inputs: [], seen };
}

/** Where the page's parts differ from the markup that they must have. */
export function differences(page: Page, parts: Record<string, string>): Promise<string[]> {
  return page.evaluate((all) => (globalThis as unknown as Carrier).driver.differences(all), parts);
}
