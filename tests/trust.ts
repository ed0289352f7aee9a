import type { Page } from 'playwright-core';
import type { TrustedTypes } from '../src/components/trusted.ts';

/** The window of a page after {@link trustTests}. */
export interface Trusting {
  /** Converts a text to markup that the page's policy accepts. */
  readonly trustMarkup: (text: string) => string;
}

/**
 * Lets a test insert markup into pages although Trusted Types forbid it. The script runs before the page's policy
 * exists, and so may create a policy for the test.
 */
export async function trustTests(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const { trustedTypes } = window as { trustedTypes?: TrustedTypes };
    const rules = { createHTML: (text: string) => text };
    const policy = trustedTypes?.createPolicy('test', rules) ?? rules;
    Object.assign(window, { trustMarkup: (text: string) => policy.createHTML(text) });
  });
}
