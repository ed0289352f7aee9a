import { expect, test } from 'vitest';
import { extraPages, pageCost } from '../../bench/builds.ts';
import { framesOf } from '../../bench/paint.ts';
import { figure, goal, quantile, replaceMeasurements, row, spread } from '../../bench/results.ts';
import { barePage, processorTime } from '../../bench/sites.ts';

const FRAME = 1000 / 60;

test.each([
  ['painted before the next frame starts', 5, 0, 12, 1],
  ['painted in the next frame', 5, FRAME, FRAME + 10, 1],
  ['painted too late in the next frame', 5, FRAME, 2 * FRAME + 1, 2],
  ['begun before the key, painted at once', 5, 0, FRAME + 1, 1],
  ['painted in a frame long after', 5, 4 * FRAME, 4 * FRAME + 3, 4],
  ['begun in time, painted for long', 5, 0, 6 * FRAME - 1, 5],
])('the number of frames of a change: %s', (_, key, frame, end, frames) => {
  expect(framesOf(key, frame, end)).toBe(frames);
});

test('the processor’s time is the sum of what a shell’s times prints', () => {
  expect(processorTime('0m0.010s 0m0.020s\n1m2.500s 0m3.250s\n')).toBeCloseTo(65.78);
  expect(() => processorTime('nothing')).toThrow();
});

test('the cost of a page is the difference between builds with more and with fewer', () => {
  const builds = (...times: number[]) => times.map((time) => ({ wall: 0, processor: time }));
  const cost = pageCost(90, builds(20, 22, 21), builds(39, 41));
  expect(cost.median).toBeCloseTo(19 / 90);
  expect(cost.least).toBeCloseTo(17 / 90);
  expect(cost.most).toBeCloseTo(21 / 90);
});

test('a bare page has the title and the body of the published Markdown', () => {
  const markdown =
    '---\ntitle: "Redis: a guide"\nlang: en\n---\n\n# Redis: a guide\n\n> About.\n\n---\n\n# Other\n';
  expect(barePage(markdown)).toBe(
    '---\ntitle: "Redis: a guide"\n---\n\n\n> About.\n\n---\n\n# Other\n',
  );
  expect(() => barePage('# No title\n')).toThrow();
});

test('extra pages are in both languages, all different, and the same in each run', () => {
  const pages = extraPages(20);
  expect(Object.keys(pages).filter((path) => path.includes('/en/'))).toHaveLength(20);
  expect(new Set(Object.values(pages)).size).toBe(40);
  expect(pages).toEqual(extraPages(20));
});

test('quantiles lie between the values, in any order; the spread of many is their middle half', () => {
  expect(quantile([4, 1, 3, 2, 5], 0)).toBe(1);
  expect(quantile([4, 1, 3, 2, 5], 0.25)).toBe(2);
  expect(quantile([10, 20], 0.75)).toBe(17.5);
  expect(quantile([10, 20], 1)).toBe(20);
  expect(quantile([7], 0.5)).toBe(7);
  expect(spread([5, 1, 9, 3])).toBe('1–9');
  expect(spread(Array.from({ length: 13 }, (_, at) => at))).toBe('3–9');
});

test('numbers have three significant digits', () => {
  expect([0.01234, 12.345, 1234.5, 100].map(figure)).toEqual(['0.0123', '12.3', '1,230', '100']);
});

test('a row has the median, the spread and the median of the ratios', () => {
  expect(row('this', 'ms', [4, 2, 6], { what: 'that', values: [1, 2, 2] })).toEqual({
    What: 'this',
    Measured: '4 ms',
    Spread: '2–6, 3 times',
    'Compared with': 'that: 2 ms',
    Ratio: '3 (1–4)',
  });
  expect(row('size', 'kB', [45.2])).toMatchObject({ Measured: '45.2 kB', Spread: 'exact' });
});

test('new measurements replace the old ones of their section alone', () => {
  const results =
    '# Results\n\n## One\n\nNotes.\n\nMeasured on 1\n\n## Two\n\nMeasured on 2\n\nold\n';
  const rows = [{ What: 'a', ...goal('g', true) }, goal('g', false)];
  const table = `| What | Measured | Spread | Compared with | Ratio | Goal | Met |
| - | - | - | - | - | - | - |
| a |  |  |  |  | g | yes |
|  |  |  |  |  | g | **no** |
`;
  expect(replaceMeasurements(results, 'One', 'Measured on 3', rows)).toBe(
    results.replace('Measured on 1\n', `Measured on 3\n\n${table}`),
  );
  expect(replaceMeasurements(results, 'Two', 'Measured on 3', rows)).toBe(
    results.replace('Measured on 2\n\nold\n', `Measured on 3\n\n${table}`),
  );
  expect(() => replaceMeasurements(results, 'Three', '', rows)).toThrow();
});
