import { create, type Font } from 'fontkitten';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Architecture } from '../model/architecture.ts';
import { plan } from '../model/deployment.ts';
import { html, Html } from '../view/html.ts';
import { outline } from '../view/miniature.ts';
import { LIGHT, PALETTE } from '../view/palette.ts';

/** The content of a social card. */
export interface Card {
  readonly site: string;
  readonly title: string;
  readonly description: string;
  /** The architecture that is drawn. */
  readonly architecture: Architecture;
}

const WIDTH = 1200;
const HEIGHT = 630;
const MARGIN = 72;
/** The width of the text, beside the drawing. */
const COLUMN = 660;

// Text is drawn as outlines of a package's font, because the building machine may have no fonts.
const require = createRequire(import.meta.url);
const BOLD = font(
  require.resolve('@fontsource/ibm-plex-sans/files/ibm-plex-sans-latin-700-normal.woff'),
);
const REGULAR = font(
  require.resolve('@fontsource/ibm-plex-sans/files/ibm-plex-sans-latin-400-normal.woff'),
);

function font(file: string): Font {
  const loaded = create(readFileSync(file));
  if (loaded.isCollection) throw new Error(`${file} has several fonts.`);
  return loaded;
}

/** The characters of a text that the cards' font lacks. */
export function undrawable(text: string): string[] {
  return [...text].filter((character) => !BOLD.hasGlyphForCodePoint(character.codePointAt(0) ?? 0));
}

/** The width of a text, in units of the drawing. */
function width(text: string, { font, size }: Style): number {
  const units = font.glyphsForString(text).reduce((sum, glyph) => sum + glyph.advanceWidth, 0);
  return (units * size) / font.unitsPerEm;
}

/** The style of a text; the size is in units of the drawing. */
interface Style {
  readonly font: Font;
  readonly size: number;
  readonly colour: string;
}

/** A line of text as outlines; (x, y) is the start of its baseline. */
function outlines(text: string, x: number, y: number, style: Style): Html {
  const scale = style.size / style.font.unitsPerEm;
  let at = 0;
  const glyphs = style.font.glyphsForString(text).map((glyph) => {
    const path = html`<path transform="translate(${at} 0)" d="${glyph.path.toSVG()}" />`;
    at += glyph.advanceWidth;
    return path;
  });
  return html`<g transform="translate(${x} ${y}) scale(${scale} ${-scale})" fill="${style.colour}"
    >${glyphs}</g
  >`;
}

/** Breaks a text into lines at its spaces, except at no-break spaces. */
function lines(text: string, style: Style, most: number): string[] {
  const broken: string[] = [];
  for (const word of text.split(/[ \n]+/)) {
    const last = broken.at(-1);
    if (last !== undefined && width(`${last} ${word}`, style) <= most) {
      broken[broken.length - 1] = `${last} ${word}`;
    } else broken.push(word);
  }
  return broken;
}

/** The first lines of a text. A text with more than `most` lines ends in an ellipsis. */
function clipped(text: string, style: Style, most: number): string[] {
  const all = lines(text, style, COLUMN);
  const kept = all.slice(0, most);
  if (all.length > most) {
    let last = kept[most - 1] ?? '';
    while (width(`${last}…`, style) > COLUMN) last = last.replace(/ ?[^ ]+$/, '');
    kept[most - 1] = `${last.replace(/[ ,;:.]+$/u, '')}…`;
  }
  return kept;
}

/** A title in the largest size that fits into three lines. */
function fitted(title: string): { style: Style; set: string[] } {
  const sized = (size: number): Style => ({ font: BOLD, size, colour: LIGHT.ink });
  for (const size of [84, 72, 62, 54, 46]) {
    const style = sized(size);
    const set = lines(title, style, COLUMN);
    const widest = Math.max(...set.map((line) => width(line, style)));
    if (set.length <= 3 && widest <= COLUMN) return { style, set };
  }
  const smallest = sized(46);
  return { style: smallest, set: clipped(title, smallest, 3) };
}

/** A page's social card as SVG, in the colours of the light theme. */
export function card({ site, title, description, architecture }: Card): string {
  const { style, set } = fitted(title);
  const about: Style = { font: REGULAR, size: 31, colour: LIGHT.muted };
  const name: Style = { font: BOLD, size: 32, colour: LIGHT['sl-color-accent'] };
  const leading = style.size * 1.15;
  const top = 210 + style.size / 2;
  const below = top + (set.length - 1) * leading + 68;
  const room = Math.floor((HEIGHT - 60 - below) / 42) + 1;
  const text = html`${outlines(site, MARGIN, 112, name)}${set.map((line, at) => outlines(line, MARGIN, top + at * leading, style))}${clipped(description, about, Math.min(room, 4)).map((line, at) => outlines(line, MARGIN, below + at * 42, about))}`;
  return html`<svg
    xmlns="http://www.w3.org/2000/svg"
    viewBox="0 0 ${WIDTH} ${HEIGHT}"
    width="${WIDTH}"
    height="${HEIGHT}"
  >
    <style>
      ${new Html(DRAWING)}
    </style>
    <rect width="${WIDTH}" height="${HEIGHT}" fill="${LIGHT.card}" />
    <rect width="16" height="${HEIGHT}" fill="${LIGHT['sl-color-accent']}" />
    ${text}${drawing(architecture)}
  </svg>`.text;
}

const LEFT = MARGIN + COLUMN + 48;

/** The style of the architecture's drawing. */
const DRAWING = `.card{fill:${LIGHT.soft};stroke:${LIGHT['card-line']}}.outside{fill:none;stroke-dasharray:3}path[class]{fill:none;stroke-width:2;stroke-linecap:round}${Object.entries(
  PALETTE,
)
  .map(([role, { light }]) => `.db-${role}{stroke:${light}}`)
  .join('')}`;

/** The drawing of the architecture, as large as fits beside the text. */
function drawing(architecture: Architecture): Html {
  const { content, width, height } = outline(plan(architecture));
  const scale = Math.min((WIDTH - LEFT - 30) / width, (HEIGHT - 2 * MARGIN) / height);
  const y = (HEIGHT - height * scale) / 2;
  return html`<g transform="translate(${LEFT} ${y}) scale(${scale})">${content}</g>`;
}
