import { html, type Html } from './html.ts';

/** A series of a plot: points that a straight line fits. */
export interface Series {
  readonly name: string;
  /** Pairs of numbers, each from zero on. */
  readonly points: readonly (readonly [x: number, y: number])[];
}

/** The texts of a plot, and how its numbers are written. */
export interface PlotTexts {
  readonly title: string;
  /** The plot in words, for those who do not see it. */
  readonly description: string;
  /** The names of the axes, with their units. */
  readonly x: string;
  readonly y: string;
  readonly number: (value: number) => string;
}

const WIDTH = 340;
const HEIGHT = 210;
const LEFT = 44;
const RIGHT = 26;
const TOP = 24;
const BOTTOM = 40;

/** The step of an axis, 1, 2 or 5 times a power of ten, so that it has four or five marks. */
export function stepOf(most: number): number {
  const power = 10 ** Math.floor(Math.log10(most / 4));
  return power * ([1, 2, 5].find((times) => most / (power * times) <= 5) ?? 10);
}

/** The marks of an axis from zero on; the last is not below `most`. */
function marksOf(most: number): number[] {
  const step = stepOf(most);
  return Array.from({ length: Math.ceil(most / step) + 1 }, (_, at) => at * step);
}

/** The shapes of the points of each series: a reader need not tell colours apart. */
const SHAPES: readonly ((x: number, y: number) => Html)[] = [
  (x, y) => html`<circle cx="${x}" cy="${y}" r="4" />`,
  (x, y) => html`<path d="M${x - 4} ${y - 4}h8v8h-8z" />`,
  (x, y) => html`<path d="M${x} ${y - 5}l5 9h-10z" />`,
  (x, y) => html`<path d="M${x} ${y - 5}l5 5-5 5-5-5z" />`,
];

const shape = (at: number, x: number, y: number): Html | undefined =>
  SHAPES[at % SHAPES.length]?.(x, y);

const rounded = (value: number) => Math.round(value * 10) / 10;

/**
 * Draws series of points, each with the line from the origin to its last point, and their names below.
 *
 * @param id the beginning of the ids of its title and description, unique on the page
 */
export function plotHtml(series: readonly Series[], id: string, texts: PlotTexts): Html {
  const all = series.flatMap(({ points }) => points);
  const xs = marksOf(Math.max(...all.map(([x]) => x)));
  const ys = marksOf(Math.max(...all.map(([, y]) => y)));
  const scale = (from: number, to: number, marks: readonly number[]) => (value: number) =>
    rounded(from + ((to - from) * value) / (marks.at(-1) ?? 1));
  const x = scale(LEFT, WIDTH - RIGHT, xs);
  const y = scale(HEIGHT - BOTTOM, TOP, ys);
  const rows = ys.map(
    (mark) =>
      html`<path class="grid" d="M${LEFT} ${y(mark)}H${WIDTH - RIGHT}" /><text
          class="y"
          x="${LEFT - 6}"
          y="${y(mark) + 4}"
          >${texts.number(mark)}</text
        >`,
  );
  const columns = xs.map(
    (mark) =>
      html`<text class="x" x="${x(mark)}" y="${HEIGHT - BOTTOM + 16}">${texts.number(mark)}</text>`,
  );
  const drawn = series.map(({ points }, at) => {
    const [lastX = 0, lastY = 0] = points.at(-1) ?? [];
    return html`<g class="series s${at}"
      ><path class="line" d="M${x(0)} ${y(0)}L${x(lastX)} ${y(lastY)}" />${points.map(([px, py]) =>
        shape(at, x(px), y(py)),
      )}</g
    >`;
  });
  const legend = series.map(
    ({ name }, at) =>
      html`<li>
        <svg class="series s${at}" viewBox="0 0 12 12" aria-hidden="true">${shape(at, 6, 6)}</svg>
        ${name}
      </li>`,
  );
  return html`<div class="plot not-content">
    <svg
      viewBox="0 0 ${WIDTH} ${HEIGHT}"
      role="img"
      aria-labelledby="${id}-title"
      aria-describedby="${id}-description"
    >
      <title id="${id}-title">${texts.title}</title>
      <desc id="${id}-description">${texts.description}</desc>
      ${rows}
      <text class="name" x="4" y="12">${texts.y}</text>
      ${columns}
      <text class="name x" x="${(LEFT + WIDTH - RIGHT) / 2}" y="${HEIGHT - 6}">${texts.x}</text>
      ${drawn}
    </svg>
    ${
      series.length > 1 &&
      html`<ul>
        ${legend}
      </ul>`
    }
  </div>`;
}
