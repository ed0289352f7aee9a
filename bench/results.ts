const HEAD = `# Results of the benchmark

\`npm run bench\` writes this file, and \`npm run bench -- PART\` one section of it. A number is a median; its spread is the
middle half of ten or more measurements, the least and the most of fewer. A ratio is that of measurements made in turns,
with its own spread.`;

/**
 * The results with new sections in the place of old ones; what was not measured anew stays.
 *
 * @param results the Markdown of the results so far
 * @param titles the sections' headings in their order; a section with another one is dropped
 * @param fresh the Markdown of the new sections, by heading
 */
export function withSections(
  results: string,
  titles: readonly string[],
  fresh: ReadonlyMap<string, string>,
): string {
  const known = new Map(
    results
      .split(/^## /m)
      .slice(1)
      .map((section): [string, string] => {
        const end = section.indexOf('\n');
        return [section.slice(0, end), section.slice(end).trim()];
      }),
  );
  const sections = titles.flatMap((title) => {
    const text = fresh.get(title) ?? known.get(title);
    return text === undefined ? [] : [`## ${title}`, text];
  });
  return `${[HEAD, ...sections].join('\n\n')}\n`;
}
