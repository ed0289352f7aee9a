import { until } from '../software-run/processes.ts';
import type { Download, Engine, Key, Looking, Point, Tab } from './engine.ts';

/** Has the console complain of what a policy stops, which not every browser does by itself. */
const WATCH = `document.addEventListener('securitypolicyviolation', (event) => {
  console.error('policy: ' + event.violatedDirective + ' ' + event.blockedURI + ' ' + event.sample);
});`;

/** Asks again and again until there is an answer. */
async function answerTo<Answer>(
  question: string,
  ask: () => Promise<Answer | undefined>,
): Promise<Answer> {
  let answer: Answer | undefined;
  try {
    await until(async () => {
      answer = await ask();
      return answer !== undefined;
    });
  } catch (cause) {
    throw new Error(`Nothing comes of: ${question}`, { cause });
  }
  return answer as Answer;
}

/**
 * Where a click or a touch reaches the first visible element that a selector finds; nowhere while
 * it is out of sight, covered or disabled. Runs in the page.
 */
function placeOf(selector: string): Point | undefined {
  const element = [...document.querySelectorAll(selector)].find((each) =>
    each.checkVisibility({ visibilityProperty: true }),
  );
  const box = element?.getClientRects()[0];
  if (!element || !box || element.matches(':disabled')) return undefined;
  const x = Math.round(box.left + box.width / 2);
  const y = Math.round(box.top + box.height / 2);
  const hit = document.elementFromPoint(x, y);
  if (element.contains(hit)) return { x, y };
  element.scrollIntoView({ block: 'center', behavior: 'instant' });
  return undefined;
}

/** Somebody who reads the site in a browser that nobody has used before. */
export class Reader {
  readonly #tab: Tab;

  constructor(tab: Tab) {
    this.#tab = tab;
  }

  go(address: string): Promise<unknown> {
    return this.#tab.go(address);
  }

  back(): Promise<unknown> {
    return this.#tab.back();
  }

  forward(): Promise<unknown> {
    return this.#tab.forward();
  }

  press(key: Key, ...held: Key[]): Promise<unknown> {
    return this.#tab.press(key, ...held);
  }

  /** Does what makes the page give a file, and waits for it. */
  download(act: () => Promise<void>): Promise<Download> {
    return this.#tab.download(act);
  }

  /** Has the page call a function, which knows nothing but what it is given. */
  async ask<Given extends unknown[], Answer>(
    act: (...given: Given) => Answer,
    ...given: Given
  ): Promise<Awaited<Answer>> {
    const list = given.map((each) => JSON.stringify(each)).join(', ');
    return (await this.#tab.evaluate(`(${String(act)})(${list})`)) as Awaited<Answer>;
  }

  /** Waits until something is true in the page; one that is being left has no answer. */
  async sees<Given extends unknown[]>(
    condition: (...given: Given) => boolean | undefined,
    ...given: Given
  ): Promise<void> {
    await answerTo(`${String(condition)} ${JSON.stringify(given)}`, async () =>
      (await this.ask(condition, ...given).catch(() => false)) === true ? true : undefined,
    );
  }

  /** Waits until a text is in what a selector finds. */
  async reads(selector: string, text: string): Promise<void> {
    await this.sees(
      (where, what) =>
        [...document.querySelectorAll<HTMLElement>(where)].some((each) =>
          each.innerText.includes(what),
        ),
      selector,
      text,
    );
  }

  /** Where an element is, once it can be reached and keeps its place. */
  #aim(selector: string): Promise<Point> {
    let before: Point | undefined;
    return answerTo(`Where is ${selector}?`, async () => {
      const now = (await this.ask(placeOf, selector)) ?? undefined;
      const still = now?.x === before?.x && now?.y === before?.y;
      before = now;
      return still ? now : undefined;
    });
  }

  /** Clicks the first visible element that a selector finds. */
  async click(selector: string): Promise<void> {
    await this.#tab.click(await this.#aim(selector));
  }

  /** Touches the first visible element that a selector finds. */
  async tap(selector: string): Promise<void> {
    await this.#tab.tap(await this.#aim(selector));
  }

  /** Types where the focus is. */
  async type(text: string): Promise<void> {
    for (const [at, line] of text.split('\n').entries()) {
      if (at > 0) await this.#tab.press('Enter');
      if (line !== '') await this.#tab.type(line);
    }
  }

  /** Clicks or touches a field and replaces what is in it. */
  async fill(selector: string, text: string, by: 'click' | 'tap' = 'click'): Promise<void> {
    await this[by](selector);
    await this.sees((where) => document.activeElement?.matches(where), selector);
    await this.ask(() => (document.activeElement as HTMLInputElement).select());
    await this.type(text);
  }

  /** Chooses in a select, with the arrow keys. */
  async choose(selector: string, value: string): Promise<void> {
    // The form waits for what a link brings.
    await this.sees((where) => document.querySelector(where)?.matches(':enabled'), selector);
    const steps = await this.ask(
      (where, wanted) => {
        const select = document.querySelector(where) as HTMLSelectElement;
        select.focus();
        return (
          [...select.options].findIndex((each) => each.value === wanted) - select.selectedIndex
        );
      },
      selector,
      value,
    );
    for (let step = 0; step < Math.abs(steps); step++)
      await this.press(steps > 0 ? 'ArrowDown' : 'ArrowUp');
    await this.sees(
      (where, wanted) => document.querySelector<HTMLSelectElement>(where)?.value === wanted,
      selector,
      value,
    );
  }
}

/**
 * Lets somebody read in a browser that nobody has used before.
 *
 * @returns errors of scripts, the console and the policy
 */
export async function read(
  engine: Engine,
  looking: Looking,
  journey: (reader: Reader) => Promise<void>,
): Promise<readonly string[]> {
  const tab = await engine.open(looking, WATCH);
  try {
    await journey(new Reader(tab));
    return tab.faults();
  } finally {
    await tab.close();
  }
}
