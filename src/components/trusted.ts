import type { Html } from '../view/html.ts';

/** What makes values that a browser with Trusted Types lets into the page. */
interface Policy {
  createHTML(text: string): string;
  createScriptURL(text: string): string;
}

/** What such browsers offer; TypeScript's own description of the DOM has none of it. */
export interface TrustedTypes {
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

/** Shows markup after what is in a place. */
export function append(place: Element, markup: Html): void {
  place.insertAdjacentHTML('beforeend', policy.createHTML(markup.text));
}

/** Puts markup where an element is. */
export function replace(element: Element, markup: Html): void {
  element.outerHTML = policy.createHTML(markup.text);
}
