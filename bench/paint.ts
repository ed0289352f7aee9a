import type { CDPSession, Page } from 'playwright-core';
import { figure, row, type Row, type Section } from './table.ts';
import { share } from './statistics.ts';
import { EMPTY, GUIDE, type Sites, type Workplace } from './workplace.ts';

const CHANGES = 40;
const WARM_UP = 6;
/** After a change the form waits for 700 ms before it is announced; the next comes after that. */
const PAUSE = 1000;
/** By then what is not in sight is brought in line too, and counts as work of the change. */
const REST = 500;
/**
 * For how long a key is held, at least and at most: a hand does. Let go at once, what the browser
 * paints of a box that is held down would be in the way of what it paints of the change.
 */
const HELD = [60, 100] as const;
/** How fast the processor is, and how many frames a change may take then. */
const SPEEDS = [
  { rate: 1, speed: 'plain', most: 1, goal: 'in the next frame' },
  { rate: 6, speed: 'slowed 6 times', most: 2, goal: 'within two frames' },
] as const;
const WORKERS = [1, 50] as const;
/** The screen's, in milliseconds. */
const FRAME = 1000 / 60;
/** The share of the changes that must keep to a goal. */
const ENOUGH = 0.95;

/** When a change was made and seen, on the page's clock in milliseconds. */
interface Painted {
  /** When the key went down or up. */
  readonly at: number;
  /** The start of the frame that the change was painted in. */
  readonly frame: number;
  /** When it was painted. */
  readonly done: number;
}

/** What one change took. */
interface Change {
  /** From the key to the end of painting, in milliseconds. */
  readonly time: number;
  /** How many frames later than the key: 1 is the next one. */
  readonly frames: number;
  /** What the page's thread worked, in milliseconds of the processor. */
  readonly work: number;
}

/** How many frames a change took: those that the screen showed without it, and the one with it. */
export function framesOf({ at, frame, done }: Painted): number {
  // The start of the first frame after the key, in which a page without other work is painted.
  const next = frame + FRAME * Math.ceil((at - frame) / FRAME);
  return Math.max(1, Math.ceil((done - next) / FRAME));
}

/** The keys that change a kind of field back and forth. */
const KEYS = { text: ['7', 'Backspace'], checkbox: ['Space', 'Space'] } as const;

type Kind = keyof typeof KEYS;

/** A field, and what the first of the keys that change it brings into sight. */
interface Field {
  readonly what: string;
  readonly kind: Kind;
  readonly selector: string;
  readonly shows: string;
}

const FIELDS: readonly Field[] = [
  { what: 'a character of the address', kind: 'text', selector: '#f-host', shows: '.l.new' },
  {
    what: 'xAPI on or off',
    kind: 'checkbox',
    selector: '#f-xapi',
    shows: '[data-part=table] .db-xapi',
  },
];

/** A field that is repeated beside it, and nothing else. */
function least(kind: Kind): Field {
  return { what: 'the least', kind, selector: '#least', shows: '#least + p' };
}

const NAMES: Readonly<Record<Kind, string>> = { text: 'a character', checkbox: 'a box' };

/** A form's fragment: so many workers, with an address for each. */
function fragment(workers: number): string {
  const values = {
    arch: 'celery',
    web: '2',
    workers: String(workers),
    redis: 'dedicated',
    host: '10.0.0.5',
    'from.web': addresses(1, 2),
    'from.workers': addresses(2, workers),
    'from.xapi': addresses(3, 1),
  };
  return new URLSearchParams(values).toString();
}

/** Opens the form in a state that a link brings, and waits until it is live. */
async function openForm(page: Page, { ours }: Sites, workers: number): Promise<void> {
  await page.goto(`${ours}${GUIDE}#${fragment(workers)}`);
  await page.locator('redis-generator[data-live]').waitFor();
}

