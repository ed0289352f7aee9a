/** The events by which a reader turns to a form. Most come before the form has to answer. */
const TURNS = ['pointerover', 'focusin', 'input', 'dragenter'];

/**
 * An element whose script is loaded when the reader turns to it: most readers of a page do not. An
 * element that is live has `data-live`. Where the script cannot be loaded, the element shows its
 * `[data-part=failed]`, and tries again at the reader's next turn.
 */
export abstract class LazyElement<Loaded> extends HTMLElement {
  #live: Promise<boolean> | undefined;

  /** Loads the script and its texts; rejects where one of the files cannot be loaded. */
  protected abstract load(): Promise<Loaded>;

  /** Makes the element live with what {@link load} has loaded; called once. */
  protected abstract start(loaded: Loaded): void;

  /** Makes the element live, unless it is. Resolves to false where its script cannot be loaded. */
  protected turnLive(): Promise<boolean> {
    return (this.#live ??= this.#loadAndStart());
  }

  /** Makes the element live once the reader turns to a part of it. */
  protected turnLiveFor(part: Element): void {
    const turn = () => void this.turnLive();
    for (const type of TURNS) part.addEventListener(type, turn);
    // The reader may have turned to it before this script came.
    if (part.matches(':hover, :focus-within')) turn();
  }

  /** Shows, or no longer shows, that the script could not be loaded. */
  protected showFailure(failed: boolean): void {
    this.querySelector('[data-part=failed]')?.toggleAttribute('hidden', !failed);
  }

  async #loadAndStart(): Promise<boolean> {
    const loaded = await this.load().catch(() => undefined);
    this.showFailure(loaded === undefined);
    if (loaded === undefined) {
      this.#live = undefined;
      return false;
    }
    this.start(loaded);
    this.toggleAttribute('data-live', true);
    return true;
  }
}
