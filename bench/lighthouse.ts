import { globSync, statSync } from 'node:fs';
import { join } from 'node:path';
import lighthouse, { desktopConfig, type Config } from 'lighthouse';
import puppeteer, { type Browser } from 'puppeteer-core';
import { CHROMIUM_FLAGS } from '../tests/launch.ts';
import { chromium } from '../tests/software.ts';
import { median } from './statistics.ts';
import { figure, row, type Row, type Section } from './table.ts';
import { GUIDE, type Workplace } from './workplace.ts';

/** How often each page is looked at; fewer times, if that would not change the median any more. */
const RUNS = 5;

/** The most points there are. */
const ALL = 100;

const DEVICES: readonly { readonly name: string; readonly config?: Config }[] = [
  { name: 'phone' },
  { name: 'desktop', config: desktopConfig },
];

interface Look {
  readonly performance: number;
  /** How fast the machine is, as Lighthouse sees it. */
  readonly machine: number;
}

/** Has Lighthouse load a page, with nothing kept of those before, sending nothing anywhere. */
async function look(browser: Browser, address: string, config?: Config): Promise<Look> {
  const page = await browser.newPage();
  const flags = { onlyCategories: ['performance'], disableFullPageScreenshot: true };
  const result = await lighthouse(address, flags, config, page);
  await page.close();
  if (!result) throw new Error(`Lighthouse says nothing of ${address}.`);
  const { runtimeError, categories, environment } = result.lhr;
  if (runtimeError) throw new Error(`Lighthouse failed at ${address}: ${runtimeError.message}`);
  const score = categories['performance']?.score;
  if (typeof score !== 'number') throw new Error(`Lighthouse gave ${address} no score.`);
  return { performance: score * ALL, machine: environment.benchmarkIndex };
}

/** The pages of both languages; of those of findings and of examples, which are alike, the heaviest of each. */
function pagesOf(site: string): string[] {
  return ['fr', 'en'].flatMap((language) => {
    const pages = globSync(`${language}/**/index.html`, { cwd: site })
      .map((file) => ({ path: file.replace('index.html', ''), ...statSync(join(site, file)) }))
      .toSorted((one, other) => other.size - one.size)
      .map(({ path }) => path);
    const kinds = ['findings', 'presets'].map((kind) =>
      pages.filter((path) => new RegExp(`^..\\/${kind}\\/[^/]`).test(path)),
    );
    const alike = kinds.flatMap(([, ...others]) => others);
    return pages.filter((path) => !alike.includes(path)).toSorted();
  });
}

/**
 * The middle one of as many looks as there are to be.
 *
 * @param scores from 0 to 100; the looks that are missing count as any
 * @returns `undefined` as long as it depends on looks that are missing
 */
export function settledMedian(scores: readonly number[]): number | undefined {
  if (scores.filter((score) => score === ALL).length > RUNS / 2) return ALL;
  return scores.length < RUNS ? undefined : median(scores);
}

/** Lighthouse's score for the performance of every page, on each device, against a bare guide's. */
export async function lighthousePerformance(workplace: Workplace): Promise<Section> {
  const { ours, bare } = await workplace.sites();
  const paths = pagesOf(await workplace.folder('ours'));
  const addresses = [...paths.map((path) => ours + path), bare + GUIDE];
  const browser = await puppeteer.launch({ executablePath: chromium(), args: CHROMIUM_FLAGS });
  const machine: number[] = [];
  const scores = new Map<string, number[]>();
  const scoresOf = (device: string, address: string): number[] => {
    const key = `${device} ${address}`;
    const known = scores.get(key) ?? [];
    scores.set(key, known);
    return known;
  };
  try {
    for (let run = 0; run < RUNS; run++)
      for (const { name, config } of DEVICES)
        for (const address of addresses) {
          const known = scoresOf(name, address);
          if (settledMedian(known) !== undefined) continue;
          const seen = await look(browser, address, config);
          machine.push(seen.machine);
          known.push(seen.performance);
        }
  } finally {
    await browser.close();
  }
  const medianOf = (device: string, address: string) =>
    settledMedian(scoresOf(device, address)) ?? NaN;

  const rows = DEVICES.flatMap(({ name: device }) =>
    ['fr', 'en'].flatMap((language): Row[] => {
      const own = paths.filter((path) => path.startsWith(`${language}/`));
      const looks = own.flatMap((path) => scoresOf(device, ours + path));
      const lowest = Math.min(...own.map((path) => medianOf(device, ours + path)));
      const less = own.filter((path) => medianOf(device, ours + path) < ALL);
      const bareGuide = medianOf(device, bare + GUIDE);
      return [
        {
          what: `${own.length} pages (${language}), ${device}: the lowest of their medians`,
          measured: `${figure(lowest)} of ${ALL}`,
          spread: `${figure(Math.min(...looks))}–${figure(Math.max(...looks))}, ${looks.length} looks`,
          comparedWith: GUIDE.startsWith(language)
            ? `a bare guide: ${figure(bareGuide)} of ${ALL}`
            : '',
          ratio: '',
          goal: `${ALL} for every page`,
          met: lowest === ALL,
        },
        ...less.map((path) =>
          row({
            what: `${path}, ${device}`,
            unit: `of ${ALL}`,
            values: scoresOf(device, ours + path),
          }),
        ),
      ];
    }),
  );
  return {
    notes: [
      'Every page of both languages; of those of findings and of examples, which are alike, the heaviest: the ' +
        `median of ${RUNS} looks, in turns; what has ${Math.floor(RUNS / 2) + 1} times all points has them as its median and is ` +
        'not looked at again. Lighthouse’s own presets: a phone on a slow mobile network, a desktop on a fast line. ' +
        `Lighthouse’s index of this machine’s speed meanwhile: ${figure(median(machine))}.`,
    ],
    rows,
  };
}
