import { urlHost } from '../model/address.ts';
import type { DatabaseRole } from '../pod/databases.ts';
import { RUNNER_CALLS } from '../pod/runner.ts';
import type { Deployment, Use } from '../model/deployment.ts';
import type { ServerGroup } from '../model/servers.ts';
import type { Say } from '../model/say.ts';
import { html, type Html } from './html.ts';
import { ref } from './refs.ts';
import { callTexts, usageText } from './table.ts';

/** The sizes of a diagram, in its own units. */
interface Layout {
  readonly width: number;
  /** Distance between the lines of two databases. */
  readonly pitch: number;
  /** The size of text, and the width of a character in the monospaced font. */
  readonly font: number;
  readonly letter: number;
  /** Whether a setting and its usage share a line. */
  readonly oneLine: boolean;
}

const WIDE: Layout = { width: 720, pitch: 46, font: 13, letter: 7.9, oneLine: true };
const NARROW: Layout = { width: 344, pitch: 25, font: 11.5, letter: 7, oneLine: false };

const HEAD = 100;
const GAP = 16;
const PAD = 12;

/** Breaks a setting's name after underscores, into lines of at most `most` characters. */
function broken(text: string, most: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/(?<=_)/)) {
    if (line !== '' && line.length + word.length > most) {
      lines.push(line);
      line = '';
    }
    line += word;
  }
  return [...lines, line];
}

function clipped(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}

/** The uses of a server. A use that two of its roles share is drawn once. */
function drawnUses({ uses }: Deployment, { id }: ServerGroup): Use[] {
  const seen = new Set<string>();
  return uses.filter((use) => {
    const key = `${use.setting} ${use.as} ${use.queue ?? ''}`;
    return use.server === id && !seen.has(key) && seen.add(key);
  });
}

/** A diagram in pieces. */
export interface Drawn {
  /** Its size, in its own units. */
  readonly width: number;
  readonly height: number;
  /** Its elements, so that a page can replace only those that differ. */
  readonly pieces: readonly Html[];
}

/** Draws a deployment; see {@link diagram}. */
class Drawing {
  readonly #deployment: Deployment;
  readonly #say: Say;
  readonly #layout: Layout;
  readonly #left: number;
  readonly #ends = new Map<DatabaseRole, number>();
  readonly #wires: Html[] = [];

  constructor(deployment: Deployment, say: Say, layout: Layout) {
    this.#deployment = deployment;
    this.#say = say;
    this.#layout = layout;
    this.#left = layout.width - deployment.databases.length * layout.pitch - PAD / 2;
  }

