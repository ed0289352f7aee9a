import { parse } from 'node-html-parser';
import { expect, test } from 'vitest';
import { plotHtml, stepOf } from '../../src/view/plot.ts';

test.each([
  [1, 0.2],
  [4, 1],
  [3.9, 1],
  [10000, 2000],
  [400, 100],
  [1.4, 0.5],
])('an axis up to %d has a mark every %d', (most, step) => {
  expect(stepOf(most)).toBeCloseTo(step);
});

const texts = {
  title: 'Memory',
  description: 'a: 2 bytes each',
  x: 'People',
  y: 'MB',
  number: String,
};

test('a plot has a title, a description, and the points in proportion', () => {
  const series = [
    {
      name: 'a',
      points: [
        [10, 1],
        [20, 2],
      ] as const,
    },
    { name: 'b <', points: [[20, 4]] as const },
  ];
  const plot = parse(plotHtml(series, 'plot-a', texts).text);
  const svg = plot.querySelector('svg[role=img]');
  for (const [attribute, text] of [
    ['aria-labelledby', texts.title],
    ['aria-describedby', texts.description],
  ] as const)
    expect(plot.querySelector(`#${svg?.getAttribute(attribute) ?? ''}`)?.text).toBe(text);
  const places = plot
    .querySelectorAll('.s0 circle')
    .slice(0, 2)
    .map((circle) => ['cx', 'cy'].map((name) => Number(circle.getAttribute(name))));
  const line = plot.querySelector('.s0 .line')?.getAttribute('d') ?? '';
  const [x = 0, y = 0] = /^M(\S+) (\S+)L/.exec(line)?.slice(1).map(Number) ?? [];
  const [[firstX = 0, firstY = 0] = [], [secondX = 0, secondY = 0] = []] = places;
  expect(secondX - x).toBeCloseTo(2 * (firstX - x), 0);
  expect(y - secondY).toBeCloseTo(2 * (y - firstY), 0);
  expect(plot.querySelectorAll('li').map((item) => item.text.trim())).toEqual(['a', 'b <']);
});

test('a single series needs no legend', () => {
  expect(plotHtml([{ name: 'a', points: [[1, 1]] }], 'p', texts).text).not.toContain('<ul>');
});
