import { globSync, statSync } from 'node:fs';
import { join } from 'node:path';
import lighthouse, { desktopConfig, type Config } from 'lighthouse';
import puppeteer, { type Browser } from 'puppeteer-core';
import { CHROMIUM_FLAGS } from '../tests/launch.ts';
import { chromium } from '../tests/software.ts';
import { figure, goal, median, row, type Row } from './results.ts';
import { GUIDE, LANGUAGES, type Bench } from './sites.ts';

/** The number of times that each page is measured. */
const RUNS = 3;

/** Lighthouse's own presets; without a configuration, it emulates a phone. */
const DEVICES: Readonly<Record<string, Config | undefined>> = {
  phone: undefined,
  desktop: desktopConfig,
};

/** Measures a page in a fresh tab: its score from 0 to 100, and Lighthouse's index of the machine's speed. */
async function measure(browser: Browser, address: string, config?: Config) {
  const page = await browser.newPage();
  const flags = { onlyCategories: ['performance'], disableFullPageScreenshot: true };
  const result = await lighthouse(address, flags, config, page);
  await page.close();
  const score = result?.lhr.categories['performance']?.score;
  if (result === undefined || typeof score !== 'number')
    throw new Error(`No score for ${address}: ${result?.lhr.runtimeError?.message}`);
  return { score: score * 100, speed: result.lhr.environment.benchmarkIndex };
}

/** The paths of a built site's pages; only the heaviest of those of findings and of examples, which are alike. */
function pagesOf(folder: string): string[] {
  const files = (pattern: string) => globSync(pattern, { cwd: folder });
  const size = (file: string) => statSync(join(folder, file)).size;
  const heaviest = LANGUAGES.flatMap((language) =>
    ['findings', 'presets'].map((kind) =>
      files(`${language}/${kind}/*/index.html`).reduce((one, other) =>
        size(other) > size(one) ? other : one,
      ),
    ),
  );
  const pages = [...files('{fr,en}/{,*/}index.html'), ...heaviest];
  return pages.map((file) => file.replace('index.html', ''));
}

/** Measures the performance of every page on each device, and that of the bare guide. */
export async function lighthousePerformance({ folder, ours, bare }: Bench): Promise<Row[]> {
  const addresses = [bare + GUIDE, ...pagesOf(folder).map((path) => ours + path)];
  const devices = Object.entries(DEVICES).map(([name, config]) => ({
    name,
    config,
    pages: addresses.map((address) => ({ address, scores: [] as number[] })),
  }));
  const speeds: number[] = [];
  const browser = await puppeteer.launch({ executablePath: chromium(), args: CHROMIUM_FLAGS });
  try {
    for (let run = 0; run < RUNS; run++)
      for (const { config, pages } of devices)
        for (const { address, scores } of pages) {
          const { score, speed } = await measure(browser, address, config);
          scores.push(score);
          speeds.push(speed);
        }
  } finally {
    await browser.close();
  }
  const rows = devices.flatMap(({ name, pages: [bareGuide, ...pages] }): Row[] => {
    const medians = pages.map(({ scores }) => median(scores));
    const all = pages.flatMap(({ scores }) => scores);
    const lower = pages.filter(({ scores }) => median(scores) < 100);
    return [
      {
        What: `${pages.length} pages, ${name}: the lowest median`,
        Measured: `${figure(Math.min(...medians))} of 100`,
        Spread: `${figure(Math.min(...all))}–${figure(Math.max(...all))}, ${all.length} times`,
        'Compared with': `a bare guide: ${figure(median(bareGuide?.scores ?? []))} of 100`,
        ...goal('100 for every page', lower.length === 0),
      },
      ...lower.map(({ address, scores }) =>
        row(`${address.replace(ours, '')}, ${name}`, 'of 100', scores),
      ),
    ];
  });
  return [
    ...rows,
    { What: 'Lighthouse’s index of the machine’s speed', Measured: figure(median(speeds)) },
  ];
}