/** Puts a field beside an element, which is repeated beside it; nothing else listens to it. */
async function addField(page: Page, beside: string, kind: Kind): Promise<void> {
  await page.locator(beside).evaluate((element, type) => {
    const field = document.createElement('input');
    const copy = document.createElement('p');
    field.id = 'least';
    field.type = type;
    if (type === 'text') field.value = '10.0.0.5';
    field.addEventListener('input', () => {
      copy.textContent = type === 'text' ? field.value : String(field.checked);
    });
    element.after(field, copy);
  }, kind);
}

/** The least that a page can do: a bare page with such a field. */
async function openLeast(page: Page, { bare }: Sites, kind: Kind): Promise<void> {
  await page.goto(bare + EMPTY);
  await addField(page, 'h1', kind);
}

/** The least that the form can do: such a field among its own. */
async function openLeastInForm(page: Page, sites: Sites, kind: Kind): Promise<void> {
  await openForm(page, sites, 1);
  await addField(page, '[data-field=host]', kind);
}

/** Has the page report each change: when its key was pressed and when it was painted. */
async function watch(page: Page, report: (painted: Painted) => void): Promise<void> {
  await page.exposeBinding('reportPainted', (_, painted: Painted) => report(painted));
  await page.evaluate(() => {
    const { reportPainted } = window as unknown as { reportPainted: (painted: Painted) => void };
    let at = 0;
    for (const type of ['keydown', 'keyup'])
      addEventListener(type, ({ timeStamp }) => (at = timeStamp), true);
    addEventListener(
      'input',
      () => {
        const pressed = at;
        requestAnimationFrame((frame) => {
          // What is posted while a frame is made comes when it is painted.
          const { port1, port2 } = new MessageChannel();
          port1.onmessage = () => reportPainted({ at: pressed, frame, done: performance.now() });
          port2.postMessage(undefined);
        });
      },
      true,
    );
  });
}

/** Whether one of the elements of a selector is in the window. */
function isInSight(page: Page, selector: string): Promise<boolean> {
  return page.locator(selector).evaluateAll((elements) =>
    elements.some((element) => {
      const { top, bottom } = element.getBoundingClientRect();
      return bottom > 0 && top < innerHeight;
    }),
  );
}

/** Changes a field again and again, with a real key each time. */
async function change(
  page: Page,
  devtools: CDPSession,
  { what, kind, selector, shows }: Field,
): Promise<Change[]> {
  const keys = KEYS[kind];
  let report: (painted: Painted) => void = () => undefined;
  await watch(page, (painted) => report(painted));
  const field = page.locator(selector);
  // Above, so that what it changes is in sight beside it.
  await field.evaluate((it) => it.scrollIntoView());
  await field.evaluate((it: HTMLElement) => it.focus({ preventScroll: true }));
  if (kind === 'text') await page.keyboard.press('End');
  const changes: Change[] = [];
  for (let turn = -WARM_UP; turn < CHANGES; turn++) {
    // Not in step with the screen.
    await page.waitForTimeout(PAUSE - REST + Math.random() * 4 * FRAME);
    const before = await threadTime(devtools);
    const painted = new Promise<Painted>((resolve) => (report = resolve));
    const [short, long] = HELD;
    const delay = short + Math.random() * (long - short);
    await page.keyboard.press(keys[Math.abs(turn % 2)] ?? keys[0], { delay });
    const seen = await painted;
    await page.waitForTimeout(REST);
    const after = await threadTime(devtools);
    if (turn === -WARM_UP && !(await isInSight(page, shows)))
      throw new Error(`${what} changes nothing that is in sight.`);
    if (turn >= 0)
      changes.push({
        time: seen.done - seen.at,
        frames: framesOf(seen),
        work: after - before,
      });
  }
  return changes;
}

