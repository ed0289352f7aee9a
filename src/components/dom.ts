/**
 * An element that the build has put on the page.
 *
 * @throws where it is missing: the page and the script are then not of the same build
 */
export function need<E extends Element = HTMLElement>(root: ParentNode, selector: string): E {
  const element = root.querySelector<E>(selector);
  if (!element) throw new Error(`The page has no ${selector}`);
  return element;
}

/** The element that markup names by `data-part`; throws as {@link need} does. */
export function part<E extends Element = HTMLElement>(root: ParentNode, name: string): E {
  return need<E>(root, `[data-part="${name}"]`);
}

/** Downloads a file that the page has made. */
export function saveFile(content: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  // The browser has read the address by the next task.
  setTimeout(() => URL.revokeObjectURL(link.href));
}
