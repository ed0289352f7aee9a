import type { Checked } from '../checker/check.ts';
import type { Difference } from '../checker/compare.ts';
import { MASK, masked } from '../checker/mask.ts';
import type { ClientConnection } from '../checker/read/clientConnections.ts';
import type { Finding } from '../checker/findings.ts';
import { messageOf } from '../checker/messages.ts';
import { secretsIn } from '../checker/secrets.ts';
import type { CheckedFile } from '../checker/read/files.ts';
import { positionOf, type Span } from '../checker/read/span.ts';
import { urlHost } from '../model/address.ts';
import type { Say } from '../model/say.ts';
import { html, type Html } from './html.ts';

/** How many lines a file may have that is shown whole; of a longer one, the lines near findings. */
const MOST_LINES = 1500;

/** How many lines of a longer file are shown before and after a finding. */
const AROUND = 4;

interface Line extends Span {
  readonly number: number;
}

function linesOf(text: string): Line[] {
  let from = 0;
  return text.split('\n').map((line, at) => {
    const span = { number: at + 1, from, to: from + line.length };
    from += line.length + 1;
    return span;
  });
}

const overlaps = (a: Span, b: Span) => a.from < b.to && b.from < a.to;

/** The text of a span, with the secrets in it masked. */
function shownText(
  text: string,
  { from, to }: Span,
  secrets: readonly Span[],
  reveal: boolean,
): string {
  if (reveal) return text.slice(from, to);
  let result = '';
  let at = from;
  for (const secret of secrets) {
    if (secret.to <= at || secret.from >= to) continue;
    result += text.slice(at, Math.max(secret.from, at));
    // A secret that begins in an earlier span has been masked there.
    if (secret.from >= from || at === from) result += secret.from >= at ? MASK : '';
    at = Math.min(secret.to, to);
  }
  return result + text.slice(at, to);
}

/** A line of a file, with its findings marked. */
function lineHtml(
  text: string,
  line: Line,
  findings: readonly (Finding & { number: number })[],
  secrets: readonly Span[],
  reveal: boolean,
  say: Say,
): Html {
  const own = findings.filter(({ span }) =>
    span.from === span.to ? span.from >= line.from && span.from <= line.to : overlaps(span, line),
  );
  const first = own.filter(({ span }) => span.from >= line.from && span.from <= line.to);
  // A line is split where a mark begins or ends, but never within a secret.
  const cuts = new Set([line.from, line.to]);
  for (const { span } of own)
    for (const cut of [span.from, span.to])
      if (
        cut > line.from &&
        cut < line.to &&
        !secrets.some(({ from, to }) => cut > from && cut < to)
      )
        cuts.add(cut);
  const positions = [...cuts].sort((a, b) => a - b);
  const pieces = positions.slice(0, -1).map((from, at) => {
    const piece = { from, to: positions[at + 1] ?? line.to };
    const content = shownText(text, piece, secrets, reveal);
    return own.some(({ span }) => overlaps(span, piece))
      ? html`<mark>${content}</mark>`
      : html`${content}`;
  });
  const worst =
    first.find(({ severity }) => severity === 'error') ??
    first.find(({ severity }) => severity === 'warning') ??
    first[0];
  const note =
    worst &&
    html` <button
      type="button"
      class="note ${worst.severity}"
      data-to="${worst.number}"
      aria-label="${say('check.note', { numbers: first.map(({ number }) => number).join(', ') })}"
    >
      ${first.map(({ number }) => number).join(', ')}
    </button>`;
  return html`<span class="line${worst && html` ${worst.severity}`}" data-line="${line.number}"
    ><span class="at" aria-hidden="true">${line.number}</span>${pieces}${note}${'\n'}</span
  >`;
}

/** A file as the reader wrote it, with its findings in the margin. */
export function annotatedHtml(
  file: CheckedFile,
  findings: readonly (Finding & { number: number })[],
  reveal: boolean,
  say: Say,
): Html {
  const { text } = file.input;
  // A finding about a whole statement is marked on its first line alone.
  const clipped = ({ from, to }: Span): Span => {
    const end = text.indexOf('\n', from);
    return { from, to: end < 0 ? to : Math.min(to, end) };
  };
  const own = findings
    .filter((each) => each.file === file.input.name)
    .map((each) => ({ ...each, span: clipped(each.span) }));
  const secrets = secretsIn(file);
  const lines = linesOf(text);
  const marked = own.map(({ span }) => positionOf(text, span.from).line);
  const near = ({ number }: Line) => marked.some((line) => Math.abs(line - number) <= AROUND);
  const shown = lines.length > MOST_LINES ? lines.filter(near) : lines;
  let before = 0;
  return html`${shown.map((line) => {
    const gap = line.number > before + 1 && html`<span class="line gap">…${'\n'}</span>`;
    before = line.number;
    return html`${gap}${lineHtml(text, line, own, secrets, reveal, say)}`;
  })}`;
}

