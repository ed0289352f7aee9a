import { launch } from 'puppeteer-core';
import { CHROMIUM_FLAGS } from '../launch.ts';
import { chromium, firefox } from '../software.ts';
import type { Browser } from './reader.ts';

/** Starts Chromium or Firefox without a window. */
export async function startPuppeteer(name: 'chrome' | 'firefox'): Promise<Browser> {
  const isChromium = name === 'chrome';
  const browser = await launch({
    browser: name,
    executablePath: isChromium ? chromium() : firefox(),
    args: isChromium ? CHROMIUM_FLAGS : [],
    extraPrefsFirefox: {
      // On a busy machine a touch must not become a long one.
      'apz.max_tap_time': 60_000,
      'ui.click_hold_context_menus.delay': 60_000,
    },
  });
  return {
    open: async ({ width, height, phone }, downloads, watch) => {
      const context = await browser.createBrowserContext({
        downloadBehavior: { policy: 'allow', downloadPath: downloads },
      });
      const page = await context.newPage();
      const errors: string[] = [];
      page.on('console', (message) => {
        if (message.type() === 'error') errors.push(message.text());
      });
      page.on('pageerror', (error) => errors.push(String(error)));
      await page.evaluateOnNewDocument(watch);
      // Firefox takes touches on any screen.
      const touch = isChromium && phone && { hasTouch: true, isMobile: true };
      await page.setViewport({ width, height, ...touch });
      return {
        go: (address) => page.goto(address),
        // page.goBack() would wait for a page to load, where only the fragment changes.
        back: () => page.evaluate('history.back()'),
        forward: () => page.evaluate('history.forward()'),
        evaluate: (expression) => page.evaluate(expression),
        click: ({ x, y }) => page.mouse.click(x, y),
        tap: ({ x, y }) => page.touchscreen.tap(x, y),
        type: (text) => page.keyboard.type(text),
        press: async (key, held) => {
          if (held) await page.keyboard.down(held);
          await page.keyboard.press(key);
          if (held) await page.keyboard.up(held);
        },
        errors: () => errors,
        close: () => context.close(),
      };
    },
    close: () => browser.close(),
  };
}
