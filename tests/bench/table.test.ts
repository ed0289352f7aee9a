import { expect, test } from 'vitest';
import { figure, row, sectionMarkdown } from '../../bench/table.ts';

test('numbers have three figures', () => {
  expect([0.01234, 1.2345, 12.345, 1234.5, 100].map(figure)).toEqual([
    '0.0123',
    '1.23',
    '12.3',
    '1,230',
    '100',
  ]);
});

test('a row has the median, the spread, and the ratio of what was measured in turns', () => {
  expect(
    row({
      what: 'this',
      unit: 'ms',
      values: [4, 2, 6],
      comparedWith: { what: 'that', values: [1, 2, 2] },
      goal: 'at most 3',
      met: true,
    }),
  ).toEqual({
    what: 'this',
    measured: '4 ms',
    spread: '2–6, 3 times',
    comparedWith: 'that: 2 ms',
    ratio: '3 (1–4)',
    goal: 'at most 3',
    met: true,
  });
});

test('what is counted is exact; what was measured once has no spread either', () => {
  const size = { what: 'size', unit: 'kB', values: [45.2] };
  const said = { measured: '45.2 kB', ratio: '', met: undefined };
  expect(row({ ...size, exact: true })).toMatchObject({ ...said, spread: 'exact' });
  expect(row(size)).toMatchObject({ ...said, spread: 'measured once' });
});

test('a section is a Markdown table that says whether goals are met', () => {
  const rows = [true, false, undefined].map((met, at) =>
    row({ what: `a|${at}`, unit: 's', values: [1], ...(met !== undefined && { goal: 'g', met }) }),
  );
  expect(sectionMarkdown({ notes: ['One.', 'Two.'], rows })).toBe(`One.

Two.

| What | Measured | Spread | Compared with | Ratio | Goal | Met |
| - | - | - | - | - | - | - |
| a\\|0 | 1 s | measured once |  |  | g | yes |
| a\\|1 | 1 s | measured once |  |  | g | **no** |
| a\\|2 | 1 s | measured once |  |  |  |  |`);
});
