/** How long a button reports a copy, in milliseconds. */
const COPIED = 2000;

/** How long a button reports that the browser refused: the reader then has to copy by a key. */
const REFUSED = 10_000;

/** Restores the label of the button that was pressed last. */
let restore = () => {};
let timer: ReturnType<typeof setTimeout> | undefined;

/**
 * Puts a text on the clipboard.
 *
 * @returns whether the browser did; it may refuse, and has no clipboard where the site comes
 *   without encryption
 */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

/**
 * Copies the code beside a button, and reports the outcome in the button's label. Code that the
 * browser refuses to copy is selected, so that one key copies it.
 *
 * @param root the element that has the two labels, and a status that screen readers announce
 */
export async function copyQuote(root: HTMLElement, button: HTMLElement): Promise<void> {
  const code = button.closest('.quote')?.querySelector('pre');
  const done = await copyText(code?.textContent ?? '');
  if (code && !done) getSelection()?.selectAllChildren(code);
  clearTimeout(timer);
  restore();
  const usual = button.textContent;
  restore = () => {
    button.textContent = usual;
  };
  timer = setTimeout(restore, done ? COPIED : REFUSED);
  const { copied = '', refused = '' } = root.dataset;
  button.textContent = done ? copied : refused;
  const status = root.querySelector('[data-part=said]');
  if (status) status.textContent = button.textContent;
}
