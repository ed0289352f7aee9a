import type { Page } from 'playwright-core';
import type { TrustedTypes } from '../src/components/trusted.ts';

/** The window of a page that {@link trustTests} prepared. */
export interface Trusting {
  /** Has the page take a text as markup. */
  readonly trustMarkup: (text: string) => string;
}

/**
 * Lets a test make markup of texts in pages whose policy forbids it to all but their own scripts:
 * the policy is not there yet when this runs.
 */
export async function trustTests(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const { trustedTypes } = window as { trustedTypes?: TrustedTypes };
    const rules = { createHTML: (text: string) => text };
    const policy = trustedTypes?.createPolicy('test', rules) ?? rules;
    Object.assign(window, { trustMarkup: (text: string) => policy.createHTML(text) });
  });
}
