/** A session of a browser that a driver drives, by the WebDriver protocol (https://www.w3.org/TR/webdriver2/). */
export interface Session {
  /** Sends a command of the session: `url`, `back`, `execute/sync`, `actions`. */
  readonly send: (command: string, parameters?: object) => Promise<unknown>;
}

/** Sends a command to a driver, and gives what comes back; an error has the driver's own message. */
async function post(address: string, body: object): Promise<unknown> {
  const response = await fetch(address, { method: 'POST', body: JSON.stringify(body) });
  const { value } = (await response.json()) as { value: { message?: string } | null };
  if (!response.ok) throw new Error(`${address}: ${value?.message ?? response.statusText}`);
  return value;
}

/**
 * Starts a browser.
 *
 * @param driver the address of its driver
 * @param capabilities which browser, and how it is started
 */
export async function newSession(driver: string, capabilities: object): Promise<Session> {
  const wanted = { capabilities: { alwaysMatch: capabilities } };
  const { sessionId } = (await post(`${driver}/session`, wanted)) as { sessionId: string };
  return {
    send: (command, parameters = {}) =>
      post(`${driver}/session/${sessionId}/${command}`, parameters),
  };
}

/** Keys as WebDriver names them (https://www.w3.org/TR/webdriver2/#keyboard-actions). */
export const KEYS = {
  ArrowDown: '\uE015',
  ArrowUp: '\uE013',
  Control: '\uE009',
  Enter: '\uE007',
  Meta: '\uE03D',
  v: 'v',
} as const;

/** The actions that press keys one after the other, while others are held. */
export function pressed(keys: readonly string[], held: readonly string[] = []): object {
  const down = (value: string) => ({ type: 'keyDown', value });
  const up = (value: string) => ({ type: 'keyUp', value });
  const presses = keys.flatMap((key) => [down(key), up(key)]);
  const actions = [...held.map(down), ...presses, ...held.toReversed().map(up)];
  return { actions: [{ type: 'key', id: 'keyboard', actions }] };
}

/** The actions that click at a place in what is seen of the page. */
export function clicked(x: number, y: number): object {
  const actions = [
    { type: 'pointerMove', x, y, duration: 0, origin: 'viewport' },
    { type: 'pointerDown', button: 0 },
    { type: 'pointerUp', button: 0 },
  ];
  return {
    actions: [{ type: 'pointer', id: 'mouse', parameters: { pointerType: 'mouse' }, actions }],
  };
}
