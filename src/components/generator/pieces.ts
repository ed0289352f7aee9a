import { html, type Html } from '../../view/html.ts';
import { insert, put, replace } from '../trusted.ts';

/** The length of the common suffix of two lists; 0 for lists of the same length. */
function commonSuffix(one: readonly Html[], other: readonly Html[]): number {
  const most = one.length === other.length ? 0 : Math.min(one.length, other.length);
  let length = 0;
  while (length < most && one.at(-1 - length)?.text === other.at(-1 - length)?.text) length++;
  return length;
}

/** The difference between two lists, their common suffix left aside. */
interface Difference {
  /** The lengths without the suffix, on the page and to be shown. */
  readonly had: number;
  readonly has: number;
  /** The positions that both lists have, with different pieces. */
  readonly changed: number[];
}

/** The children of an element: each comes from a piece of markup, and is replaced alone. */
export class Pieces {
  readonly #parent: Element;
  readonly #shown: Html[];

  /**
   * @param parent the element
   * @param shown the markup of the children that it has
   */
  constructor(parent: Element, shown: readonly Html[]) {
    this.#parent = parent;
    this.#shown = [...shown];
  }

  /**
   * Prepares the change to other pieces, as far as the reader sees it; {@link show} makes the rest.
   *
   * @param sees whether an element is in sight; called before anything changes
   * @returns makes the change
   */
  inSight(pieces: readonly Html[], sees: (element: Element) => boolean): () => void {
    const elements = [...this.#parent.children];
    const { had, has, changed } = this.#compare(pieces);
    const seen = (element: Element | undefined) => element !== undefined && sees(element);
    // Added and removed children move everything below them. They are seen if a neighbour is.
    const edge = Math.min(had, has);
    const moves = had !== has && elements.slice(Math.max(0, edge - 1), had + 1).some(seen);
    const near = changed.filter((at) => seen(elements[at]));
    return () => {
      this.#replace(near, elements, pieces);
      if (moves) this.#resize(had, has, pieces);
    };
  }

  /** Shows other pieces. Unchanged children stay, those of the common suffix too. */
  show(pieces: readonly Html[]): void {
    const elements = [...this.#parent.children];
    const { had, has, changed } = this.#compare(pieces);
    this.#replace(changed, elements, pieces);
    this.#resize(had, has, pieces);
  }

  /** Adds or removes children before the common suffix. */
  #resize(had: number, has: number, pieces: readonly Html[]): void {
    const elements = [...this.#parent.children];
    const added = pieces.slice(had, has);
    this.#shown.splice(Math.min(had, has), Math.max(0, had - has), ...added);
    for (const element of elements.slice(has, had)) element.remove();
    if (added.length === 0) return;
    const more = html`${added}`;
    const [last, next] = [elements[had - 1], elements[had]];
    if (next) insert(next, 'beforebegin', more);
    else if (last) insert(last, 'afterend', more);
    else put(this.#parent, more);
  }

  #compare(pieces: readonly Html[]): Difference {
    const shown = this.#shown;
    const suffix = commonSuffix(shown, pieces);
    const [had, has] = [shown.length - suffix, pieces.length - suffix];
    const changed: number[] = [];
    for (let at = 0; at < Math.min(had, has); at++)
      if (pieces[at]?.text !== shown[at]?.text) changed.push(at);
    return { had, has, changed };
  }

  /** Replaces children. Neighbours are replaced together: one parse is faster than several. */
  #replace(
    positions: readonly number[],
    elements: readonly Element[],
    pieces: readonly Html[],
  ): void {
    let more: Html[] = [];
    for (const [turn, at] of positions.entries()) {
      const [element, piece] = [elements[at], pieces[at]];
      if (!element || !piece) continue;
      this.#shown[at] = piece;
      more.push(piece);
      if (positions[turn + 1] === at + 1) element.remove();
      else {
        replace(element, html`${more}`);
        more = [];
      }
    }
  }
}
