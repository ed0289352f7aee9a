import type { Deployment } from '../model/deployment.ts';
import { html, type Html } from './html.ts';

const PITCH = 20;
const ROW = 18;
const LEFT = 62;

/** A deployment at a glance: its servers, and the databases that each is wired to. A decoration. */
export function miniature({ servers, databases, uses }: Deployment): Html {
  let y = 2;
  const groups = servers.flatMap((group) => {
    const own = databases.flatMap(({ role, number }, at) =>
      uses.some(({ server, database }) => server === group.id && database === role)
        ? [{ role, number, x: LEFT + 24 + at * PITCH }]
        : [],
    );
    if (own.length === 0) return [];
    const top = y;
    const height = ROW + 8;
    y += height + 8;
    const middle = top + height / 2;
    return html`${group.count > 1 && html`<rect class="card behind" x="5" y="${top - 2}" width="${LEFT - 2}" height="${height}" rx="4" />`}<rect
        class="card"
        x="1"
        y="${top}"
        width="${LEFT - 2}"
        height="${height}"
        rx="4"
      /><text class="title" x="${LEFT / 2}" y="${middle + 4}"
        >${group.count > 1 ? `× ${group.count}` : ''}</text
      ><path
        class="mini-line"
        d="M${LEFT} ${middle}H${own.at(-1)?.x ?? LEFT}"
      />${own.map(({ role, number, x }) => html`<g class="slot db-${role}"><circle cx="${x}" cy="${middle}" r="8" /><text class="number" x="${x}" y="${middle + 4}">${number}</text></g>`)}`;
  });
  const width = LEFT + 24 + databases.length * PITCH;
  return html`<svg
    class="diagram miniature"
    viewBox="0 0 ${width} ${y}"
    width="${width}"
    height="${y}"
    aria-hidden="true"
  >
    ${groups}
  </svg>`;
}
