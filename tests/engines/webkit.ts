import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Builder, Capabilities, Key, Origin } from 'selenium-webdriver';
import { freePort, serve, type Service } from '../software-run/processes.ts';
import { webkitDriver, webkitPython, xvfb } from '../software.ts';
import { downloadsWithin } from './downloads.ts';
import type { Engine, Key as KeyName } from './engine.ts';

/** What WebKitGTK says of each page and Safari does not: Debian's is built without app manifests. */
const OF_THE_BUILD = "Unrecognized Content-Security-Policy directive 'manifest-src'";

const KEYS: Record<KeyName, string> = {
  ArrowDown: Key.ARROW_DOWN,
  ArrowUp: Key.ARROW_UP,
  Control: Key.CONTROL,
  Enter: Key.ENTER,
  Meta: Key.META,
  v: 'v',
};

/** Starts a screen for WebKitGTK, which needs one; each tab has a driver and a browser of its own. */
export async function startWebKit(): Promise<Engine> {
  const screen = await serve(
    xvfb(),
    ['-displayfd', '1', '-screen', '0', '1600x1200x24', '-nolisten', 'tcp'],
    {},
    (said) => /^\d+\n/m.test(said),
  );
  const home = mkdtempSync(join(tmpdir(), 'redis-pod-webkit-'));
  const env = {
    DISPLAY: `:${/^\d+$/m.exec(screen.said())?.[0] ?? ''}`,
    GDK_BACKEND: 'x11',
    HOME: home,
    // Nothing of a desktop that the machine may have: neither settings nor a screen reader.
    GSETTINGS_BACKEND: 'memory',
    NO_AT_BRIDGE: '1',
    DBUS_SESSION_BUS_ADDRESS: 'disabled:',
  };
  const running = new Set<Service>();
  return {
    open: async ({ width, height }, watch) => {
      const downloads = downloadsWithin(home);
      const port = await freePort();
      const address = `http://127.0.0.1:${port}`;
      // Console messages come when they are written, not when there are enough of them.
      const service = await serve(
        'stdbuf',
        ['-oL', webkitDriver(), `--port=${port}`],
        { env },
        () =>
          fetch(`${address}/status`).then(
            ({ ok }) => ok,
            () => false,
          ),
      );
      running.add(service);
      const driver = await new Builder()
        .disableEnvironmentOverrides()
        .usingServer(address)
        .withCapabilities(
          new Capabilities({
            browserName: 'WebKitGTK',
            'webkitgtk:browserOptions': {
              binary: webkitPython(),
              args: [
                join(import.meta.dirname, 'webkitWindow.py'),
                String(width),
                String(height),
                join(home, String(port)),
                downloads.folder,
                watch,
              ],
            },
          }),
        )
        .build();
      return {
        go: (to) => driver.get(to),
        back: () => driver.navigate().back(),
        forward: () => driver.navigate().forward(),
        evaluate: (expression) => driver.executeScript(`return ${expression}`),
        click: ({ x, y }) =>
          driver.actions().move({ x, y, duration: 0, origin: Origin.VIEWPORT }).click().perform(),
        tap: ({ x, y }) =>
          driver.executeScript(`webkit.messageHandlers.tap.postMessage({ x: ${x}, y: ${y} })`),
        type: (text) => driver.actions().sendKeys(text).perform(),
        press: async (key, ...held) => {
          const actions = driver.actions();
          for (const each of held) actions.keyDown(KEYS[each]);
          actions.sendKeys(KEYS[key]);
          for (const each of held.toReversed()) actions.keyUp(KEYS[each]);
          await actions.perform();
        },
        download: downloads.get,
        faults: () =>
          service
            .said()
            .split('\n')
            .filter(
              (line) => /(^|: )CONSOLE (\w+ )?ERROR/.test(line) && !line.includes(OF_THE_BUILD),
            ),
        close: async () => {
          // The browser is in the driver's group, and ends with it.
          await service.stop();
          running.delete(service);
        },
      };
    },
    close: async () => {
      for (const service of running) await service.stop();
      await screen.stop();
      await rm(home, { recursive: true, force: true });
    },
  };
}