  #x(role: DatabaseRole): number {
    const at = this.#deployment.databases.findIndex((database) => database.role === role);
    return this.#left + (at + 0.5) * this.#layout.pitch + PAD / 2;
  }

  /** A wire between a server and a database. Its arrows point in the direction of the data. */
  #wire(use: Use, y: number): void {
    const { database, as, server } = use;
    const x = this.#x(database);
    const from = this.#left - GAP;
    const into = as !== 'consumer' && html`<path d="M${x - 18} ${y - 4.5}l8 4.5l-8 4.5z" />`;
    const out = as !== 'producer' && html`<path d="M${from + 9} ${y - 4.5}l-8 4.5l8 4.5z" />`;
    this.#ends.set(database, y);
    this.#wires.push(
      html`<g class="wire db-${database}" data-of="${ref.database(database)} ${ref.server(server)}"
        ><path class="halo" d="M${from + 2} ${y}H${x}" /><path
          class="line"
          d="M${from + 1} ${y}H${x}"
        />${into}${out}<circle cx="${x}" cy="${y}" r="9" /><text
          x="${x}"
          y="${y + 4}"
          class="number"
          >${this.#deployment.databaseNumbers[database]}</text
        ></g
      >`,
    );
  }

  /** A row of a server's card: a setting and its usage. */
  #row(use: Use, top: number): { markup: Html; height: number } {
    const { font, letter, oneLine } = this.#layout;
    const width = this.#left - GAP - 2 * PAD;
    const names = oneLine ? [use.setting] : broken(use.setting, Math.floor(width / letter));
    const text = usageText(use, this.#say);
    const step = font + 4;
    const height = (oneLine ? 1 : names.length + 1) * step + 8;
    this.#wire(use, top + height / 2);
    const first = top + step;
    const markup = html`<g data-of="${ref.database(use.database)}"
      >${names.map((name, at) => html`<text class="setting" x="${PAD}" y="${first + at * step}">${name}</text>`)}${
        oneLine
          ? html`<text class="usage" x="${this.#left - GAP - PAD}" y="${first}" text-anchor="end"
              >${text}</text
            >`
          : html`<text class="usage" x="${PAD}" y="${first + names.length * step}">${text}</text>`
      }</g
    >`;
    return { markup, height };
  }

  /** The card of a server. */
  #server(group: ServerGroup, top: number): { markup: Html; height: number } {
    const { font } = this.#layout;
    const width = this.#left - GAP;
    const roles = group.roles
      .filter((role) => role !== 'redis')
      .map((role) => this.#say(`role.${role}`));
    if (this.#deployment.redis.on === group.id)
      roles.push(group.count > 1 ? this.#say('gen.diagram.first') : 'Redis');
    const rows: Html[] = [];
    let y = top + 2 * font + 26;
    for (const use of drawnUses(this.#deployment, group)) {
      const row = this.#row(use, y);
      rows.push(row.markup);
      y += row.height;
    }
    const height = y + 6 - top;
    const behind =
      group.count > 1 &&
      html`<rect
        class="card behind"
        x="5"
        y="${top - 5}"
        width="${width - 1}"
        height="${height}"
        rx="8"
      />`;
    const markup = html`<g data-of="${ref.server(group.id)}"
      >${behind}<rect
        class="card"
        x="1"
        y="${top}"
        width="${width - 1}"
        height="${height}"
        rx="8"
      /><text class="title" x="${PAD}" y="${top + font + 9}"
        >${this.#say(`servers.${group.id}`, { count: group.count })}</text
      ><text class="usage" x="${PAD}" y="${top + 2 * font + 15}">${roles.join(' + ')}</text
      >${rows}</g
    >`;
    return { markup, height };
  }

  /** The card of Redis, and the slots of its databases. */
  #redis(): Html[] {
    const { width, font, letter } = this.#layout;
    const { redis, databases } = this.#deployment;
    const room = Math.floor((this.#left - 2 * PAD) / letter);
    const port = `:${redis.port}${redis.ca === undefined ? '' : ' TLS'}`;
    const host = urlHost(redis.host);
    const lines =
      redis.socket !== undefined
        ? [redis.socket]
        : redis.sentinel !== undefined
          ? [redis.sentinel.master, host + port]
          : host.length + port.length > room
            ? [host, port]
            : [host + port];
    const place =
      redis.sentinel === undefined
        ? this.#say(`gen.place.${redis.place}`)
        : this.#say('gen.place.sentinel', { count: redis.sentinel.endpoints.length });
    const field = redis.sentinel === undefined ? 'host' : 'sentinels';
    const behind =
      redis.sentinel !== undefined &&
      html`<rect
        class="card redis behind"
        x="5"
        y="5"
        width="${width - 6}"
        height="${HEAD - 1}"
        rx="8"
      />`;
    const slots = databases.map(({ role, number }) => {
      const x = this.#x(role);
      return html`<g class="slot db-${role}" data-of="${ref.database(role)}"
        ><path class="bus" d="M${x} ${HEAD}V${this.#ends.get(role) ?? HEAD}" /><text
          class="name"
          transform="translate(${x + 4} ${HEAD - 18})rotate(-90)"
          >${this.#say(`database.${role}`)}</text
        ><rect x="${x - 10}" y="${HEAD - 11}" width="20" height="20" rx="5" /><text
          x="${x}"
          y="${HEAD + 4}"
          class="number"
          >${number}</text
        ></g
      >`;
    });
    const card = html`<g
      >${behind}<rect
        class="card redis"
        x="1"
        y="1"
        width="${width - 2}"
        height="${HEAD - 1}"
        rx="8"
        data-of="${ref.server(redis.on)}"
      /><text class="title" x="${PAD}" y="${font + 11}">Redis</text
      ><text class="usage" x="${PAD}" y="${2 * font + 17}">${clipped(place, room + 4)}</text
      >${lines.map((line, at) => html`<text class="setting${redis.placeholder && line !== redis.sentinel?.master && ' todo'}" x="${PAD}" y="${3 * font + 24 + at * (font + 3)}" data-of="${ref.field(field)}">${clipped(line, room)}</text>`)}</g
    >`;
    return [card, ...slots];
  }

  /** The card of Esup-Runner, which stands outside Redis: a row for each HTTP connection. */
  #runner(top: number): { markup: Html; height: number } {
    const { width, font, oneLine } = this.#layout;
    const step = font + 4;
    const rows: Html[] = [];
    let y = top + font + 26;
    for (const call of RUNNER_CALLS) {
      const [way, what] = callTexts(call, this.#say);
      rows.push(
        html`<text class="setting" x="${PAD}" y="${y + step}">${way}</text>${
            oneLine
              ? html`<text class="usage" x="${width - PAD}" y="${y + step}" text-anchor="end"
                  >${what}</text
                >`
              : html`<text class="usage" x="${PAD}" y="${y + 2 * step}">${what}</text>`
          }`,
      );
      y += (oneLine ? 1 : 2) * step + 8;
    }
    const height = y + 6 - top;
    const markup = html`<g
      ><rect
        class="card outside"
        x="1"
        y="${top}"
        width="${width - 2}"
        height="${height}"
        rx="8"
      /><text class="title" x="${PAD}" y="${top + font + 9}">${this.#say('runner.title')}</text
      >${rows}</g
    >`;
    return { markup, height };
  }

  draw(): Drawn {
    const cards: Html[] = [];
    let y = HEAD + GAP + 10;
    for (const group of this.#deployment.servers) {
      if (group.id === 'redis') continue;
      const card = this.#server(group, y);
      cards.push(card.markup);
      y += card.height + GAP;
    }
    if (this.#deployment.arch === 'runner') {
      const card = this.#runner(y);
      cards.push(card.markup);
      y += card.height + GAP;
    }
    const pieces = [...this.#redis(), ...cards, ...this.#wires];
    return { width: this.#layout.width, height: Math.ceil(y - GAP + 2), pieces };
  }
}

/** The width of a diagram: for a column of at least 45rem, or for a telephone. */
export type Shape = 'wide' | 'narrow';

/** The pieces of a {@link diagram}. */
export function drawn(deployment: Deployment, say: Say, shape: Shape): Drawn {
  return new Drawing(deployment, say, shape === 'wide' ? WIDE : NARROW).draw();
}

/** The attribute `viewBox` of a diagram. */
export function viewBox({ width, height }: Drawn): string {
  return `0 0 ${width} ${height}`;
}

/**
 * The diagram of a deployment: Redis and its databases above, the servers below, with a row for
 * each use, which is wired to its database. Servers of one kind are one card with a count: fifty
 * take no more room than one. Assistive technology reads the table beside it instead.
 */
export function diagram(deployment: Deployment, say: Say, shape: Shape): Html {
  const drawing = drawn(deployment, say, shape);
  const { width, height, pieces } = drawing;
  return html`<svg
    class="diagram ${shape}"
    xmlns="http://www.w3.org/2000/svg"
    viewBox="${viewBox(drawing)}"
    width="${width}"
    height="${height}"
    aria-hidden="true"
  >
    ${pieces}
  </svg>`;
}
