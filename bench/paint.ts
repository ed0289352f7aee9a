import type { CDPSession, Page } from 'playwright-core';
import { figure, goal, row, type Row } from './results.ts';
import { EMPTY, GUIDE, type Bench } from './sites.ts';

/** The number of changes of each field, after some that do not count. */
const CHANGES = 40;
const WARM_UP = 6;

/** Speeds of the processor, and the goal for each: the number of frames that a change may take. */
const SPEEDS = [
  { rate: 1, speed: 'full speed', most: 1, frames: 'in the next frame' },
  { rate: 6, speed: 'slowed 6 times', most: 2, frames: 'within two frames' },
];
/** The share of the changes that must meet the goal. */
const ENOUGH = 0.95;

/** The time from one frame of the screen to the next, in milliseconds. */
const FRAME = 1000 / 60;

/** The time to wait after a change, for what is brought up to date after the frame, in milliseconds. */
const REST = 500;

/** A field of the form, the keys that change it and change it back, and an element that shows the change. */
interface Field {
  readonly name: string;
  readonly type: 'text' | 'checkbox';
  readonly keys: readonly [string, string];
  readonly selector: string;
  readonly shown: string;
}

const FIELDS: readonly Field[] = [
  {
    name: 'address',
    type: 'text',
    keys: ['7', 'Backspace'],
    selector: '#f-host',
    shown: '.l.new',
  },
  {
    name: 'xAPI',
    type: 'checkbox',
    keys: ['Space', 'Space'],
    selector: '#f-xapi',
    shown: '[data-part=table] .db-xapi',
  },
];

/**
 * The measurements of a change: milliseconds from the key to the end of painting, the number of
 * frames, and milliseconds of the processor that the page's main thread worked.
 */
type Change = Readonly<Record<'time' | 'frames' | 'work', number>>;

/**
 * The number of frames from a key to the one that shows the change: 1 is the next frame. All times
 * are in milliseconds on the page's clock.
 *
 * @param key the time of the key's event
 * @param frame the start of the frame that shows the change
 * @param end the end of its painting
 */
export function framesOf(key: number, frame: number, end: number): number {
  // The start of the first frame after the key: a page without other work is painted in it.
  const next = frame + FRAME * Math.ceil((key - frame) / FRAME);
  return Math.max(1, Math.ceil((end - next) / FRAME));
}

/** Opens the form from a link to an architecture, and waits until it is live. */
async function openForm(page: Page, ours: string, workers: number): Promise<void> {
  const addresses = (network: number, count: number) =>
    Array.from({ length: count }, (_, at) => `10.0.${network}.${at + 1}`).join(',');
  const servers = `arch=celery&web=2&workers=${workers}&redis=dedicated&host=10.0.0.5`;
  const from = `from.web=${addresses(1, 2)}&from.workers=${addresses(2, workers)}&from.xapi=${addresses(3, 1)}`;
  await page.goto(`${ours}${GUIDE}#${servers}&${from}`);
  await page.locator('redis-generator[data-live]').waitFor();
}

/** Adds a field after an element: its value is repeated beside it, and nothing else listens to it. */
async function addPlainField(page: Page, after: string, type: Field['type']): Promise<void> {
  await page.locator(after).evaluate((element, type) => {
    const field = document.createElement('input');
    const copy = document.createElement('p');
    field.id = 'plain';
    field.type = type;
    if (type === 'text') field.value = '10.0.0.5';
    field.addEventListener('input', () => {
      copy.textContent = type === 'text' ? field.value : String(field.checked);
    });
    element.after(field, copy);
  }, type);
}

/** Makes the page write the times of each change to the console: the arguments of {@link framesOf}, in JSON. */
function reportChanges(): void {
  let key = 0;
  for (const type of ['keydown', 'keyup'])
    addEventListener(type, ({ timeStamp }) => (key = timeStamp), true);
  const report = () => {
    const pressed = key;
    requestAnimationFrame((frame) => {
      // A message that is posted while a frame is made arrives when the frame is painted.
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => console.debug(JSON.stringify([pressed, frame, performance.now()]));
      port2.postMessage(undefined);
    });
  };
  addEventListener('input', report, true);
}

/**
 * The work of a page's main thread so far, in milliseconds of the processor. Other programs of the
 * machine do not count; a thread that is slowed down works longer.
 */
