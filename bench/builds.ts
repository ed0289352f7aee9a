import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { extraPages } from './extraPages.ts';
import { figure, goal, median, row, type Row } from './results.ts';
import {
  astroBuild,
  emptyPages,
  FOLDER,
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

/** Builds of a site with as many extra pages in each language. */
interface Builds {
  readonly extra: number;
  readonly times: readonly BuildTime[];
}

/**
 * The cost of a page, from builds with fewer and with more of them.
 *
 * @returns seconds of the processor: by the medians, and the least and the most that the builds allow
 */
export function pageCost(fewer: Builds, more: Builds) {
  const pages = more.extra - fewer.extra;
  const few = fewer.times.map(({ processor }) => processor);
  const many = more.times.map(({ processor }) => processor);
  return {
    median: (median(many) - median(few)) / pages,
    least: (Math.min(...many) - Math.max(...few)) / pages,
    most: (Math.max(...many) - Math.min(...few)) / pages,
  };
}

/** Compares the cost of the later pages with that of the earlier ones. */
function costRow(site: string, [few, some, many]: readonly Builds[]): Row {
  if (!few || !some || !many) throw new Error('A growing cost takes three sizes.');
  const early = pageCost(few, some);
  const late = pageCost(some, many);
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
      sizes.map(({ extra, ours }) => ({ extra, times: ours })),
    ),
    costRow(
      'a bare site',
      sizes.map(({ extra, bare }) => ({ extra, times: bare })),
    ),
  ];
}
