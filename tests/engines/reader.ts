import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { temporaryFolder, until } from '../software-run/processes.ts';

/** The visible part of a page, in CSS pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
  /** Whether it is a phone's, with touch. */
  readonly phone?: boolean;
}

/** A position in the visible part of a page, in CSS pixels. */
interface Point {
  readonly x: number;
  readonly y: number;
}

type Key = 'ArrowDown' | 'ArrowUp' | 'Control' | 'Enter' | 'Meta' | 'v';

/** A tab of a new browser profile. */
interface Tab {
  /** Opens an address and waits until its page has loaded. */
  go(address: string): Promise<unknown>;
  back(): Promise<unknown>;
  forward(): Promise<unknown>;
  /** The value of an expression in the page, as JSON; of a promise, once it is fulfilled. */
  evaluate(expression: string): Promise<unknown>;
  click(at: Point): Promise<unknown>;
  tap(at: Point): Promise<unknown>;
  /** Types one line. */
  type(text: string): Promise<unknown>;
  /** Presses a key, while another is held. */
  press(key: Key, held?: Key): Promise<unknown>;
  /** Errors of scripts and of the console so far. */
  errors(): string[];
  close(): Promise<void>;
}

/** A running browser. */
export interface Browser {
  /**
   * @param downloads the folder for downloads
   * @param watch a script that runs in each page before its own
   */
  open(size: Size, downloads: string, watch: string): Promise<Tab>;
  close(): Promise<void>;
}

/** Writes violations of the policy to the console, which not every browser does by itself. */
const WATCH = `document.addEventListener('securitypolicyviolation', (event) => {
  console.error('policy: ' + event.violatedDirective + ' ' + event.blockedURI + ' ' + event.sample);
});`;

/** The names of unfinished downloads in Chromium, Firefox and WebKit. */
const UNFINISHED = /\.(crdownload|part|wkdownload)$/;

/**
 * The point where a click or a touch reaches the first visible element of a selector; undefined
 * while it is disabled, covered or out of sight. Runs in the page.
 */
function pointOf(selector: string): Point | undefined {
  const element = [...document.querySelectorAll(selector)].find((each) =>
    each.checkVisibility({ visibilityProperty: true }),
  );
  const box = element?.getClientRects()[0];
  if (!element || !box || element.matches(':disabled')) return undefined;
  const x = Math.round(box.left + box.width / 2);
  const y = Math.round(box.top + box.height / 2);
  if (element.contains(document.elementFromPoint(x, y))) return { x, y };
  element.scrollIntoView({ block: 'center', behavior: 'instant' });
  return undefined;
}

/** A reader of the site, in a new browser profile. */
export class Reader {
  readonly tab: Tab;
  readonly #downloads: string;

  private constructor(tab: Tab, downloads: string) {
    this.tab = tab;
    this.#downloads = downloads;
  }

  /** Opens a browser for a reader until the test ends. */
  static async open(browser: Browser, size: Size): Promise<Reader> {
    const downloads = temporaryFolder(onTestFinished);
    const tab = await browser.open(size, downloads, WATCH);
    onTestFinished(() => tab.close());
    return new Reader(tab, downloads);
  }

  /** Calls a function in the page. It has nothing but its arguments in scope. */
  async ask<Args extends unknown[], Answer>(
    act: (...args: Args) => Answer,
    ...args: Args
  ): Promise<Awaited<Answer>> {
    const list = args.map((each) => JSON.stringify(each)).join(', ');
    return (await this.tab.evaluate(`(${String(act)})(${list})`)) as Awaited<Answer>;
  }

  /** Waits for a condition in the page; a page that is being left has no answer. */
  async sees<Args extends unknown[]>(
    condition: (...args: Args) => boolean | undefined,
    ...args: Args
  ): Promise<void> {
    const isMet = async () => (await this.ask(condition, ...args).catch(() => false)) === true;
    await until(isMet).catch((cause: unknown) => {
      throw new Error(`Never true: ${String(condition)} ${JSON.stringify(args)}`, { cause });
    });
  }

  /** Waits until an element of a selector has a text. */
  reads(selector: string, text: string): Promise<void> {
    return this.sees(
      (where, what) =>
        [...document.querySelectorAll<HTMLElement>(where)].some((each) =>
          each.innerText.includes(what),
        ),
      selector,
      text,
    );
  }

  /** Clicks or touches the first visible element of a selector, once it no longer moves. */
  async click(selector: string, by: 'click' | 'tap' = 'click'): Promise<void> {
    let point: Point | undefined;
    const isStill = async () => {
      const before = point;
      point = (await this.ask(pointOf, selector)) ?? undefined;
      return point !== undefined && point.x === before?.x && point.y === before.y;
    };
    await until(isStill).catch((cause: unknown) => {
      throw new Error(`Never reached: ${selector}`, { cause });
    });
    await this.tab[by](point ?? { x: 0, y: 0 });
  }

  /** Touches the first visible element of a selector. */
  tap(selector: string): Promise<void> {
    return this.click(selector, 'tap');
  }

  /** Types into the element with the focus. */
  async type(text: string): Promise<void> {
    for (const [at, line] of text.split('\n').entries()) {
      if (at > 0) await this.tab.press('Enter');
      if (line !== '') await this.tab.type(line);
    }
  }

  /** Clicks or touches a field and replaces its text. */
  async fill(selector: string, text: string, by: 'click' | 'tap' = 'click'): Promise<void> {
    await this.click(selector, by);
    await this.sees((where) => document.activeElement?.matches(where), selector);
    await this.ask(() => (document.activeElement as HTMLInputElement).select());
    await this.type(text);
  }

  /** Chooses an option of a select with the arrow keys. */
  async choose(selector: string, value: string): Promise<void> {
    // The fields are disabled until the form has read the link.
    await this.sees((where) => document.querySelector(where)?.matches(':enabled'), selector);
    const steps = await this.ask(
      (where, wanted) => {
        const select = document.querySelector(where) as HTMLSelectElement;
        select.focus();
        const values = [...select.options].map((option) => option.value);
        return values.indexOf(wanted) - select.selectedIndex;
      },
      selector,
      value,
    );
    for (let step = 0; step < Math.abs(steps); step++)
      await this.tab.press(steps > 0 ? 'ArrowDown' : 'ArrowUp');
    await this.sees(
      (where, wanted) => document.querySelector<HTMLSelectElement>(where)?.value === wanted,
      selector,
      value,
    );
  }

  /** Clicks or touches a button that gives a file, and waits for the file. */
  async download(selector: string, by: 'click' | 'tap' = 'click') {
    const before = readdirSync(this.#downloads);
    await this.click(selector, by);
    let name: string | undefined;
    await until(() => {
      const names = readdirSync(this.#downloads).filter((each) => !before.includes(each));
      if (names.some((each) => UNFINISHED.test(each))) return false;
      [name] = names;
      // Firefox reserves the name with an empty file.
      return name !== undefined && statSync(join(this.#downloads, name)).size > 0;
    });
    return { name, bytes: readFileSync(join(this.#downloads, name ?? '')) };
  }
}
