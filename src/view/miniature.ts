import type { Deployment } from '../model/deployment.ts';
import { html, type Html } from './html.ts';

/** The width of a server, and the least height of one. */
const SERVER = 40;
const LEAST = 12;

/** The distances between the lines of two databases, between two uses of a server, and between two servers. */
const PITCH = 9;
const ROW = 6;
const GAP = 5;

/** The height of Redis, and the depth in it at which the lines begin. */
const HEAD = 13;
const SLOT = 6;

/**
 * The diagram of a deployment, small and without text: Redis above, the servers below, and a line in its colour from
 * each database to the servers that use it. Servers of one kind are one card, with a second one behind it.
 *
 * @returns the content of an SVG, and its size
 */
export function outline({ arch, servers, databases, uses, redis }: Deployment): {
  readonly content: Html;
  readonly width: number;
  readonly height: number;
} {
  const width = SERVER + 2 * GAP + databases.length * PITCH;
  const card = (kind: string, x: number, y: number, wide: number, high: number) =>
    html`<rect class="${kind}" x="${x}" y="${y}" width="${wide}" height="${high}" rx="3" />`;
  const cards = [
    redis.sentinel && card('card redis', 3, 3, width - 4, HEAD),
    card('card redis', 1, 1, width - 4, HEAD),
  ];
  const lines = new Map(databases.map(({ role }) => [role, { ends: '', bottom: HEAD }]));
  const x = (at: number) => SERVER + 2 * GAP + (at + 0.2) * PITCH;
  let y = HEAD + 2 * GAP;
  for (const { id, count } of servers) {
    // A separate server of Redis is the card above.
    if (id === 'redis') continue;
    const own = databases.flatMap(({ role }, at) =>
      uses.some(({ server, database }) => server === id && database === role) ? [{ role, at }] : [],
    );
    const height = Math.max(LEAST, (own.length + 1) * ROW);
    if (count > 1) cards.push(card('card', 3, y - 2, SERVER, height));
    cards.push(card('card', 1, y, SERVER, height));
    const first = y + (height - (own.length - 1) * ROW) / 2;
    for (const [row, { role, at }] of own.entries()) {
      const bottom = first + row * ROW;
      const ends = `${lines.get(role)?.ends ?? ''}M${SERVER + 1} ${bottom}H${x(at)}`;
      lines.set(role, { ends, bottom });
    }
    y += height + GAP + 2;
  }
  if (arch === 'runner') {
    cards.push(card('card outside', 1, y, SERVER, LEAST));
    y += LEAST + GAP + 2;
  }
  const wires = databases.map(({ role }, at) => {
    const { ends = '', bottom = HEAD } = lines.get(role) ?? {};
    return html`<path class="db-${role}" d="M${x(at)} ${SLOT}V${bottom}${ends}" />`;
  });
  return { content: html`${cards}${wires}`, width, height: y - GAP };
}

/** A deployment at a glance, as a drawing that screen readers skip; see {@link outline}. */
export function miniature(deployment: Deployment): Html {
  const { content, width, height } = outline(deployment);
  return html`<svg
    class="diagram miniature"
    viewBox="0 0 ${width} ${height}"
    width="${width}"
    height="${height}"
    aria-hidden="true"
  >
    ${content}
  </svg>`;
}
