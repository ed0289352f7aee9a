import { html, type Html } from '../../view/html.ts';
import { insert, put, replace } from '../trusted.ts';

/** How many pieces two lists end with alike; none where they are as long as each other. */
function alikeAtEnd(one: readonly Html[], other: readonly Html[]): number {
  const most = one.length === other.length ? 0 : Math.min(one.length, other.length);
  let alike = 0;
  while (alike < most && one.at(-1 - alike)?.text === other.at(-1 - alike)?.text) alike++;
  return alike;
}

/** A place of the page that has one element after the other, each from markup of its own. */
export class Pieces {
  readonly #place: Element;
  readonly #shown: Html[];

  /**
   * @param place where they are
   * @param shown what is there already
   */
  constructor(place: Element, shown: readonly Html[]) {
    this.#place = place;
    this.#shown = [...shown];
  }

  /**
   * What shows those of other pieces that come where the reader looks; {@link show} shows the rest.
   *
   * @param sees whether an element is where the reader looks; asked before anything changes
   */
  inSight(pieces: readonly Html[], sees: (element: Element) => boolean): () => void {
    const elements = [...this.#place.children];
    const { had, has, other } = this.#compare(pieces);
    const seen = (element: Element | undefined) => element !== undefined && sees(element);
    // What comes or goes moves what is below, and is in sight with what it stands between.
    const edge = Math.min(had, has);
    const moves = had !== has && elements.slice(Math.max(0, edge - 1), had + 1).some(seen);
    const near = other.filter((at) => seen(elements[at]));
    return () => {
      this.#replace(near, elements, pieces);
      if (moves) this.#resize(had, has, pieces);
    };
  }

  /** Shows other pieces: those that differ are replaced; what is alike at the end keeps its elements. */
  show(pieces: readonly Html[]): void {
    const elements = [...this.#place.children];
    const { had, has, other } = this.#compare(pieces);
    this.#replace(other, elements, pieces);
    this.#resize(had, has, pieces);
  }

  /** Has as many before what is alike at the end as there are to be. */
  #resize(had: number, has: number, pieces: readonly Html[]): void {
    const elements = [...this.#place.children];
    const added = pieces.slice(had, has);
    this.#shown.splice(Math.min(had, has), Math.max(0, had - has), ...added);
    for (const element of elements.slice(has, had)) element.remove();
    if (added.length === 0) return;
    const more = html`${added}`;
    const [last, next] = [elements[had - 1], elements[had]];
    if (next) insert(next, 'beforebegin', more);
    else if (last) insert(last, 'afterend', more);
    else put(this.#place, more);
  }

  /** How many there are and are to be before what is alike at the end, and which of both differ. */
  #compare(pieces: readonly Html[]): { had: number; has: number; other: number[] } {
    const shown = this.#shown;
    const alike = alikeAtEnd(shown, pieces);
    const [had, has] = [shown.length - alike, pieces.length - alike];
    const other: number[] = [];
    for (let at = 0; at < Math.min(had, has); at++)
      if (pieces[at]?.text !== shown[at]?.text) other.push(at);
    return { had, has, other };
  }

  /** Replaces some, neighbours at once: the browser is sooner done with markup in one go. */
  #replace(places: readonly number[], elements: readonly Element[], pieces: readonly Html[]): void {
    let more: Html[] = [];
    for (const [turn, at] of places.entries()) {
      const [element, piece] = [elements[at], pieces[at]];
      if (!element || !piece) continue;
      this.#shown[at] = piece;
      more.push(piece);
      if (places[turn + 1] === at + 1) element.remove();
      else {
        replace(element, html`${more}`);
        more = [];
      }
    }
  }
}
