import { chromium as playwright, type Browser } from 'playwright-core';
import { headlessShell } from './software.ts';

/** Flags that stop Chromium's own requests, and let it run as root without a screen. */
export const CHROMIUM_FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
];

/**
 * Starts the machine's Chromium.
 *
 * @param executablePath the full browser, for measurements of speed
 */
export function launch(executablePath = headlessShell()): Promise<Browser> {
  return playwright.launch({ executablePath, args: CHROMIUM_FLAGS });
}
