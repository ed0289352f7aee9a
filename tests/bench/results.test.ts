import { expect, test } from 'vitest';
import { withSections } from '../../bench/results.ts';

const titles = ['One', 'Two', 'Three'];

/** The sections of the results, without what stands above them. */
const sections = (results: string) => results.slice(results.indexOf('\n## '));

test('the first results are in the order of the parts', () => {
  const results = withSections(
    '',
    titles,
    new Map([
      ['Three', '3'],
      ['One', '1'],
    ]),
  );
  expect(results).toMatch(/^# /);
  expect(sections(results)).toBe('\n## One\n\n1\n\n## Three\n\n3\n');
});

test('a part that is measured anew takes the place of its old section alone', () => {
  const old = withSections(
    '',
    titles,
    new Map(titles.map((title) => [title, `old ${title}\n\ntext`])),
  );
  const results = withSections(old, titles, new Map([['Two', 'new']]));
  expect(sections(results)).toBe(
    '\n## One\n\nold One\n\ntext\n\n## Two\n\nnew\n\n## Three\n\nold Three\n\ntext\n',
  );
  expect(withSections(results, titles, new Map())).toBe(results);
});

test('a section that no part makes any more is dropped', () => {
  const old = withSections('', [...titles, 'Four'], new Map([['Four', '4']]));
  expect(sections(withSections(old, titles, new Map([['One', '1']])))).toBe('\n## One\n\n1\n');
});
