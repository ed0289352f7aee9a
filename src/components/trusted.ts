import type { Html } from '../view/html.ts';

/** What makes values that a browser with Trusted Types lets into the page. */
interface Policy {
  createHTML(text: string): string;
  createScriptURL(text: string): string;
}

/** What such browsers offer; TypeScript's own description of the DOM has none of it. */
export interface TrustedTypes {
  /** The rules for what a script puts into the page as a mere text. */
  readonly defaultPolicy: object | null;
  createPolicy<Rules extends Partial<Policy>>(
    name: string,
    rules: Rules,
  ): Pick<Policy, keyof Rules & keyof Policy>;
}

const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypes };

// All foreign text in an Html is escaped, wherever it was made (view/html.ts): that is the guard.
const rules = { createHTML: (text: string) => text };
const policy = trustedTypes?.createPolicy('site', rules) ?? rules;

/** Shows markup in a place, instead of what is there. */
export function put(place: Element, markup: Html): void {
  place.innerHTML = policy.createHTML(markup.text);
}

/** Shows markup beside an element, or at the end of what is in it. */
export function insert(
  element: Element,
  where: 'beforebegin' | 'beforeend' | 'afterend',
  markup: Html,
): void {
  element.insertAdjacentHTML(where, policy.createHTML(markup.text));
}

/** Puts markup where an element is. */
export function replace(element: Element, markup: Html): void {
  element.outerHTML = policy.createHTML(markup.text);
}
