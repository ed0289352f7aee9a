/** A part of a text, in UTF-16 code units from its beginning. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** The beginning of a file: the span of what is missing from it. */
export const FILE_START: Span = { from: 0, to: 0 };

/** The offsets at which the lines of the last asked text begin: a long text is asked for many positions in turn. */
let asked: { readonly text: string; readonly starts: readonly number[] } = {
  text: '',
  starts: [0],
};

function lineStarts(text: string): readonly number[] {
  if (asked.text !== text) {
    const starts = [0];
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
    asked = { text, starts };
  }
  return asked.starts;
}

/** Line and column of an offset, both from 1; a column counts UTF-16 code units. */
export function positionOf(text: string, offset: number): { line: number; column: number } {
  const starts = lineStarts(text);
  let [low, high] = [0, starts.length - 1];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return { line: low + 1, column: offset - (starts[low] ?? 0) + 1 };
}

/** Spans in their order, without the empty ones; those that overlap or touch become one. */
export function mergedSpans(spans: readonly Span[]): Span[] {
  const result: { from: number; to: number }[] = [];
  for (const { from, to } of spans
    .filter((span) => span.to > span.from)
    .toSorted((a, b) => a.from - b.from || a.to - b.to)) {
    const last = result.at(-1);
    if (last && from <= last.to) last.to = Math.max(last.to, to);
    else result.push({ from, to });
  }
  return result;
}
