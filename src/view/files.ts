import { fileId, type Changes } from '../emit/changes.ts';
import type { Line, Token } from '../emit/code.ts';
import { fileText, type ConfigFile } from '../emit/files.ts';
import { secretMode } from '../emit/secrets.ts';
import type { Deployment } from '../model/deployment.ts';
import type { Say } from '../model/say.ts';
import { html, type Html } from './html.ts';
import { lineRefs, ref } from './refs.ts';

/** No changes: no line is marked. */
export const NO_CHANGES: Changes = { lines: new Map(), added: new Set() };

const CLASSES: Readonly<Record<Token['kind'], string>> = {
  plain: '',
  comment: 'c',
  name: 'n',
  string: 's',
  number: 'm',
  constant: 'k',
  section: 'h',
};

/** The tokens of a line. Neighbours of one colour share an element. */
function tokens(line: Line): Html[] {
  const runs: { text: string; tag: string; className: string }[] = [];
  for (const { text, kind, placeholder } of line) {
    const tag = placeholder ? 'mark' : 'span';
    const className = CLASSES[kind];
    const last = runs.at(-1);
    if (last?.tag === tag && last.className === className) last.text += text;
    else runs.push({ text, tag, className });
  }
  return runs.map(({ text, tag, className }) =>
    tag === 'mark'
      ? html`<mark>${text}</mark>`
      : className === ''
        ? html`${text}`
        : html`<span class="${className}">${text}</span>`,
  );
}

/**
 * Lines of code as the content of a `<code>`. A line has the number of its database in the margin,
 * and a mark if it has changed.
 *
 * @param changed the numbers of the changed lines, from 0
 */
export function codeHtml(
  lines: readonly Line[],
  { databaseNumbers }: Deployment,
  say: Say,
  changed: ReadonlySet<number> = new Set(),
): Html[] {
  return lines.map((content, at) => {
    const refs = lineRefs(content);
    const database = content.find(({ kind, source }) => kind !== 'comment' && source?.database)
      ?.source?.database;
    const mark = changed.has(at);
    const className = `l${mark ? ' new' : ''}${database ? ` db-${database}` : ''}`;
    const number = database && databaseNumbers[database];
    const note = mark && html`<span class="sr-only">${say('gen.changed')} </span>`;
    const about = refs !== '' && html` data-of="${refs}"`;
    const margin = number !== undefined && html` data-db="${number}"`;
    return html`<span class="${className}" ${about}${margin}
      >${[note, tokens(content), '\n']}</span
    >`;
  });
}

/** The lines of a file; see {@link codeHtml}. */
export function linesHtml(
  file: ConfigFile,
  deployment: Deployment,
  say: Say,
  changes: Changes = NO_CHANGES,
): Html[] {
  return codeHtml(file.lines, deployment, say, changes.lines.get(fileId(file)));
}

/** The servers that a file belongs to, in words. */
function owner(file: ConfigFile, { servers }: Deployment, say: Say): string {
  const group = servers.find(({ id }) => id === file.server);
  return group ? say(`servers.${group.id}`, { count: group.count }) : say('server.all');
}

/** The badges of a file: its server's address, first server only, new, changed, to be filled in. */
export function badgesHtml(
  file: ConfigFile,
  deployment: Deployment,
  say: Say,
  changes: Changes,
): Html {
  const id = fileId(file);
  const alike = deployment.servers.find((group) => group.id === file.server)?.count ?? 1;
  const first = file.folder === 'redis' && file.server !== 'redis' && alike > 1;
  const secret =
    file.owner !== undefined &&
    html`<span class="badge"
      >${say('gen.file.owner', {
        owner: file.owner,
        mode: secretMode(deployment, file.kind),
      })}</span
    >`;
  return html`${secret}${file.host !== undefined && html`<span class="badge">${file.host}</span>`}${first && html`<span class="badge">${say('gen.file.first')}</span>`}${changes.added.has(id) && html`<span class="badge news">${say('gen.file.new')}</span>`}${
    changes.lines.has(id) && html`<span class="badge news">${say('gen.file.changed')}</span>`
  }${file.placeholder && html`<span class="badge todo">${say('gen.file.todo')}</span>`}`;
}

/** A file: its path, its badges, its buttons and its lines. */
function fileHtml(
  file: ConfigFile,
  deployment: Deployment,
  say: Say,
  changes: Changes = NO_CHANGES,
): Html {
  const id = fileId(file);
  const commands = file.path === '';
  const title = commands ? file.name : file.path;
  const named = file.host === undefined ? title : `${title} (${file.host})`;
  return html`<details class="file" open data-file="${id}" data-server="${ref.server(file.server)}">
    <summary>
      <code class="path">${title}</code>
      <span class="badges">${badgesHtml(file, deployment, say, changes)}</span>
    </summary>
    <div class="tools js-only">
      ${(['copy', 'download'] as const).map(
        (action) =>
          html`<button
            type="button"
            data-${action}="${id}"
            aria-label="${say(`gen.${action}.label`, { file: named })}"
          >
            ${say(`gen.${action}`)}
          </button> `,
      )}
    </div>
    <pre
      tabindex="0"
      role="group"
      aria-label="${say('gen.file.lines', { file: named, owner: owner(file, deployment, say) })}"
    ><code>${linesHtml(file, deployment, say, changes)}</code></pre>
  </details>`;
}

/** The heading level of a server's name. */
type Heading = 'h2' | 'h4';

/** The files by server, in their order. */
export function byServer(files: readonly ConfigFile[]): Map<ConfigFile['server'], ConfigFile[]> {
  const servers = new Set(files.map(({ server }) => server));
  return new Map(
    [...servers].map((server) => [server, files.filter((file) => file.server === server)]),
  );
}

/**
 * The content of a server's section: its name and its files.
 *
 * @param own its files, at least one
 */
export function serverHtml(
  own: readonly ConfigFile[],
  deployment: Deployment,
  say: Say,
  changes: Changes = NO_CHANGES,
  heading: Heading = 'h4',
): Html {
  const [first] = own;
  const title = html`<${heading}>${first && owner(first, deployment, say)}</${heading}>`;
  return html`${title}${own.map((file) => fileHtml(file, deployment, say, changes))}`;
}

/**
 * All files, in a section for each server. A page whose headings are `h2` shows one state for good:
 * its sections give the number of their characters, from which the style estimates their height
 * before the browser lays them out.
 */
export function filesHtml(
  files: readonly ConfigFile[],
  deployment: Deployment,
  say: Say,
  changes: Changes = NO_CHANGES,
  heading: Heading = 'h4',
): Html {
  return html`${[...byServer(files)].map(([server, own]) => {
    const name = ref.server(server);
    const content = serverHtml(own, deployment, say, changes, heading);
    const characters = own.reduce((sum, file) => sum + fileText(file).length, 0);
    const long = heading === 'h2' && html` style="--characters: ${characters}"`;
    return html`<section class="server" data-of="${name}" ${long}>${content}</section>`;
  })}`;
}
