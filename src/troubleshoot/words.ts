/** The words of a text, in small letters without accents. */
function wordsOf(text: string): string[] {
  const bare = text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
  return bare.match(/[\p{L}\p{N}_]+/gu) ?? [];
}

/** What is looked through for words: a title, which tells more, and what stands under it. */
export interface Passage {
  readonly title: string;
  readonly text: string;
}

/** The fewest letters that an ending may be missing from. */
const STEM = 4;

/** Whether two words are the same, or one is the beginning of the other. */
function alike(a: string, b: string): boolean {
  const [short, long] = a.length < b.length ? [a, b] : [b, a];
  return short === long || (short.length >= STEM && long.startsWith(short));
}

/**
 * The passages that have the most of the words that are looked for, those with them in the title
 * first. Accents, capitals and endings do not count.
 *
 * @param query what is looked for; its first twenty words count
 * @param small words that tell nothing
 * @returns the places of the passages in their list
 */
export function passagesWith(
  query: string,
  passages: readonly Passage[],
  small: readonly string[] = [],
): number[] {
  const ignored = new Set(small.flatMap(wordsOf));
  const wanted = [...new Set(wordsOf(query.slice(0, 1000)))]
    .filter((word) => word.length > 1 && !ignored.has(word))
    .slice(0, 20);
  const scores = passages.map(({ title, text }, at) => {
    const [inTitle, inText] = [wordsOf(title), wordsOf(text)];
    const has = (words: readonly string[]) =>
      wanted.filter((word) => words.some((each) => alike(word, each))).length;
    return { at, all: has([...inTitle, ...inText]), titled: has(inTitle) };
  });
  // Most words of a question are in no passage, whatever it is about; one of a few is too little.
  const enough = Math.max(1, Math.ceil(wanted.length / 2));
  const most = Math.max(enough, ...scores.map(({ all }) => all));
  return scores
    .filter(({ all }) => all >= most)
    .sort((a, b) => b.titled - a.titled || a.at - b.at)
    .map(({ at }) => at);
}
