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
  #shown: readonly Html[];

  /**
   * @param place where they are
   * @param shown what is there already
   */
  constructor(place: Element, shown: readonly Html[]) {
    this.#place = place;
    this.#shown = shown;
  }

  /** Shows other pieces: those that differ are replaced; what is alike at the end keeps its elements. */
  show(pieces: readonly Html[]): void {
    const shown = this.#shown;
    this.#shown = pieces;
    const elements = [...this.#place.children];
    const alike = alikeAtEnd(shown, pieces);
    const [had, has] = [shown.length - alike, pieces.length - alike];
    for (let at = 0; at < Math.min(had, has); at++) {
      const [element, piece] = [elements[at], pieces[at]];
      if (element && piece && piece.text !== shown[at]?.text) replace(element, piece);
    }
    for (const element of elements.slice(has, had)) element.remove();
    if (has <= had) return;
    const more = html`${pieces.slice(had, has)}`;
    const [last, next] = [this.#place.children[had - 1], elements[had]];
    if (next) insert(next, 'beforebegin', more);
    else if (last) insert(last, 'afterend', more);
    else put(this.#place, more);
  }
}
