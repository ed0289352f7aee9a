import type { Deployment } from '../model/deployment.ts';
import { html, type Html } from './html.ts';

const PITCH = 20;
const ROW = 18;
const LEFT = 62;

/** Draws a short text, centred at a point; `kind` is its class. */
type Lettering = (text: string, kind: 'title' | 'number', x: number, y: number) => Html;

const asText: Lettering = (text, kind, x, y) =>
  html`<text class="${kind}" x="${x}" y="${y}">${text}</text>`;

/**
 * The servers of a deployment, and the databases each is wired to.
 *
 * @param letter how texts are drawn; as `<text>` by default
 * @returns the content of an SVG, and its size
 */
export function wiring(
  { servers, databases, uses }: Deployment,
  letter = asText,
): { readonly content: readonly Html[]; readonly width: number; readonly height: number } {
  let y = 2;
  const content = servers.flatMap((group) => {
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
    const behind =
      group.count > 1 &&
      html`<rect
        class="card behind"
        x="5"
        y="${top - 2}"
        width="${LEFT - 2}"
        height="${height}"
        rx="4"
      />`;
    const count = group.count > 1 ? `× ${group.count}` : '';
    const slots = own.map(
      ({ role, number, x }) =>
        html`<g class="slot db-${role}"
          ><circle
            cx="${x}"
            cy="${middle}"
            r="8"
          />${letter(String(number), 'number', x, middle + 4)}</g
        >`,
    );
    return html`${behind}<rect
        class="card"
        x="1"
        y="${top}"
        width="${LEFT - 2}"
        height="${height}"
        rx="4"
      />${letter(count, 'title', LEFT / 2, middle + 4)}<path
        class="mini-line"
        d="M${LEFT} ${middle}H${own.at(-1)?.x ?? LEFT}"
      />${slots}`;
  });
  return { content, width: LEFT + 24 + databases.length * PITCH, height: y };
}

/** A deployment at a glance, as a drawing that screen readers skip. */
export function miniature(deployment: Deployment): Html {
  const { content, width, height } = wiring(deployment);
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
