import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { format } from 'prettier';
import { builds } from './builds.ts';
import { core } from './core.ts';
import { environmentText, load } from './environment.ts';
import { lighthouse } from './lighthouse.ts';
import { paint } from './paint.ts';
import { script } from './script.ts';
import { sectionMarkdown, type Section } from './table.ts';
import { weight } from './weight.ts';
import { Workplace } from './workplace.ts';

/** The questions, in the order in which they are asked. */
const PARTS: Readonly<Record<string, (workplace: Workplace) => Section | Promise<Section>>> = {
  core,
  weight,
  script,
  paint,
  builds,
  lighthouse,
};

const USAGE = `Usage: npm run bench [-- PART...]

  PART   ${Object.keys(PARTS).join(', ')}; all of them, if none is named

A whole run writes bench/RESULTS.md; parts are only printed.`;

const RESULTS = join(import.meta.dirname, 'RESULTS.md');

const HEAD = `# Results of the benchmark

\`npm run bench\` writes this file. A number is a median; its spread is the middle half of ten or more measurements, the
least and the most of fewer. A ratio is that of measurements made in turns, with its own spread. Sizes are exact.`;

const wanted = process.argv.slice(2);
const unknown = wanted.find((name) => !(name in PARTS));
if (unknown !== undefined) {
  console.error(`There is no part “${unknown}”.\n\n${USAGE}`);
  process.exit(2);
}

for (const [signal, status] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)
  process.once(signal, () => process.exit(status));

const workplace = new Workplace();
try {
  const begin = load();
  const parts = Object.entries(PARTS).filter(
    ([name]) => wanted.length === 0 || wanted.includes(name),
  );
  const markdown = (text: string) => format(text, { parser: 'markdown', printWidth: 100 });
  const sections: string[] = [];
  for (const [name, measure] of parts) {
    console.error(`${name}…`);
    const section = sectionMarkdown(await measure(workplace));
    sections.push(section);
    console.log(await markdown(section));
  }
  const chromium = (await workplace.browser()).version();
  const environment = environmentText({ chromium, load: [begin, load()] });
  console.log(environment);
  if (wanted.length === 0)
    await writeFile(RESULTS, await markdown([HEAD, environment, ...sections].join('\n\n')));
} finally {
  await workplace.close();
}
