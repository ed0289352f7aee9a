import { html, Html } from './html.ts';
import { PALETTE } from './palette.ts';

/** The style of a diagram that is an SVG file, in the light theme's colours. */
const STYLE = `text{font:13px system-ui,sans-serif;fill:#23262f}.title{font-weight:600}.setting{font-family:ui-monospace,monospace}.usage,.name{fill:#555b6b}.card{fill:#fff;stroke:#b9bfcc}.redis{fill:#f6f7f9}.bus,.line{fill:none;stroke-width:2}.halo{fill:none;stroke:#fff;stroke-width:6}.number{fill:#fff!important;font-weight:700;text-anchor:middle}.todo{fill:#9a3412}${Object.entries(
  PALETTE,
)
  .map(
    ([role, { light }]) =>
      `.db-${role} .bus,.db-${role} .line{stroke:${light}}.db-${role} rect,.db-${role} circle,.db-${role} path:not(.bus,.line,.halo){fill:${light}}`,
  )
  .join('')}`;

/**
 * A diagram as an SVG file: with its own style, on white.
 *
 * @param svg the markup of a diagram of this site
 * @param title the title that screen readers announce
 */
export function standalone(svg: string, title: string): string {
  const open = /^<svg[^>]*>/.exec(svg)?.[0] ?? '';
  const head = html`<title>${title}</title
    ><style>
      ${new Html(STYLE)}</style
    ><rect width="100%" height="100%" fill="#fff" />`;
  return open.replace('aria-hidden="true"', 'role="img"') + head.text + svg.slice(open.length);
}
