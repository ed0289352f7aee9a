/** How long a button says what came of it, in milliseconds. */
const SAID = 2000;

/** The same where the reader has something to do, and reads what. */
const REFUSED = 10_000;

/** Has the button that was pressed last say its own again. */
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
 * Copies the code beside a button, and says in the button's place what came of it. What the browser
 * refuses to copy is selected, so that one key copies it.
 *
 * @param root the element that has the words, and a place where they are said aloud
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
  timer = setTimeout(restore, done ? SAID : REFUSED);
  const { copied = '', refused = '' } = root.dataset;
  button.textContent = done ? copied : refused;
  const said = root.querySelector('[data-part=said]');
  if (said) said.textContent = button.textContent;
}
