import type { Page } from 'playwright-core';
import { weigh, weighLater } from '../tests/weigh.ts';
import { goal, row, type Row } from './results.ts';
import { EMPTY, GUIDE, type Bench } from './sites.ts';

/** The goal: the most that the guide may weigh, as a multiple of the bare page's weight. */
const MOST = 1.6;

/** The kinds of {@link weigh}, by their names in the table. */
const KINDS = { all: 'all', HTML: 'html', CSS: 'css', script: 'script' } as const;

/**
 * The script of Pagefind's search box. A bare page loads it at once, this site only when search is
 * opened: it does not count.
 */
const SEARCH_BOX = /\/_astro\/ui-core\.[^/]*\.js$/;

/** Weighs the guide before search is opened, and compares it with pages of the bare site. */
export async function weight({ ours, bare, browser }: Bench): Promise<Row[]> {
  const open = async <T>(address: string, measure: (page: Page) => Promise<T>): Promise<T> => {
    const page = await browser.newPage();
    await page.goto(address);
    const measured = await measure(page);
    await page.close();
    return measured;
  };
  const guide = await open(ours + GUIDE, weigh);
  const form = await open(ours + GUIDE, (page) => weighLater(page, 'form'));
  const search = await open(ours + GUIDE, (page) => weighLater(page, 'search'));
  const whole = await open(bare + GUIDE, weigh);
  const same = await open(bare + GUIDE, (page) => weigh(page, SEARCH_BOX));
  const empty = await open(bare + EMPTY, (page) => weigh(page, SEARCH_BOX));
  const searchBox = whole.all - same.all;
  if (searchBox === 0) throw new Error('The bare page loads no script with the search box’s name.');
  const compared = { 'the same page, bare': same, 'an empty page, bare': empty };
  const rows = Object.entries(compared).flatMap(([what, other]) =>
    Object.entries(KINDS).map(([name, kind]) =>
      row(`the guide, ${name}`, 'kB', [guide[kind] / 1000], { what, values: [other[kind] / 1000] }),
    ),
  );
  Object.assign(rows[0] ?? {}, goal(`at most ${MOST} times`, guide.all <= MOST * same.all));
  return [
    ...rows,
    row('in addition, the form, when the reader turns to it', 'kB', [form / 1000]),
    row('in addition, search, when it is opened', 'kB', [search / 1000]),
    row('not counted, the search box of a bare page', 'kB', [searchBox / 1000]),
  ];
}