async function threadTime(devtools: CDPSession): Promise<number> {
  await devtools.send('Performance.enable', { timeDomain: 'threadTicks' });
  const { metrics } = await devtools.send('Performance.getMetrics');
  const metric = metrics.find(({ name }) => name === 'TaskDuration');
  if (!metric) throw new Error('Chromium reports no TaskDuration.');
  return metric.value * 1000;
}

/** Opens a page and changes a field of it again and again, with a real key each time. */
async function changesOf(
  { browser }: Bench,
  rate: number,
  { name, type, keys, selector, shown }: Field,
  open: (page: Page) => Promise<void>,
): Promise<Change[]> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  const page = await context.newPage();
  await open(page);
  const devtools = await context.newCDPSession(page);
  await devtools.send('Emulation.setCPUThrottlingRate', { rate });
  await page.evaluate(reportChanges);
  // At the top of the window, with the element that shows the change beside it.
  await page.locator(selector).evaluate((field: HTMLElement) => {
    field.scrollIntoView();
    field.focus({ preventScroll: true });
  });
  if (type === 'text') await page.keyboard.press('End');
  const changes: Change[] = [];
  for (let turn = 0; turn < WARM_UP + CHANGES; turn++) {
    // A random time, so that the keys are not in step with the frames. The form announces a change
    // after 700 ms: with REST, the next key comes after that.
    await page.waitForTimeout(500 + Math.random() * 4 * FRAME);
    const before = await threadTime(devtools);
    const message = page.waitForEvent('console');
    // Held as by a hand: the painting of a box that is let go at once would delay that of the change.
    await page.keyboard.press(keys[turn % 2] ?? '', { delay: 60 + Math.random() * 40 });
    const [key, frame, end] = JSON.parse((await message).text()) as [number, number, number];
    await page.waitForTimeout(REST);
    const work = (await threadTime(devtools)) - before;
    if (turn >= WARM_UP) changes.push({ time: end - key, frames: framesOf(key, frame, end), work });
    const visible = await page
      .locator(shown)
      .evaluateAll((elements) =>
        elements
          .map((element) => element.getBoundingClientRect())
          .some(({ top, bottom }) => bottom > 0 && top < innerHeight),
      );
    if (turn === 0 && !visible) throw new Error(`The change of ${name} is out of sight.`);
  }
  await context.close();
  return changes;
}

/** Measures how soon a change of the form is on the screen, and compares it with a plain field. */
export async function paint(bench: Bench): Promise<Row[]> {
  const rows: Row[] = [];
  for (const { rate, speed, most, frames } of SPEEDS)
    for (const field of FIELDS) {
      const plain = { ...field, selector: '#plain', shown: '#plain + p' };
      const baseline = await changesOf(bench, rate, plain, async (page) => {
        await page.goto(bench.bare + EMPTY);
        await addPlainField(page, 'h1', field.type);
      });
      const plainName = field.type === 'text' ? 'plain text field' : 'plain checkbox';
      const compared = (what: string, changes: readonly Change[], key: 'time' | 'work') =>
        row(
          `${what}, ${speed}: ${key === 'time' ? 'until it is painted' : 'work of the page’s thread'}`,
          'ms',
          changes.map((change) => change[key]),
          {
            what: `${plainName} on an empty page`,
            values: baseline.map((change) => change[key]),
          },
        );
      const share = (changes: readonly Change[]) =>
        changes.filter((change) => change.frames <= most).length / changes.length;
      const percent = (changes: readonly Change[]) => `${figure(100 * share(changes))} %`;
      const shares = (changes: readonly Change[]) =>
        `${frames}: ${percent(changes)}; plain field on an empty page: ${percent(baseline)}`;
      const inForm = await changesOf(bench, rate, plain, async (page) => {
        await openForm(page, bench.ours, 1);
        await addPlainField(page, '[data-field=host]', field.type);
      });
      rows.push({
        ...compared(`${plainName} in the form`, inForm, 'time'),
        Goal: shares(inForm),
      });
      for (const workers of ['1 worker', '50 workers']) {
        const what = `${field.name}, ${workers}`;
        const changes = await changesOf(bench, rate, field, (page) =>
          openForm(page, bench.ours, parseInt(workers)),
        );
        rows.push(
          {
            ...compared(what, changes, 'time'),
            ...goal(shares(changes), share(changes) >= ENOUGH),
          },
          compared(what, changes, 'work'),
        );
      }
    }
  return rows;
}
