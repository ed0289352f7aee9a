/** The words of a text, in lower case and without accents. */
function wordsOf(text: string): string[] {
  const bare = text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
  return bare.match(/[\p{L}\p{N}_]+/gu) ?? [];
}

/** A text to search: a title, which counts more, and the text below it. */
export interface Passage {
  readonly title: string;
  readonly text: string;
}

/** The shortest beginning of a word that matches the whole word, in letters. */
const MIN_STEM = 4;

/** Whether two words are the same, or one is the beginning of the other. */
function alike(a: string, b: string): boolean {
  const [short, long] = a.length < b.length ? [a, b] : [b, a];
  return short === long || (short.length >= MIN_STEM && long.startsWith(short));
}

/**
 * The passages with the most words of a query, those with the words in the title first. Accents,
 * capitals and endings do not count.
 *
 * @param query the words to find; the first twenty count
 * @param small words to ignore, such as articles
 * @returns the indexes of the passages in their list
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
  // Half of the words are enough: most questions have words that no passage has. One of a few is not.
  const enough = Math.max(1, Math.ceil(wanted.length / 2));
  const most = Math.max(enough, ...scores.map(({ all }) => all));
  return scores
    .filter(({ all }) => all >= most)
    .sort((a, b) => b.titled - a.titled || a.at - b.at)
    .map(({ at }) => at);
}
