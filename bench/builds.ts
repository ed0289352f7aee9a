import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { figure, goal, median, row, type Row } from './results.ts';
import {
  astroBuild,
  emptyPages,
  FOLDER,
  LANGUAGES,
  PROJECT,
  writeBareSite,
  writeFiles,
  type BuildTime,
  type Files,
} from './sites.ts';

/** The numbers of extra pages in each language. */
const SIZES = [10, 200, 1000] as const;

/** The number of builds of a site of each size. */
const BUILDS = 2;

/** The goal: how many times an earlier page's cost a later page may cost. The rest is noise. */
const MOST = 1.1;

/** The goal: how many times a page of a bare site may cost a page of this one. */
const MOST_OF_BARE = 4;

/**
 * The cost of a page, from builds of a site with fewer and with more pages.
 *
 * @param pages how many more they are
 * @returns seconds of the processor: by the medians, and the least and the most that the builds allow
 */
export function pageCost(pages: number, fewer: readonly BuildTime[], more: readonly BuildTime[]) {
  const few = fewer.map(({ processor }) => processor);
  const many = more.map(({ processor }) => processor);
  return {
    median: (median(many) - median(few)) / pages,
    least: (Math.min(...many) - Math.max(...few)) / pages,
    most: (Math.max(...many) - Math.min(...few)) / pages,
  };
}

const [FEW, SOME, MANY] = SIZES;

/** The costs of an earlier and of a later page, from builds with each number of extra pages. */
function costs([few = [], some = [], many = []]: readonly BuildTime[][]) {
  return { early: pageCost(SOME - FEW, few, some), late: pageCost(MANY - SOME, some, many) };
}

const ms = (seconds: number) => figure(seconds * 1000);

/** Compares the cost of a later page with that of an earlier one. */
function growthRow(site: string, builds: readonly BuildTime[][]): Row {
  const { early, late } = costs(builds);
  return {
    What: `${site}: a page in both languages, from ${SOME} to ${figure(MANY)} pages, processor`,
    Measured: `${ms(late.median)} ms`,
    Spread: `${ms(late.least)}–${ms(late.most)}`,
    'Compared with': `from ${FEW} to ${SOME}: ${ms(early.median)} ms (${ms(early.least)}–${ms(early.most)})`,
    Ratio: `${figure(late.median / early.median)} (${figure(late.least / early.most)}–${figure(late.most / early.least)})`,
    ...goal(`does not grow: at most ${MOST}`, late.median <= MOST * early.median),
  };
}

/** Compares the cost of a page of this site with that of a page of the bare site. */
function costRow(ours: readonly BuildTime[][], bare: readonly BuildTime[][]): Row {
  const [our, their] = [costs(ours).late, costs(bare).late];
  return {
    What: `this site: a page in both languages, from ${SOME} to ${figure(MANY)} pages, processor`,
    Measured: `${ms(our.median)} ms`,
    Spread: `${ms(our.least)}–${ms(our.most)}`,
    'Compared with': `a bare site: ${ms(their.median)} ms (${ms(their.least)}–${ms(their.most)})`,
    Ratio: `${figure(our.median / their.median)} (${figure(our.least / their.most)}–${figure(our.most / their.least)})`,
    ...goal(`at most ${MOST_OF_BARE}`, our.median <= MOST_OF_BARE * their.median),
  };
}

const WORDS =
  'redis worker cache session queue broker server port address key value memory file task video encoding database password client network sentinel master replica snapshot setting page';

/**
 * Pages of about a thousand words, in each language: all different, and the same in each run. No
 * menu links to them, as to the pages of findings.
 */
export function extraPages(count: number): Files {
  const chosen = WORDS.split(' ');
  let state = 1;
  // Pseudo-random words, by a linear congruential generator.
  const words = (length: number) =>
    Array.from({ length }, () => {
      state = (Math.imul(state, 1103515245) + 12345) >>> 0;
      return chosen[(state >>> 16) % chosen.length];
    }).join(' ');
  const section = (number: number) => `## ${words(4)} ${number}

${words(60)}, **${words(2)}**.

${words(60)}, **${words(2)}**.

${words(60)}, **${words(2)}**.

- ${words(8)}
- [${words(3)}](../../redis/)

~~~
${words(6)}
~~~
`;
  const pages = LANGUAGES.flatMap((language) =>
    Array.from({ length: count }, (_, at) => [
      `src/content/docs/${language}/extra/${at + 1}.md`,
      `---\ntitle: Page ${at + 1}, ${words(3)}\ndescription: ${words(12)}\n---\n\n` +
        [1, 2, 3, 4, 5, 6].map(section).join('\n'),
    ]),
  );
  return Object.fromEntries(pages) as Files;
}

/** Copies this project's source, and adds pages. */
function copyProject(folder: string, pages: Files): void {
  for (const name of ['astro.config.mjs', 'package.json', 'public', 'src', 'tsconfig.json'])
    cpSync(join(PROJECT, name), join(folder, name), { recursive: true });
  writeFiles(folder, pages);
}

/** Measures how long this site takes to build, and the cost of a page when there are many. */
export function builds(): Row[] {
  const sizes = SIZES.map((extra) => {
    const pages = extraPages(extra);
    const ourFolder = join(FOLDER, `ours-${extra}`);
    const bareFolder = join(FOLDER, `bare-${extra}`);
    copyProject(ourFolder, pages);
    writeBareSite(bareFolder, { ...emptyPages('redis'), ...pages });
    const ours: BuildTime[] = [];
    const bare: BuildTime[] = [];
    for (let build = 0; build < BUILDS; build++) {
      ours.push(astroBuild(ourFolder));
      bare.push(astroBuild(bareFolder));
    }
    return { extra, ours, bare };
  });
  return [
    ...sizes.flatMap(({ extra, ours, bare }) =>
      (['wall', 'processor'] as const).map((key) =>
        row(
          `this site, ${figure(extra)} extra pages, ${key === 'wall' ? 'by the clock' : key}`,
          's',
          ours.map((times) => times[key]),
          { what: 'a bare site with them', values: bare.map((times) => times[key]) },
        ),
      ),
    ),
    costRow(
      sizes.map(({ ours }) => ours),
      sizes.map(({ bare }) => bare),
    ),
    growthRow(
      'this site',
      sizes.map(({ ours }) => ours),
    ),
    growthRow(
      'a bare site',
      sizes.map(({ bare }) => bare),
    ),
  ];
}
