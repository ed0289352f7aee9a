import { expect, test } from 'vitest';
import { median, quantile, ratios, share, spread } from '../../bench/statistics.ts';

test('quantiles lie between the values, whatever their order', () => {
  expect(quantile([4, 1, 3, 2, 5], 0)).toBe(1);
  expect(quantile([4, 1, 3, 2, 5], 0.25)).toBe(2);
  expect(quantile([10, 20], 0.75)).toBe(17.5);
  expect(quantile([10, 20], 1)).toBe(20);
  expect(median([9, 1, 2])).toBe(2);
  expect(median([1, 2, 3, 10])).toBe(2.5);
  expect(median([7])).toBe(7);
  expect(() => median([])).toThrow();
});

test('the spread of many is that of their middle half, of few that of all', () => {
  const few = [5, 1, 9, 3];
  expect(spread(few)).toEqual([1, 9]);
  const many = Array.from({ length: 13 }, (_, at) => at);
  expect(spread(many)).toEqual([3, 9]);
});

test('ratios are of what was measured together', () => {
  expect(ratios([2, 9], [1, 3])).toEqual([2, 3]);
  expect(() => ratios([1, 2], [1])).toThrow();
});

test('a share is of all values', () => {
  expect(share([1, 1, 2, 4], (value) => value <= 1)).toBe(0.5);
});
