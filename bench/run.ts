import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format } from 'prettier';
import { builds } from './builds.ts';
import { environmentText, load } from './environment.ts';
import { lighthousePerformance } from './lighthouse.ts';
import { paint } from './paint.ts';
import { withSections } from './results.ts';
import { sectionMarkdown, type Section } from './table.ts';
import { weight } from './weight.ts';
import { Workplace } from './workplace.ts';

/** The questions, in the order in which they are asked, with the headings of their answers. */
const PARTS: Readonly<
  Record<string, [title: string, measure: (workplace: Workplace) => Section | Promise<Section>]>
> = {
  weight: ['Weight', weight],
  paint: ['From a change to its painting', paint],
  builds: ['Build', builds],
  lighthouse: ['Lighthouse performance', lighthousePerformance],
};

const USAGE = `Usage: npm run bench [-- PART...]

  PART   ${Object.keys(PARTS).join(', ')}; all of them, if none is named`;

const RESULTS = join(import.meta.dirname, 'RESULTS.md');

const wanted = process.argv.slice(2);
const unknown = wanted.find((name) => !Object.hasOwn(PARTS, name));
if (unknown !== undefined) {
  console.error(`There is no part “${unknown}”.\n\n${USAGE}`);
  process.exit(2);
}

for (const [signal, status] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)
  process.once(signal, () => process.exit(status));

/** Puts a section into the file of results, whatever becomes of those that come after it. */
async function keep(title: string, section: string): Promise<void> {
  const titles = Object.values(PARTS).map(([title]) => title);
  const results = existsSync(RESULTS) ? readFileSync(RESULTS, 'utf8') : '';
  const markdown = withSections(results, titles, new Map([[title, section]]));
  writeFileSync(RESULTS, await format(markdown, { parser: 'markdown', printWidth: 100 }));
}

const workplace = new Workplace();
try {
  const chromium = (await workplace.browser()).version();
  for (const [name, [title, measure]] of Object.entries(PARTS)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    console.error(`${name}…`);
    const begin = load();
    const table = sectionMarkdown(await measure(workplace));
    const section = `${environmentText({ chromium, load: [begin, load()] })}\n\n${table}`;
    console.log(await format(`## ${title}\n\n${section}`, { parser: 'markdown' }));
    await keep(title, section);
  }
} finally {
  await workplace.close();
}