/** A finding: its message, its line, its repair, and the link to its page. */
function findingHtml(
  finding: Finding & { number: number },
  text: string,
  root: string,
  say: Say,
): Html {
  const { line } = positionOf(text, finding.span.from);
  const { number, code, severity, file, repair } = finding;
  return html`<li id="finding-${number}" tabindex="-1" value="${number}">
    <p class="issue ${severity}">
      <strong>${say(`finding.severity.${severity}`)}</strong> ${messageOf(finding, say)}
    </p>
    <p class="do">
      <button type="button" data-line="${line}" data-of="${file}">
        ${say('check.place', { file, line })}
      </button>
      ${repair && html`<button type="button" class="repair" data-repair="${number}" aria-label="${say('check.repair.label', { number })}">${say('check.repair')}</button> `}
      <a href="${root}findings/${code}/" target="_blank" rel="noopener"
        >${say('check.why')}<span class="sr-only"> (${code}, ${say('check.tab')})</span></a
      >
    </p>
  </li>`;
}

/** The address that a connection leads to, without its password. */
function addressOf(
  { transport, host, port, socket, sentinels, master, urls }: ClientConnection,
  say: Say,
): string {
  if (transport === 'memory') return say('check.leads.memory');
  if (transport === 'rabbitmq') return 'RabbitMQ';
  if (sentinels && sentinels.length > 0)
    return say('check.leads.sentinels', { count: sentinels.length, master: master ?? '?' });
  if (socket !== undefined) return urls.some((url) => url.unencoded) ? '?' : socket;
  if (host === undefined || urls.some((url) => url.unencoded)) return '?';
  return `${urlHost(host)}:${port ?? 6379}${transport === 'tls' ? ' (TLS)' : ''}`;
}

/** The connections that were found in the settings files, as a table. */
function understoodHtml({ files }: Checked, say: Say): Html | false {
  const rows = files.flatMap((file) =>
    file.kind === 'settings' ? file.connections.map((each) => ({ each, file })) : [],
  );
  if (rows.length === 0) return false;
  const several = files.filter(({ kind }) => kind === 'settings').length > 1;
  return html`<details>
    <summary>${say('check.understood')}</summary>
    <table>
      <thead>
        <tr>
          <th scope="col">${say('check.col.setting')}</th>
          <th scope="col">${say('check.col.use')}</th>
          <th scope="col">${say('check.col.address')}</th>
          <th scope="col">${say('check.col.database')}</th>
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          ({ each, file }) =>
            html`<tr>
              <th scope="row">
                <code>${each.setting}</code>${several && html` ${file.input.name}`}
              </th>
              <td>${say(`database.${each.role}`)}</td>
              <td>${addressOf(each, say)}</td>
              <td>
                ${each.database !== undefined && html`<span class="db db-${each.role}">${each.database}</span>`}
              </td>
            </tr>`,
        )}
      </tbody>
    </table>
  </details>`;
}

/** The differences between the reader's file and the generated one. */
export function differenceHtml(
  differences: readonly Difference[],
  reveal: boolean,
  say: Say,
): Html {
  if (differences.length === 0) return html`<p>${say('check.same')}</p>`;
  const value = (name: string, text: string | undefined) =>
    text === undefined
      ? html`<dd>${say('check.none')}</dd>`
      : html`<dd><code>${reveal ? text : masked(name, text)}</code></dd>`;
  return html`<ul class="differences">
    ${differences.map(
      ({ name, given, generated }) =>
        html`<li>
          <code>${name}</code>
          <dl>
            <dt>${say('check.col.yours')}</dt>
            ${value(name, given)}
            <dt>${say('check.col.generated')}</dt>
            ${value(name, generated)}
            ${
              given !== undefined &&
              generated !== undefined &&
              !reveal &&
              masked(name, given) === masked(name, generated) &&
              html`<dd class="differs">${say('check.hidden')}</dd>`
            }
          </dl>
        </li>`,
    )}
  </ul>`;
}

/** Findings in the order of their files and lines, numbered from 1. */
export function numbered({ findings }: Checked): (Finding & { number: number })[] {
  return findings.map((finding, at) => ({ ...finding, number: at + 1 }));
}

/** The result of a check: the findings, and the connections that were understood. */
export function resultHtml(checked: Checked, root: string, generator: string, say: Say): Html {
  const texts = new Map(checked.files.map(({ input }) => [input.name, input.text]));
  const wrong = checked.findings.some(({ severity }) => severity !== 'advice');
  const settings = checked.files.some(({ kind }) => kind === 'settings');
  return html`<h2 tabindex="-1">${say('check.result')}</h2>
    ${!wrong && html`<p>${say('check.checked')}</p>`}
    <ol>
      ${numbered(checked).map((finding) => findingHtml(finding, texts.get(finding.file) ?? '', root, say))}
    </ol>
    ${understoodHtml(checked, say)}
    ${
      settings &&
      html`<p class="next">
          <a href="${generator}" target="_blank" rel="noopener"
            >${say('check.open')} (${say('check.tab')})</a
          >
        </p>
        <details data-part="compare">
          <summary>${say('check.compare')}</summary>
          <div data-part="difference"></div>
        </details>`
    }`;
}
