import { languages } from '../src/site/languages.ts';

const WORDS =
  `redis worker cache session queue broker server port address key value memory file task video
  encoding database password client network sentinel master replica snapshot setting page`.split(
    /\s+/,
  );

const SECTIONS = 6;
const PARAGRAPHS = 3;
const LENGTH = 60;

/** Words that are others for each seed, and the same each time. */
function words(seed: number, count: number): string {
  let state = seed * 2654435761 + 1;
  const chosen = Array.from({ length: count }, () => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return WORDS[(state >>> 16) % WORDS.length] ?? '';
  });
  return chosen.join(' ');
}

/** @param before the page that it links to */
function page(number: number, before: number): string {
  const sections = Array.from({ length: SECTIONS }, (_, section) => {
    const seed = number * 100 + section * 10;
    const paragraphs = Array.from(
      { length: PARAGRAPHS },
      (_, at) => `${words(seed + at, LENGTH)}, **${words(seed + at + 3, 2)}**.`,
    );
    return [
      `## ${words(seed, 4)} ${section}`,
      ...paragraphs,
      `- ${words(seed + 7, 8)}\n- [${words(seed + 8, 3)}](../../redis/)\n- [${words(seed + 6, 3)}](../${before}/)`,
      `\`\`\`\n${words(seed + 9, 6)}\n\`\`\``,
    ].join('\n\n');
  });
  const facts = {
    title: `Page ${number}: ${words(number, 3)}`,
    description: words(number + 1, 12),
  };
  return `---\n${Object.entries(facts)
    .map(([name, text]) => `${name}: ${JSON.stringify(text)}`)
    .join('\n')}\n---\n\n${sections.join('\n\n')}\n`;
}

/**
 * Pages of about a thousand words, in each language, none like another and always the same; in no
 * menu, as the pages that explain findings.
 *
 * @returns Markdown with its frontmatter, by path as `fr/extra/1.md`
 */
export function extraPages(count: number): [path: string, text: string][] {
  return Object.keys(languages).flatMap((language, place) =>
    Array.from({ length: count }, (_, at): [string, string] => [
      `${language}/extra/${at + 1}.md`,
      page(place * 10000 + at + 1, Math.max(1, at)),
    ]),
  );
}
