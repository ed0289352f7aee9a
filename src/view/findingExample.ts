import { checkFiles } from '../checker/check.ts';
import { FINDINGS, type FindingCode } from '../checker/findings.ts';
import type { InputFile } from '../checker/read/files.ts';
import { messageOf } from '../checker/messages.ts';
import type { Span } from '../checker/read/span.ts';
import { edited } from '../checker/repair/edits.ts';
import type { Say } from '../model/say.ts';
import { html, type Html } from './html.ts';

/** A file of so many lines is shown as a whole where it is beside the one in question. */
const SHORT = 8;

/** The lines that a part of a text is on, with one before and one after. */
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

/** The part of a text that another one does not have, where all before and after it is the same. */
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

/** A part of a file's text marked, with the lines around it. */
function excerptHtml(text: string, part: Span): Html {
  const { from, to } = around(text, part);
  const mark = part.to > part.from && html`<mark>${text.slice(part.from, part.to)}</mark>`;
  return html`${text.slice(from, part.from)}${mark}${text.slice(part.to, to)}`;
}

/** What a file is called, and whose it is where the example says so. */
function captionOf({ name, roles = [], several }: InputFile, say: Say): Html {
  const [role] = roles.filter((each) => each !== 'redis');
  const whose = several ? say('check.role.several') : role && say(`check.role.${role}`);
  return html`<code>${name}</code>${whose && ` (${whose})`}`;
}

/**
 * What the checker says of a code's example, the lines that it says it of, and what its repair makes
 * of them: all of it by the checker itself.
 *
 * @throws where the example does not have what its code is about
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
