import { html, Html } from './html.ts';
import { LIGHT, PALETTE } from './palette.ts';

/** The style of a drawing in a file: the light theme, as on paper. */
const STYLE = `text{font:13px system-ui,sans-serif;fill:${LIGHT.ink}}.title{font-weight:600}.setting{font-family:ui-monospace,monospace}.usage,.name{fill:${LIGHT.muted}}.card{fill:${LIGHT.card};stroke:${LIGHT['card-line']}}.redis{fill:${LIGHT.soft}}.bus,.line{fill:none;stroke-width:2}.halo{fill:none;stroke:${LIGHT.card};stroke-width:6}.number{fill:${LIGHT.card}!important;font-weight:700;text-anchor:middle}.todo{fill:${LIGHT.warn}}${Object.entries(
  PALETTE,
)
  .map(
    ([role, { light }]) =>
      `.db-${role} .bus,.db-${role} .line{stroke:${light}}.db-${role} rect,.db-${role} circle,.db-${role} path:not(.bus,.line,.halo){fill:${light}}`,
  )
  .join('')}`;

/**
 * A diagram as a file: with its own style, on white.
 *
 * @param svg the markup of a diagram of this site
 * @param title what the drawing shows, for readers who do not see it
 */
export function standalone(svg: string, title: string): string {
  const open = /^<svg[^>]*>/.exec(svg)?.[0] ?? '';
  const head = html`<title>${title}</title
    ><style>
      ${new Html(STYLE)}</style
    ><rect width="100%" height="100%" fill="${LIGHT.card}" />`;
  return open.replace('aria-hidden="true"', 'role="img"') + head.text + svg.slice(open.length);
}
