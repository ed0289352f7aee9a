import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, serve, type Service } from '../software-run/processes.ts';
import { webkitDriver, webkitPython, xvfb } from '../software.ts';
import { downloadsWithin } from './downloads.ts';
import type { Engine } from './engine.ts';
import { clicked, KEYS, newSession, pressed } from './webDriver.ts';

/** A warning of WebKitGTK's on each page, and not of Safari's: Debian's is built without app manifests. */
const OF_THE_BUILD = "Unrecognized Content-Security-Policy directive 'manifest-src'";

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
      const { send } = await newSession(address, {
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
      });
      const evaluate = (expression: string) =>
        send('execute/sync', { script: `return ${expression}`, args: [] });
      return {
        go: (url) => send('url', { url }),
        back: () => send('back'),
        forward: () => send('forward'),
        evaluate,
        click: ({ x, y }) => send('actions', clicked(x, y)),
        tap: ({ x, y }) => evaluate(`webkit.messageHandlers.tap.postMessage({ x: ${x}, y: ${y} })`),
        type: (text) => send('actions', pressed([...text])),
        press: (key, ...held) =>
          send(
            'actions',
            pressed(
              [KEYS[key]],
              held.map((each) => KEYS[each]),
            ),
          ),
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
