import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CHROMIUM_FLAGS } from '../tests/launch.ts';
import { chromium } from '../tests/software.ts';
import { output } from './command.ts';
import { median } from './statistics.ts';
import { figure, row, type Section } from './table.ts';
import { GUIDE, type Workplace } from './workplace.ts';

const RUNS = 5;

/** What is looked at, in both languages. */
const PAGES = [
  { name: 'home', path: '' },
  { name: 'guide', path: 'redis/' },
  { name: 'understand', path: 'understand/' },
  { name: 'check', path: 'check/' },
] as const;

const DEVICES = [
  { name: 'phone', args: [] },
  { name: 'desktop', args: ['--preset=desktop'] },
] as const;

/** What is read of a report. */
interface Report {
  readonly runtimeError?: { readonly message: string };
  readonly categories: { readonly performance: { readonly score: number | null } };
  readonly environment: { readonly benchmarkIndex: number };
}

interface Score {
  readonly performance: number;
  /** How fast the machine is, as Lighthouse sees it. */
  readonly machine: number;
}

/** Has Lighthouse look at a page, with a browser of its own, sending nothing anywhere. */
async function look(folder: string, address: string, args: readonly string[]): Promise<Score> {
  const report = join(folder, 'report.json');
  const cli = fileURLToPath(import.meta.resolve('lighthouse/cli/index.js'));
  const options = [
    '--no-enable-error-reporting',
    '--quiet',
    '--only-categories=performance',
    '--output=json',
    `--output-path=${report}`,
    `--chrome-flags=${['--headless', ...CHROMIUM_FLAGS].join(' ')}`,
    ...args,
  ];
  await output(process.execPath, [cli, address, ...options], { env: { CHROME_PATH: chromium() } });
  const { runtimeError, categories, environment } = JSON.parse(
    await readFile(report, 'utf8'),
  ) as Report;
  if (runtimeError) throw new Error(`Lighthouse failed at ${address}: ${runtimeError.message}`);
  const { score } = categories.performance;
  if (score === null) throw new Error(`Lighthouse gave ${address} no score.`);
  return { performance: score * 100, machine: environment.benchmarkIndex };
}

/** Lighthouse's score for performance. */
export async function lighthouse(workplace: Workplace): Promise<Section> {
  const { ours, bare } = await workplace.sites();
  const folder = await workplace.folder('lighthouse');
  const machine: number[] = [];
  const scores = new Map<string, number[]>();
  const bareAddress = bare + GUIDE;
  const addresses = ['fr', 'en'].flatMap((language) =>
    PAGES.map(({ name, path }) => ({
      language,
      name,
      address: `${ours}${language}/${path}`,
    })),
  );
  const key = (address: string, device: string) => `${device} ${address}`;
  for (let run = 0; run < RUNS; run++)
    for (const { name, args } of DEVICES)
      for (const address of [...addresses.map((each) => each.address), bareAddress]) {
        const score = await look(folder, address, args);
        machine.push(score.machine);
        const known = scores.get(key(address, name)) ?? [];
        scores.set(key(address, name), [...known, score.performance]);
      }
  const rows = DEVICES.flatMap(({ name: device }) =>
    addresses.map(({ name, language, address }) =>
      row({
        what: `${name} (${language}), ${device}`,
        unit: 'of 100',
        values: scores.get(key(address, device)) ?? [],
        ...(name === 'guide' &&
          language === 'fr' && {
            comparedWith: {
              what: 'the same page, bare',
              values: scores.get(key(bareAddress, device)) ?? [],
            },
          }),
      }),
    ),
  );
  return {
    notes: [
      `${RUNS} times each, in turns, with Lighthouse’s own presets: a phone on a slow mobile network, a desktop ` +
        `on a fast line. Lighthouse’s index of this machine’s speed meanwhile: ${figure(median(machine))}.`,
    ],
    rows,
  };
}
