import { describe, expect, test } from 'vitest';
import { processorTime } from '../../bench/astroBuild.ts';
import { asBarePage } from '../../bench/bareSite.ts';
import { pageCost } from '../../bench/builds.ts';
import { extraPages } from '../../bench/extraPages.ts';
import { settledMedian } from '../../bench/lighthouse.ts';
import { framesOf } from '../../bench/paint.ts';

describe('the frame that shows a change', () => {
  const frame = 1000 / 60;

  test.each([
    ['painted before the next frame starts', 5, 0, 12, 1],
    ['painted in the next frame', 5, frame, frame + 10, 1],
    ['painted too late in the next frame', 5, frame, 2 * frame + 1, 2],
    ['begun before the key, painted at once', 5, 0, frame + 1, 1],
    ['painted in a frame long after', 5, 4 * frame, 4 * frame + 3, 4],
    ['begun in time, painted for long', 5, 0, 6 * frame - 1, 5],
  ])('%s', (_, at, start, done, frames) => {
    expect(framesOf({ at, frame: start, done })).toBe(frames);
  });
});

test('the processor’s time is what the shell ran', () => {
  const times = '0m0.010s 0m0.020s\n1m2.500s 0m3.250s\n';
  expect(processorTime(`built in 3.2s\n${times}a warning\n`)).toBe(65.75);
  expect(() => processorTime('nothing')).toThrow();
});

test('a page’s cost is what more of them take more', () => {
  const cost = pageCost({ pages: 10, times: [20, 22, 21] }, { pages: 100, times: [39, 41] });
  expect(cost.median).toBeCloseTo(19 / 90);
  expect(cost.from).toBeCloseTo(17 / 90);
  expect(cost.to).toBeCloseTo(21 / 90);
});

test('a page’s Markdown is made a page of a bare site', () => {
  const markdown =
    '---\ntitle: "Redis: a guide"\nlang: en\n---\n\n# Redis: a guide\n\n> About.\n\n---\n\n# Other\n';
  expect(asBarePage(markdown)).toBe(
    '---\ntitle: "Redis: a guide"\n---\n\n\n> About.\n\n---\n\n# Other\n',
  );
  expect(() => asBarePage('# No title\n')).toThrow();
});

test('extra pages are in both languages, no two alike, and the same each time', () => {
  const pages = extraPages(20);
  expect(new Map(pages).size).toBe(40);
  expect(new Set(pages.map(([, text]) => text)).size).toBe(40);
  expect(pages).toEqual(extraPages(20));
  expect(pages.filter(([path]) => path.startsWith('en/'))).toHaveLength(20);
});

test('a median is known once what is missing could not change it', () => {
  expect(settledMedian([])).toBeUndefined();
  expect(settledMedian([100, 100])).toBeUndefined();
  expect(settledMedian([100, 90, 100, 100])).toBe(100);
  expect(settledMedian([100, 90, 100, 80])).toBeUndefined();
  expect(settledMedian([100, 90, 100, 80, 95])).toBe(95);
});
