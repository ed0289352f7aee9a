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

/** The number of extra pages in each language, and of builds of a site with them. */
const SIZES = [
  { extra: 10, builds: 4 },
  { extra: 100, builds: 3 },
  { extra: 1000, builds: 2 },
];

/** The goal: how many times an earlier page's cost a later page may cost. The rest is noise. */
const MOST = 1.1;

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

/** Compares the cost of the later pages with that of the earlier ones; the builds are as in SIZES. */
function costRow(site: string, [few = [], some = [], many = []]: readonly BuildTime[][]): Row {
  const early = pageCost(90, few, some);
  const late = pageCost(900, some, many);
  const ms = (seconds: number) => figure(seconds * 1000);
  return {
    What: `${site}: a page in both languages, from the 101st to the 1,000th, processor`,
    Measured: `${ms(late.median)} ms`,
    Spread: `${ms(late.least)}–${ms(late.most)}`,
    'Compared with': `from the 11th to the 100th: ${ms(early.median)} ms (${ms(early.least)}–${ms(early.most)})`,
    Ratio: `${figure(late.median / early.median)} (${figure(late.least / early.most)}–${figure(late.most / early.least)})`,
    ...goal(`does not grow: at most ${MOST}`, late.median <= MOST * early.median),
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
  const sizes = SIZES.map(({ extra, builds }) => {
    const pages = extraPages(extra);
    const ourFolder = join(FOLDER, `ours-${extra}`);
    const bareFolder = join(FOLDER, `bare-${extra}`);
    copyProject(ourFolder, pages);
    writeBareSite(bareFolder, { ...emptyPages('redis'), ...pages });
    const ours: BuildTime[] = [];
    const bare: BuildTime[] = [];
    for (let build = 0; build < builds; build++) {
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
      'this site',
      sizes.map(({ ours }) => ours),
    ),
    costRow(
      'a bare site',
      sizes.map(({ bare }) => bare),
    ),
  ];
}
