import type { Html } from '../view/html.ts';

/** Makes the values that a browser with Trusted Types lets into the page. */
interface Policy {
  createHTML(text: string): string;
  createScriptURL(text: string): string;
}

/** The interface of such browsers, which TypeScript's own types of the DOM lack. */
export interface TrustedTypes {
  /** The policy for texts that scripts put into the page without naming a policy. */
  readonly defaultPolicy: object | null;
  createPolicy<Rules extends Partial<Policy>>(
    name: string,
    rules: Rules,
  ): Pick<Policy, keyof Rules & keyof Policy>;
}

const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypes };

// The guard is the type: every foreign text in an Html has been escaped (view/html.ts).
const rules = { createHTML: (text: string) => text };
const policy = trustedTypes?.createPolicy('site', rules) ?? rules;

/** Replaces the content of an element. */
export function put(parent: Element, markup: Html): void {
  parent.innerHTML = policy.createHTML(markup.text);
}

/** Inserts markup beside an element, or at the end of its content. */
export function insert(
  element: Element,
  where: 'beforebegin' | 'beforeend' | 'afterend',
  markup: Html,
): void {
  element.insertAdjacentHTML(where, policy.createHTML(markup.text));
}

/** Replaces an element. */
export function replace(element: Element, markup: Html): void {
  element.outerHTML = policy.createHTML(markup.text);
}
