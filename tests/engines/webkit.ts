import { join } from 'node:path';
import { freePort, gatherUndos, serve, temporaryFolder } from '../software-run/processes.ts';
import { webkitDriver, webkitPython, xvfb } from '../software.ts';
import type { Browser } from './reader.ts';

/** A warning of Debian's WebKitGTK on each page: it is built without app manifests, unlike Safari. */
const OF_THE_BUILD = "Unrecognized Content-Security-Policy directive 'manifest-src'";

/** Keys in the WebDriver protocol (https://www.w3.org/TR/webdriver2/#keyboard-actions). */
const KEYS = {
  ArrowDown: '\uE015',
  ArrowUp: '\uE013',
  Control: '\uE009',
  Enter: '\uE007',
  Meta: '\uE03D',
  v: 'v',
} as const;

const down = (value: string) => ({ type: 'keyDown', value });
const up = (value: string) => ({ type: 'keyUp', value });
const pressed = (keys: readonly string[]) => keys.flatMap((key) => [down(key), up(key)]);

/** Sends a command of the WebDriver protocol to a driver, and returns the value of its answer. */
async function post(address: string, body: object): Promise<unknown> {
  const response = await fetch(address, { method: 'POST', body: JSON.stringify(body) });
  const { value } = (await response.json()) as { value: { message?: string } | null };
  if (!response.ok) throw new Error(`${address}: ${value?.message ?? response.statusText}`);
  return value;
}

/** Starts a screen for WebKitGTK, which needs one. Each tab has its own driver and browser. */
export async function startWebKit(): Promise<Browser> {
  const { atEnd, undo } = gatherUndos();
  const home = temporaryFolder(atEnd);
  const screenArgs = ['-displayfd', '1', '-screen', '0', '1600x1200x24', '-nolisten', 'tcp'];
  const screen = await serve(xvfb(), screenArgs, {}, (said) => /^\d+\n/m.test(said));
  atEnd(screen.stop);
  const env = {
    DISPLAY: `:${/^\d+$/m.exec(screen.said())?.[0] ?? ''}`,
    GDK_BACKEND: 'x11',
    HOME: home,
    // Without the settings and the screen reader of the machine's desktop.
    GSETTINGS_BACKEND: 'memory',
    NO_AT_BRIDGE: '1',
    DBUS_SESSION_BUS_ADDRESS: 'disabled:',
  };
  return {
    open: async ({ width, height }, downloads, watch) => {
      const port = await freePort();
      const driver = `http://127.0.0.1:${port}`;
      const isReady = () =>
        fetch(`${driver}/status`).then(
          ({ ok }) => ok,
          () => false,
        );
      // stdbuf, for console messages to come as soon as they are written.
      const command = ['-oL', webkitDriver(), `--port=${port}`];
      const service = await serve('stdbuf', command, { env }, isReady);
      atEnd(service.stop);
      const window = join(import.meta.dirname, 'webkitWindow.py');
      const browserOptions = {
        binary: webkitPython(),
        args: [window, String(width), String(height), downloads, watch],
      };
      const wanted = {
        browserName: 'WebKitGTK',
        'webkitgtk:browserOptions': browserOptions,
      };
      const session = (await post(`${driver}/session`, {
        capabilities: { alwaysMatch: wanted },
      })) as { sessionId: string };
      const send = (command: string, parameters = {}) =>
        post(`${driver}/session/${session.sessionId}/${command}`, parameters);
      const evaluate = (expression: string) =>
        send('execute/sync', { script: `return ${expression}`, args: [] });
      const keyboard = (actions: readonly object[]) =>
        send('actions', { actions: [{ type: 'key', id: 'keyboard', actions }] });
      return {
        go: (url) => send('url', { url }),
        back: () => send('back'),
        forward: () => send('forward'),
        evaluate,
        click: ({ x, y }) => {
          const actions = [
            { type: 'pointerMove', x, y, duration: 0, origin: 'viewport' },
            { type: 'pointerDown', button: 0 },
            { type: 'pointerUp', button: 0 },
          ];
          return send('actions', { actions: [{ type: 'pointer', id: 'mouse', actions }] });
        },
        tap: ({ x, y }) => evaluate(`webkit.messageHandlers.tap.postMessage({ x: ${x}, y: ${y} })`),
        type: (text) => keyboard(pressed([...text])),
        press: (key, held) =>
          keyboard([
            ...(held ? [down(KEYS[held])] : []),
            ...pressed([KEYS[key]]),
            ...(held ? [up(KEYS[held])] : []),
          ]),
        errors: () =>
          service
            .said()
            .split('\n')
            .filter((line) => /(^|: )CONSOLE (\w+ )?ERROR/.test(line))
            .filter((line) => !line.includes(OF_THE_BUILD)),
        // The browser is in the process group of its driver, and ends with it.
        close: service.stop,
      };
    },
    close: undo,
  };
}
