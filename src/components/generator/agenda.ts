/** How long to work before the browser may paint and answer the reader, in milliseconds. */
const TURN = 5;

/**
 * Whether an element is in the window. To be asked before anything on the page changes: the browser
 * would lay it out anew for each answer.
 */
export function inSight(element: Element): boolean {
  const { top, bottom } = element.getBoundingClientRect();
  return bottom > 0 && top < innerHeight;
}

/** Has work done when the next frame has been painted. */
function afterFrame(work: () => void): void {
  requestAnimationFrame(() => setTimeout(work));
}

/**
 * What is to be brought in line on the page: at once where it is in sight, so that the next frame
 * has it, and elsewhere after that frame. Laying out and painting all of a result of
 * hundreds of lines takes longer than a frame lasts.
 */
export class Agenda {
  readonly #waiting = new Map<unknown, () => void>();
  readonly #done: () => void;
  #under = false;

  /** @param done called when nothing is left to do */
  constructor(done: () => void) {
    this.#done = done;
  }

  /** Has work done after the next frame, instead of other work of that name. */
  after(name: unknown, work: () => void): void {
    this.#waiting.set(name, work);
    if (this.#under) return;
    this.#under = true;
    afterFrame(() => this.#next());
  }

  /** Forgets what was to be done under a name. */
  drop(name: unknown): void {
    this.#waiting.delete(name);
  }

  /** Does at once all that is left, for what cannot wait: a copy, a print, another page. */
  finish(): void {
    while (this.#one());
  }

  #one(): boolean {
    const [first] = this.#waiting;
    if (!first) return false;
    const [name, work] = first;
    this.#waiting.delete(name);
    work();
    if (this.#waiting.size === 0) this.#done();
    return true;
  }

  #next(): void {
    const end = performance.now() + TURN;
    while (this.#one() && performance.now() < end);
    this.#under = this.#waiting.size > 0;
    if (this.#under) afterFrame(() => this.#next());
  }
}
