type Type<E extends Element> = new () => E;

/**
 * An element that the build has put on the page.
 *
 * @param type the element's class
 * @throws where the page has no such element
 */
export function need(root: ParentNode, selector: string): HTMLElement;
export function need<E extends Element>(root: ParentNode, selector: string, type: Type<E>): E;
export function need(root: ParentNode, selector: string, type: Type<Element> = HTMLElement) {
  const element = root.querySelector(selector);
  if (!(element instanceof type)) throw new Error(`The page has no ${selector}`);
  return element;
}

/** The element that markup names by `data-part`; throws as {@link need} does. */
export function part(root: ParentNode, name: string): HTMLElement {
  return need(root, `[data-part="${name}"]`);
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
