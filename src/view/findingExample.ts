import { checkFiles } from '../checker/check.ts';
import { FINDINGS, type FindingCode } from '../checker/findings.ts';
import type { InputFile } from '../checker/read/files.ts';
import { messageOf } from '../checker/messages.ts';
import type { Span } from '../checker/read/span.ts';
import { edited } from '../checker/repair/edits.ts';
import type { Say } from '../model/say.ts';
import { html, type Html } from './html.ts';

/** How many lines a file may have that is shown as a whole beside the finding's file. */
const SHORT = 8;

/** The lines of a span, with one line before and one after. */
function around(text: string, { from, to }: Span): Span {
  const lineStart = (at: number) => text.lastIndexOf('\n', at - 1) + 1;
  const lineEnd = (at: number) => {
    const end = text.indexOf('\n', at);
    return end < 0 ? text.trimEnd().length : end;
  };
  const start = lineStart(from);
  return {
    from: start === 0 ? 0 : lineStart(start - 1),
    to: Math.max(lineEnd(lineEnd(to) + 1), to),
  };
}

/** The span of a text between its common prefix and its common suffix with another text. */
function changed(text: string, other: string): Span {
  const least = Math.min(text.length, other.length);
  let from = 0;
  while (from < least && text[from] === other[from]) from += 1;
  let end = 0;
  while (end < least - from && text.at(-1 - end) === other.at(-1 - end)) end += 1;
  return { from, to: text.length - end };
}

/** Lines of a file under a caption. */
function figureHtml(caption: Html, code: Html): Html {
  return html`<figure>
    <figcaption>${caption}</figcaption>
    <pre tabindex="0"><code>${code}</code></pre>
  </figure>`;
}

/** A marked span of a text, with the lines around it. */
function excerptHtml(text: string, span: Span): Html {
  const { from, to } = around(text, span);
  const mark = span.to > span.from && html`<mark>${text.slice(span.from, span.to)}</mark>`;
  return html`${text.slice(from, span.from)}${mark}${text.slice(span.to, to)}`;
}

/** The name of a file, and the role of its servers where the example gives it. */
function captionOf({ name, roles = [], several }: InputFile, say: Say): Html {
  const [role] = roles.filter((each) => each !== 'redis');
  const whose = several ? say('check.role.several') : role && say(`check.role.${role}`);
  return html`<code>${name}</code>${whose && ` (${whose})`}`;
}

/**
 * A finding's example, as the checker reports it: its message, the lines that it is about, and
 * those lines after the repair.
 *
 * @throws where the checker does not find the code in its example
 */
export function findingExampleHtml(
  code: FindingCode,
  say: Say,
): { message: string; example: Html } {
  const { example } = FINDINGS[code];
  const found = checkFiles(example).findings.find((each) => each.code === code);
  const file = example.find(({ name }) => name === found?.file);
  if (!found || !file) throw new Error(`The example of ${code} does not have it.`);
  const short = ({ text }: InputFile) => text.trimEnd().split('\n').length <= SHORT;
  const beside = example.filter((each) => each !== file && short(each));
  const after = found.repair && edited(file.text, found.repair);
  return {
    message: messageOf(found, say),
    example: html`${figureHtml(captionOf(file, say), excerptHtml(file.text, found.span))}${beside.map(
      (each) => figureHtml(captionOf(each, say), html`${each.text.trimEnd()}`),
    )}${
      after !== undefined &&
      figureHtml(html`${say('finding.repaired')}`, excerptHtml(after, changed(after, file.text)))
    }`,
  };
}
