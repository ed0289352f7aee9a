import { readFile } from 'node:fs/promises';
import { launch } from '../launch.ts';
import { chromium } from '../software.ts';
import type { Engine } from './engine.ts';

/** Starts Chromium, without a window. */
export async function startChromium(): Promise<Engine> {
  const browser = await launch(chromium());
  return {
    open: async ({ width, height, phone = false }, watch) => {
      const context = await browser.newContext({
        viewport: { width, height },
        permissions: ['clipboard-write'],
        ...(phone && { hasTouch: true, isMobile: true, deviceScaleFactor: 2 }),
      });
      const faults: string[] = [];
      context.on('console', (message) => {
        if (message.type() === 'error') faults.push(message.text());
      });
      context.on('weberror', (error) => faults.push(String(error.error())));
      await context.addInitScript(watch);
      const page = await context.newPage();
      return {
        go: async (address) => {
          await page.goto(address);
        },
        back: async () => {
          await page.goBack();
        },
        forward: async () => {
          await page.goForward();
        },
        evaluate: (expression) => page.evaluate(expression),
        click: ({ x, y }) => page.mouse.click(x, y),
        tap: ({ x, y }) => page.touchscreen.tap(x, y),
        type: (text) => page.keyboard.type(text),
        press: (key, ...held) => page.keyboard.press([...held, key].join('+')),
        download: async (act) => {
          const [download] = await Promise.all([page.waitForEvent('download'), act()]);
          const bytes = await readFile(await download.path());
          return { name: download.suggestedFilename(), bytes };
        },
        faults: () => faults,
        close: () => context.close(),
      };
    },
    close: () => browser.close(),
  };
}
