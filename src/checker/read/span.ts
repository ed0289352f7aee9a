/** A part of a text, in UTF-16 code units from its beginning. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** The beginning of a file: the span of what is missing from it. */
export const FILE_START: Span = { from: 0, to: 0 };

/** Line and column of an offset, both from 1; a column counts UTF-16 code units. */
export function positionOf(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset);
  const start = before.lastIndexOf('\n') + 1;
  let line = 1;
  for (let at = before.indexOf('\n'); at >= 0; at = before.indexOf('\n', at + 1)) line += 1;
  return { line, column: offset - start + 1 };
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
