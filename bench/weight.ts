import { weigh, weighLater, type Weight } from '../tests/weigh.ts';
import { figure, row, type Row, type Section } from './table.ts';
import { EMPTY, GUIDE, SEARCH_BOX, type Workplace } from './workplace.ts';

/** How many times a bare page's weight this site's may have. */
const MOST = 1.6;

const PARTS: readonly (readonly [part: keyof Weight, name: string])[] = [
  ['all', 'all'],
  ['html', 'HTML'],
  ['css', 'CSS'],
  ['script', 'script'],
];

/** What the guide has the browser load only when the reader asks for it. */
const LATER = [
  ['form', 'besides, the form, when the reader turns to it'],
  ['search', 'besides, search, when it is opened'],
] as const;

/** What the guide weighs before search is opened, against bare pages of Starlight. */
export async function weight(workplace: Workplace): Promise<Section> {
  const { ours, bare } = await workplace.sites();
  const browser = await workplace.browser();
  const open = async (address: string) => {
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(address);
    return page;
  };
  const weightOf = async (address: string, leftOut?: RegExp): Promise<Weight> => {
    const page = await open(address);
    const weight = await weigh(page, leftOut);
    await page.context().close();
    return weight;
  };
  const later: Row[] = [];
  for (const [part, what] of LATER) {
    const page = await open(ours + GUIDE);
    const values = [(await weighLater(page, part)) / 1000];
    await page.context().close();
    later.push(row({ what, unit: 'kB', exact: true, values }));
  }
  const guide = await weightOf(ours + GUIDE);
  const whole = await weightOf(bare + GUIDE);
  const same = await weightOf(bare + GUIDE, SEARCH_BOX);
  const empty = await weightOf(bare + EMPTY, SEARCH_BOX);
  const searchBox = whole.all - same.all;
  if (searchBox === 0) throw new Error('The bare site does not load its search box as it did.');
  const rowOf = (part: keyof Weight, name: string, other: Weight, what: string): Row =>
    row({
      what: `the guide, ${name}`,
      unit: 'kB',
      exact: true,
      values: [guide[part] / 1000],
      comparedWith: { what, values: [other[part] / 1000] },
      ...(part === 'all' &&
        other === same && {
          goal: `at most ${figure(MOST)} times`,
          met: guide.all <= MOST * other.all,
        }),
    });
  return {
    notes: [
      `All that the page \`${GUIDE}\` has the browser load before its search is opened and before ` +
        'the reader turns to its form, gzip -9. The goal is held against the same page of a bare ' +
        'Starlight site: the same title, prose, tables and files, taken from the Markdown that this ' +
        'site publishes, without form and drawing. A page of that site that has nothing but a title ' +
        `is shown besides. Not counted: the search box that a bare page loads unasked, ${figure(searchBox / 1000)} kB.`,
    ],
    rows: [
      ...PARTS.map(([part, name]) => rowOf(part, name, same, 'the same page, bare')),
      ...PARTS.map(([part, name]) => rowOf(part, name, empty, 'an empty page, bare')),
      ...later,
    ],
  };
}
