import { join } from 'node:path';
import { freshBuild, type BuildTime } from './astroBuild.ts';
import { emptyPages, writeBareSite } from './bareSite.ts';
import { extraPages } from './extraPages.ts';
import { copyProject, COPY_ARGS } from './projectCopy.ts';
import { median } from './statistics.ts';
import { figure, row, type Row, type Section } from './table.ts';
import type { Workplace } from './workplace.ts';

/** How many extra pages there are in each language, and how often a site with them is built. */
const SIZES = [
  { extra: 10, builds: 4 },
  { extra: 100, builds: 3 },
  { extra: 1000, builds: 2 },
] as const;

/** How much more the hundredth to the thousandth page may take each: what is noise between builds. */
const NOISE = 1.1;

/** The sites that are built, and what they took by the number of extra pages. */
interface Site {
  readonly what: string;
  readonly write: (folder: string, pages: ReadonlyMap<string, string>) => Promise<void>;
  readonly args: readonly string[];
  readonly times: Map<number, BuildTime[]>;
}

function of({ times }: Site, extra: number, key: keyof BuildTime): number[] {
  return (times.get(extra) ?? []).map((time) => time[key]);
}

/**
 * What a page costs, by builds with more and with fewer.
 *
 * @returns the cost by the medians, the least and the most that the builds can mean
 */
export function pageCost(
  fewer: { readonly pages: number; readonly times: readonly number[] },
  more: { readonly pages: number; readonly times: readonly number[] },
): { readonly median: number; readonly from: number; readonly to: number } {
  const pages = more.pages - fewer.pages;
  return {
    median: (median(more.times) - median(fewer.times)) / pages,
    from: (Math.min(...more.times) - Math.max(...fewer.times)) / pages,
    to: (Math.max(...more.times) - Math.min(...fewer.times)) / pages,
  };
}

/** What the later pages cost against the earlier ones. */
function costRow(site: Site): Row {
  const [few, some, many] = SIZES.map(({ extra }) => ({
    pages: extra,
    times: of(site, extra, 'processor'),
  }));
  if (!few || !some || !many) throw new Error('Three sizes tell whether a page’s cost grows.');
  const early = pageCost(few, some);
  const late = pageCost(some, many);
  const ms = (seconds: number) => figure(seconds * 1000);
  return {
    what: `${site.what}: a page in both languages, from the 101st to the 1,000th, processor`,
    measured: `${ms(late.median)} ms`,
    spread: `${ms(late.from)}–${ms(late.to)}`,
    comparedWith: `from the 11th to the 100th: ${ms(early.median)} ms (${ms(early.from)}–${ms(early.to)})`,
    ratio: `${figure(late.median / early.median)} (${figure(late.from / early.to)}–${figure(late.to / early.from)})`,
    goal: `does not grow: at most ${NOISE}`,
    met: late.median <= NOISE * early.median,
  };
}

/** How long the site takes to build, and what a page costs when there are many. */
export async function builds(workplace: Workplace): Promise<Section> {
  const ours: Site = { what: 'this site', write: copyProject, args: COPY_ARGS, times: new Map() };
  const bare: Site = {
    what: 'a bare site',
    write: (folder, pages) => writeBareSite(folder, new Map([...emptyPages('redis'), ...pages])),
    args: [],
    times: new Map(),
  };
  const most = Math.max(...SIZES.map((size) => size.builds));
  for (let round = 0; round < most; round++)
    for (const { extra, builds } of SIZES) {
      if (round >= builds) continue;
      for (const site of [ours, bare]) {
        const folder = join(await workplace.folder('builds'), `${site.what} ${extra}`);
        if (round === 0) await site.write(folder, new Map(extraPages(extra)));
        const time = await freshBuild(folder, site.args);
        site.times.set(extra, [...(site.times.get(extra) ?? []), time]);
      }
    }
  const rows = SIZES.flatMap(({ extra }) =>
    (['wall', 'processor'] as const).map((key) =>
      row({
        what: `this site, ${figure(extra)} extra pages, ${key === 'wall' ? 'by the clock' : 'processor'}`,
        unit: 's',
        values: of(ours, extra, key),
        comparedWith: { what: 'a bare site with them', values: of(bare, extra, key) },
      }),
    ),
  );
  return {
    notes: [
      'The real `astro build`, as if for the first time, of copies of this project with extra pages ' +
        'of about a thousand words in both languages, each of which also gets its Markdown, its social ' +
        'card, its policy, its place in the guide to print and in the search; a bare Starlight site ' +
        'with the same extra pages in turns with it. The time of the processor is that of all processes ' +
        'of a build; what a page costs is told by it, because other programs change it least.',
    ],
    rows: [...rows, costRow(ours), costRow(bare)],
  };
}
