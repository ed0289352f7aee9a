import { plain, string, type Line, type Source, type Token } from './code.ts';

/** Quoted text in this project's scripts, whose substitutions inside quotes have no quotes. */
const QUOTED = /('[^']*'|"(?:[^"\\]|\\.)*")/;

/** The text of a script as tokens: quoted text as strings, the rest as plain tokens. */
function shellTokens(text: string, source?: Source): Token[] {
  return text
    .split(QUOTED)
    .flatMap((piece, at) =>
      piece === '' ? [] : [at % 2 === 1 ? string(piece, source) : plain(piece, source)],
    );
}

/**
 * A tagged template for a line of a script. Escapes stay as they are written, except `\$`, which is
 * the `$` before a brace. A value is one token or several, outside of quotes.
 */
export function shell(texts: TemplateStringsArray, ...values: (Token | Line)[]): Line {
  return texts.raw.flatMap((text, at) => [
    ...shellTokens(text.replaceAll('\\$', '$')),
    ...[values[at] ?? []].flat(),
  ]);
}