/** Opens a page in a window of its own, changes it, and closes it. */
async function changes(
  workplace: Workplace,
  rate: number,
  field: Field,
  open: (page: Page, sites: Sites, kind: Kind) => Promise<void>,
): Promise<Change[]> {
  const sites = await workplace.sites();
  const browser = await workplace.browser();
  const context = await browser.newContext({
    viewport: { width: 1280, height: 800 },
  });
  const page = await context.newPage();
  await open(page, sites, field.kind);
  const devtools = await context.newCDPSession(page);
  await devtools.send('Emulation.setCPUThrottlingRate', { rate });
  const made = await change(page, devtools, field);
  await context.close();
  return made;
}

/** How soon a change of the form is on the screen. */
export async function paint(workplace: Workplace): Promise<Section> {
  const rows: Row[] = [];
  for (const { rate, speed, most, goal } of SPEEDS) {
    const kept = (made: readonly Change[]) =>
      share(
        made.map(({ frames }) => frames),
        (frames) => frames <= most,
      );
    const percent = (made: readonly Change[]) => `${figure(100 * kept(made))} %`;
    for (const field of FIELDS) {
      const { kind } = field;
      const bare = await changes(workplace, rate, least(kind), openLeast);
      const comparison = (made: readonly Change[], key: 'time' | 'work') => ({
        unit: 'ms',
        values: made.map((each) => each[key]),
        comparedWith: { what: `the least, ${NAMES[kind]}`, values: bare.map((each) => each[key]) },
      });
      const inForm = await changes(workplace, rate, least(kind), openLeastInForm);
      rows.push(
        row({
          what: `the least in the form, ${NAMES[kind]}, ${speed}: until it is painted`,
          ...comparison(inForm, 'time'),
          goal: `${goal}: ${percent(inForm)} of them; of the least, ${percent(bare)}`,
        }),
      );
      for (const workers of WORKERS) {
        const made = await changes(workplace, rate, field, (page, sites) =>
          openForm(page, sites, workers),
        );
        const name = `${field.what}, ${workers} ${workers === 1 ? 'worker' : 'workers'}, ${speed}`;
        rows.push(
          row({
            what: `${name}: until it is painted`,
            ...comparison(made, 'time'),
            goal: `${goal}: ${percent(made)} of them; of the least, ${percent(bare)}`,
            met: kept(made) >= ENOUGH,
          }),
          row({ what: `${name}: work of the page’s thread`, ...comparison(made, 'work') }),
        );
      }
    }
  }
  return {
    notes: [
      `In Chromium, a window of 1280 × 800, ${CHANGES} changes each, by real keys, held as a hand holds them, in a field of \`${GUIDE}\` at the top of it, with lines of a file or the table that it changes beside it: ` +
        'from the time that the key’s event has to the end of painting what it changed in sight; what is out of ' +
        'sight follows after that frame. The work of the page’s thread for both is in time of the processor, whatever else the machine does. “The least” is ' +
        'an empty page of a bare Starlight site with a field of that kind that is repeated beside it; “the least in the form” is such a field among those of the form, which knows nothing of it.',
      `The screen has a frame each ${figure(FRAME)} ms. The next frame is the first that comes after the key, and ` +
        `what is painted before the one after it is in it. A goal is met when ${100 * ENOUGH} % of the changes keep it.`,
    ],
    rows,
  };
}

/**
 * The work of a page's main thread since it was created, in milliseconds of the processor: other
 * programs of the machine do not count, and a thread that is slowed down works longer.
 */
async function threadTime(devtools: CDPSession): Promise<number> {
  await devtools.send('Performance.enable', { timeDomain: 'threadTicks' });
  const { metrics } = await devtools.send('Performance.getMetrics');
  const metric = metrics.find(({ name }) => name === 'TaskDuration');
  if (!metric) throw new Error('Chromium reports no TaskDuration.');
  return metric.value * 1000;
}

/** Addresses of a network, separated by commas as the form takes them. */
function addresses(network: number, count: number): string {
  return Array.from({ length: count }, (_, at) => `10.0.${network}.${at + 1}`).join(',');
}
