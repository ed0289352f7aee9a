/** How a page is looked at. */
export interface Looking {
  /** The size of what is seen of the page, in CSS pixels. */
  readonly width: number;
  readonly height: number;
  /** By fingers, on a screen that is no wider than this. */
  readonly phone?: boolean;
}

/** A place in what is seen of a page, in CSS pixels. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A key, or what it writes. */
export type Key = 'ArrowDown' | 'ArrowUp' | 'Control' | 'Enter' | 'Meta' | 'v';

/** A file that a page gave the reader to keep. */
export interface Download {
  readonly name: string;
  readonly bytes: Buffer;
}

/** The one tab of a browser that nobody has used before. */
export interface Tab {
  /** Opens an address and waits until its page has loaded. */
  go(address: string): Promise<unknown>;
  back(): Promise<unknown>;
  forward(): Promise<unknown>;
  /** Has the page work out an expression, and waits for what it promises; what comes back is JSON. */
  evaluate(expression: string): Promise<unknown>;
  click(at: Point): Promise<unknown>;
  /** Touches with a finger. */
  tap(at: Point): Promise<unknown>;
  /** Types on one line, a key after the other. */
  type(text: string): Promise<unknown>;
  /** Presses a key, while the others are held. */
  press(key: Key, ...held: Key[]): Promise<unknown>;
  /** Does what makes a page give something, and waits until it is there. */
  download(act: () => Promise<void>): Promise<Download>;
  /** Errors of scripts, the console and the policy so far. */
  faults(): string[];
  close(): Promise<void>;
}

/** A browser that runs. */
export interface Engine {
  /** @param watch a script that runs in each page before its own */
  open(looking: Looking, watch: string): Promise<Tab>;
  close(): Promise<void>;
}
