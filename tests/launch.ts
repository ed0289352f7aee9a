import { chromium as playwright, type Browser } from 'playwright-core';
import { chromium } from './software.ts';

/** What keeps Chromium to the pages that it is given, as root and without a screen too. */
export const CHROMIUM_FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
];

/** Starts the machine's Chromium, for tests and for the benchmark. */
export function launch(): Promise<Browser> {
  return playwright.launch({ executablePath: chromium(), args: CHROMIUM_FLAGS });
}
