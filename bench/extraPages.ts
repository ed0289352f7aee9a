import { LANGUAGES, type Files } from './sites.ts';

const WORDS = [
  'redis worker cache session queue broker server port address key value memory file task video',
  'encoding database password client network sentinel master replica snapshot setting page',
]
  .join(' ')
  .split(' ');

/**
 * Pages of about a thousand words, in each language: all different, and the same in each run. No
 * menu links to them, as to the pages of findings.
 */
export function extraPages(count: number): Files {
  let state = 1;
  // Pseudo-random words, by a linear congruential generator.
  const words = (length: number) =>
    Array.from({ length }, () => {
      state = (Math.imul(state, 1103515245) + 12345) >>> 0;
      return WORDS[(state >>> 16) % WORDS.length];
    }).join(' ');
  const paragraph = () => `${words(60)}, **${words(2)}**.`;
  const section = (number: number, previous: number) => `## ${words(4)} ${number}

${paragraph()}

${paragraph()}

${paragraph()}

- ${words(8)}
- [${words(3)}](../../redis/)
- [${words(3)}](../${previous}/)

\`\`\`
${words(6)}
\`\`\`
`;
  const page = (number: number) => `---
title: 'Page ${number}: ${words(3)}'
description: ${words(12)}
---

${[1, 2, 3, 4, 5, 6].map((at) => section(at, Math.max(1, number - 1))).join('\n')}`;
  const pages = LANGUAGES.flatMap((language) =>
    Array.from({ length: count }, (_, at) => [
      `src/content/docs/${language}/extra/${at + 1}.md`,
      page(at + 1),
    ]),
  );
  return Object.fromEntries(pages) as Files;
}
