/**
 * Lights up what belongs together inside an element: whatever shares a name in its `data-of` with
 * what the pointer is over, the focus is in, or a handle has pinned.
 */
export class Related {
  readonly #root: HTMLElement;
  #pinned: string | undefined;

  constructor(root: HTMLElement) {
    this.#root = root;
    for (const type of ['pointerover', 'focusin'])
      root.addEventListener(type, ({ target }) => this.#light(target));
    for (const type of ['pointerleave', 'focusout'])
      root.addEventListener(type, () => this.#light(null));
    root.addEventListener('keydown', (event) => this.#walk(event));
    root.addEventListener('click', ({ target }) => {
      const handle = target instanceof Element && target.closest<HTMLElement>('[data-handle]');
      if (!handle) return;
      const name = handle.dataset['handle'];
      this.#pinned = name === this.#pinned ? undefined : name;
      this.refresh();
    });
  }

  /** Brings what is lit in line with the focus and the pinned handle, after a repaint too. */
  refresh(): void {
    for (const button of this.#root.querySelectorAll<HTMLElement>('[data-handle]')) {
      const pressed = String(button.dataset['handle'] === this.#pinned);
      if (button.ariaPressed !== pressed) button.ariaPressed = pressed;
    }
    this.#light(document.activeElement);
  }

  #light(target: EventTarget | null): void {
    const element = target instanceof Element ? target : undefined;
    const about = element?.closest<HTMLElement | SVGElement>('[data-of]')?.dataset['of'];
    const server = element?.closest<HTMLElement>('[data-server]')?.dataset['server'];
    const lit = new Set<Element>();
    const light = (selector: string) => {
      for (const each of this.#root.querySelectorAll(selector)) lit.add(each);
    };
    // A file's server lights up in the drawing alone: all its other lines would be too much.
    if (server) light(`svg [data-of="${CSS.escape(server)}"]`);
    for (const name of about?.split(' ') ?? (this.#pinned ? [this.#pinned] : []))
      if (name !== server) light(`[data-of~="${CSS.escape(name)}"]`);
    // What stays lit is left alone: the browser would work its style out anew.
    for (const each of this.#root.querySelectorAll('.lit'))
      if (!lit.delete(each)) each.classList.remove('lit');
    for (const each of lit) each.classList.add('lit');
  }

  /** Up and down go from line to line of a file, as a pointer would. */
  #walk(event: KeyboardEvent): void {
    const lines = event.target instanceof HTMLPreElement && [
      ...event.target.querySelectorAll('.l'),
    ];
    if (!lines || (event.key !== 'ArrowDown' && event.key !== 'ArrowUp')) return;
    const at = lines.findIndex((line) => line.classList.contains('here'));
    const next = at + (event.key === 'ArrowDown' ? 1 : -1);
    const line = lines[Math.max(0, Math.min(next, lines.length - 1))];
    lines[at]?.classList.remove('here');
    line?.classList.add('here');
    line?.scrollIntoView({ block: 'nearest' });
    this.#light(line ?? null);
    event.preventDefault();
  }
}
