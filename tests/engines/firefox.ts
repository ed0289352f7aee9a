import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { launch } from 'puppeteer-core';
import { firefox } from '../software.ts';
import { downloadsWithin } from './downloads.ts';
import type { Engine } from './engine.ts';

/** Starts Firefox, without a window; WebDriver BiDi drives it. */
export async function startFirefox(): Promise<Engine> {
  const browser = await launch({
    browser: 'firefox',
    executablePath: firefox(),
    extraPrefsFirefox: {
      // A touch must not become a long one because the machine is busy.
      'apz.max_tap_time': 60_000,
      'ui.click_hold_context_menus.delay': 60_000,
    },
  });
  const folder = mkdtempSync(join(tmpdir(), 'redis-pod-firefox-'));
  return {
    open: async ({ width, height }, watch) => {
      const downloads = downloadsWithin(folder);
      const context = await browser.createBrowserContext({
        downloadBehavior: { policy: 'allow', downloadPath: downloads.folder },
      });
      const page = await context.newPage();
      const faults: string[] = [];
      page.on('console', (message) => {
        if (message.type() === 'error') faults.push(message.text());
      });
      page.on('pageerror', (error) => faults.push(String(error)));
      await page.evaluateOnNewDocument(watch);
      await page.setViewport({ width, height });
      return {
        go: async (address) => {
          await page.goto(address);
        },
        // Puppeteer's own would wait for a page to load, where only the fragment changes.
        back: async () => {
          await page.evaluate('history.back()');
        },
        forward: async () => {
          await page.evaluate('history.forward()');
        },
        evaluate: (expression) => page.evaluate(expression),
        click: ({ x, y }) => page.mouse.click(x, y),
        tap: ({ x, y }) => page.touchscreen.tap(x, y),
        type: (text) => page.keyboard.type(text),
        press: async (key, ...held) => {
          for (const each of held) await page.keyboard.down(each);
          await page.keyboard.press(key);
          for (const each of held.toReversed()) await page.keyboard.up(each);
        },
        download: downloads.get,
        faults: () => faults,
        close: () => context.close(),
      };
    },
    close: async () => {
      await browser.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
