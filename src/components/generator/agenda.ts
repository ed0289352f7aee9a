/** How long a turn works before the browser may paint and answer the reader, in milliseconds. */
const TURN = 5;

/**
 * Whether an element is in the window. To be called before anything on the page changes: after a
 * change the browser would compute the layout again for each call.
 */
export function inSight(element: Element): boolean {
  const { top, bottom } = element.getBoundingClientRect();
  return bottom > 0 && top < innerHeight;
}

/** Calls a function once the next frame has been painted. */
function afterFrame(work: () => void): void {
  requestAnimationFrame(() => setTimeout(work));
}

/**
 * The DOM writes that wait for the next frame, because they are out of sight. Layout and paint of a
 * whole result, hundreds of lines, take longer than a frame.
 */
export class Agenda {
  readonly #waiting = new Map<unknown, () => void>();
  readonly #done: () => void;
  #scheduled = false;

  /** @param done called whenever nothing is left to do */
  constructor(done: () => void) {
    this.#done = done;
  }

  /** Calls a function after the next frame. It replaces the one that waits under the same key. */
  after(key: unknown, work: () => void): void {
    this.#waiting.set(key, work);
    if (this.#scheduled) return;
    this.#scheduled = true;
    afterFrame(() => this.#turn());
  }

  /** Forgets the function that waits under a key. */
  drop(key: unknown): void {
    this.#waiting.delete(key);
  }

  /** Calls at once every function that waits: before a copy, a print, or another page. */
  finish(): void {
    while (this.#callFirst());
  }

  /** Calls the function that has waited longest; returns whether there was one. */
  #callFirst(): boolean {
    const [first] = this.#waiting;
    if (!first) return false;
    const [key, work] = first;
    this.#waiting.delete(key);
    work();
    if (this.#waiting.size === 0) this.#done();
    return true;
  }

  #turn(): void {
    const end = performance.now() + TURN;
    while (this.#callFirst() && performance.now() < end);
    this.#scheduled = this.#waiting.size > 0;
    if (this.#scheduled) afterFrame(() => this.#turn());
  }
}
