/**
 * Lights up what belongs together inside an element: everything that shares a name in its `data-of`
 * with the element under the pointer, with the one that has the focus, or with a pinned handle.
 *
 * @returns brings the lights up to date, to be called after a repaint
 */
export function lightRelated(root: HTMLElement): () => void {
  let pinned: string | undefined;

  const light = (target: EventTarget | null): void => {
    const element = target instanceof Element ? target : undefined;
    const names = element?.closest<HTMLElement | SVGElement>('[data-of]')?.dataset['of'];
    const server = element?.closest<HTMLElement>('[data-server]')?.dataset['server'];
    const lit = new Set<Element>();
    const add = (selector: string) => {
      for (const each of root.querySelectorAll(selector)) lit.add(each);
    };
    // A file's server lights up in the diagram alone: all its other lines would be too much.
    if (server) add(`svg [data-of="${CSS.escape(server)}"]`);
    for (const name of names?.split(' ') ?? (pinned ? [pinned] : []))
      if (name !== server) add(`[data-of~="${CSS.escape(name)}"]`);
    // An element that stays lit is left alone: the browser would compute its style again.
    for (const each of root.querySelectorAll('.lit'))
      if (!lit.delete(each)) each.classList.remove('lit');
    for (const each of lit) each.classList.add('lit');
  };

  const refresh = (): void => {
    for (const button of root.querySelectorAll<HTMLElement>('[data-handle]')) {
      const pressed = String(button.dataset['handle'] === pinned);
      if (button.ariaPressed !== pressed) button.ariaPressed = pressed;
    }
    light(document.activeElement);
  };

  for (const type of ['pointerover', 'focusin'])
    root.addEventListener(type, ({ target }) => light(target));
  for (const type of ['pointerleave', 'focusout']) root.addEventListener(type, () => light(null));
  root.addEventListener('keydown', (event) => {
    const line = walk(event);
    if (line) light(line);
  });
  root.addEventListener('click', ({ target }) => {
    const handle = target instanceof Element && target.closest<HTMLElement>('[data-handle]');
    if (!handle) return;
    const name = handle.dataset['handle'];
    pinned = name === pinned ? undefined : name;
    refresh();
  });
  return refresh;
}

/**
 * Moves to the next or previous line of a file at the arrow keys, as a pointer would.
 *
 * @returns the line, where the key was such a one
 */
function walk(event: KeyboardEvent): Element | undefined {
  if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return undefined;
  if (!(event.target instanceof HTMLPreElement)) return undefined;
  const lines = [...event.target.querySelectorAll('.l')];
  const at = lines.findIndex((line) => line.classList.contains('here'));
  const next = at + (event.key === 'ArrowDown' ? 1 : -1);
  const line = lines[Math.max(0, Math.min(next, lines.length - 1))];
  lines[at]?.classList.remove('here');
  line?.classList.add('here');
  line?.scrollIntoView({ block: 'nearest' });
  event.preventDefault();
  return line;
}
