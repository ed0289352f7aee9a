import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import { join } from 'node:path';
import { format } from 'prettier';
import { builds } from './builds.ts';
import { lighthousePerformance } from './lighthouse.ts';
import { paint } from './paint.ts';
import { replaceMeasurements, type Row } from './results.ts';
import { FOLDER, PROJECT, startBench, type Bench } from './sites.ts';
import { weight } from './weight.ts';

/** The parts of the benchmark, with the headings of their sections in RESULTS.md. */
const PARTS: Readonly<
  Record<string, [title: string, measure: (bench: Bench) => Row[] | Promise<Row[]>]>
> = {
  weight: ['Weight', weight],
  paint: ['From a change to its painting', paint],
  builds: ['Build', builds],
  lighthouse: ['Lighthouse performance', lighthousePerformance],
};

const RESULTS = join(PROJECT, 'bench/RESULTS.md');

/** The versions and the machine that a part was measured with. */
function environment(chromium: string, loadAtStart: number): string {
  const { devDependencies: versions } = JSON.parse(
    readFileSync(join(PROJECT, 'package.json'), 'utf8'),
  ) as { devDependencies: Record<string, string> };
  return (
    `Measured on ${new Date().toISOString().slice(0, 10)} with Node.js ${process.versions.node}, ` +
    `Chromium ${chromium}, Astro ${versions['astro']}, Starlight ${versions['@astrojs/starlight']}, ` +
    `Lighthouse ${versions['lighthouse']}, on ${availableParallelism()} cores; load average ` +
    `${loadAtStart.toFixed(1)} at the start, ${loadAverage().toFixed(1)} at the end.`
  );
}

/** The number of programs that used or wanted a core, on average over the last minute. */
const loadAverage = () => loadavg()[0] ?? NaN;

const names = process.argv.slice(2);
const unknown = names.find((name) => !Object.hasOwn(PARTS, name));
if (unknown !== undefined) {
  console.error(`There is no part “${unknown}”. The parts are: ${Object.keys(PARTS).join(', ')}.`);
  process.exit(2);
}

const bench = await startBench();
try {
  for (const [name, [title, measure]] of Object.entries(PARTS)) {
    if (names.length > 0 && !names.includes(name)) continue;
    console.log(`${name}…`);
    const load = loadAverage();
    const rows = await measure(bench);
    const about = environment(bench.browser.version(), load);
    // Written after each part: an error in a later part loses nothing.
    const results = replaceMeasurements(readFileSync(RESULTS, 'utf8'), title, about, rows);
    writeFileSync(RESULTS, await format(results, { parser: 'markdown', printWidth: 100 }));
  }
} finally {
  await bench.close();
  rmSync(FOLDER, { recursive: true, force: true });
}
