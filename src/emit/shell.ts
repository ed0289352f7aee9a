import { plain, string, type Line, type Source, type Token } from './code.ts';

/** Quoted text as this project's scripts have it: no quotes in a quoted text's own substitutions. */
const QUOTED = /('[^']*'|"(?:[^"\\]|\\.)*")/;

/** Text of a script as tokens: what is in quotes as strings, the rest as it is. */
function shellTokens(text: string, source?: Source): Token[] {
  return text
    .split(QUOTED)
    .flatMap((part, at) =>
      part === '' ? [] : [at % 2 === 1 ? string(part, source) : plain(part, source)],
    );
}

/**
 * A tagged template for a line of a script, whose escapes stay as they are written; but `\$`, for a
 * `$` before a brace, is that `$`. Quotes in it end before a value begins; a value is a token, or
 * several.
 */
export function shell(texts: TemplateStringsArray, ...values: (Token | Line)[]): Line {
  return texts.raw.flatMap((text, at) => [
    ...shellTokens(text.replaceAll('\\$', '$')),
    ...[values[at] ?? []].flat(),
  ]);
}
