import { create, type Font } from 'fontkitten';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Architecture } from '../model/architecture.ts';
import { plan } from '../model/deployment.ts';
import { html, Html } from '../view/html.ts';
import { PALETTE } from '../view/palette.ts';

/** What a social card shows. */
export interface Card {
  readonly site: string;
  readonly title: string;
  readonly description: string;
  /** Whose servers and databases are drawn. */
  readonly architecture: Architecture;
}

const WIDTH = 1200;
const HEIGHT = 630;
const MARGIN = 72;
/** The room that text has beside the drawing. */
const COLUMN = 660;

// The machine that builds may have no font at all, so the letters are drawn from a package's.
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

/** The characters of a text that the cards' font has no letter for. */
export function undrawable(text: string): string[] {
  return [...text].filter((character) => !BOLD.hasGlyphForCodePoint(character.codePointAt(0) ?? 0));
}

/** The width of a text, in units of the drawing. */
function width(text: string, { font, size }: Style): number {
  const units = font.glyphsForString(text).reduce((sum, glyph) => sum + glyph.advanceWidth, 0);
  return (units * size) / font.unitsPerEm;
}

/** How a text is set; sizes in units of the drawing. */
interface Style {
  readonly font: Font;
  readonly size: number;
  readonly colour: string;
}

/** A line of text as outlines, its baseline starting at a point. */
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

/** Breaks a text at its spaces, which those that must not break are not among. */
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

/** A text of at most so many lines: what is too long ends in an ellipsis. */
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

/** A title is as large as it can be in three lines. */
function fitted(title: string): { style: Style; set: string[] } {
  const sized = (size: number): Style => ({ font: BOLD, size, colour: '#23262f' });
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
  const about: Style = { font: REGULAR, size: 31, colour: '#555b6b' };
  const name: Style = { font: BOLD, size: 32, colour: '#a61550' };
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
    <rect width="${WIDTH}" height="${HEIGHT}" fill="#fff" />
    <rect width="16" height="${HEIGHT}" fill="#a61550" />
    ${text}${motif(architecture)}
  </svg>`.text;
}

const LEFT = MARGIN + COLUMN + 48;
const BOX = 92;
const PITCH = 46;

/** Servers, and the databases each is wired to: an architecture at a glance. */
function motif(architecture: Architecture): Html {
  const { servers, databases, uses } = plan(architecture);
  const wired = servers.flatMap((group) => {
    const own = databases.flatMap(({ role, number }, at) =>
      uses.some(({ server, database }) => server === group.id && database === role)
        ? [{ role, number, x: LEFT + BOX + 48 + at * PITCH }]
        : [],
    );
    return own.length === 0 ? [] : [{ group, own }];
  });
  const step = 118;
  const first = (HEIGHT - step * (wired.length - 1)) / 2;
  const bottom = first + step * (wired.length - 1) + 56;
  const columns = databases.map(({ role }, at) => {
    const x = LEFT + BOX + 48 + at * PITCH;
    const colour = PALETTE[role].light;
    return html`<path
      d="M${x} ${first - 56}V${bottom}"
      stroke="${colour}"
      stroke-width="3"
      opacity="0.3"
    />`;
  });
  return html`${columns}${wired.map(({ group, own }, at) => {
    const y = first + step * at;
    const box = (x: number, top: number) =>
      html`<rect
        x="${x}"
        y="${top}"
        width="${BOX}"
        height="68"
        rx="12"
        fill="#f5f6f8"
        stroke="#c3c8d3"
        stroke-width="3"
      />`;
    const count = `× ${group.count}`;
    const label: Style = { font: BOLD, size: 30, colour: '#23262f' };
    return html`${group.count > 1 && box(LEFT + 9, y - 43)}<path
        d="M${LEFT + BOX} ${y}H${own.at(-1)?.x ?? LEFT}"
        stroke="#c3c8d3"
        stroke-width="4"
      />${box(LEFT, y - 34)}${group.count > 1 && outlines(count, LEFT + (BOX - width(count, label)) / 2, y + 11, label)}${own.map(({ role, number, x }) => slot(role, number, x, y))}`;
  })}`;
}

function slot(role: keyof typeof PALETTE, number: number, x: number, y: number): Html {
  const digits: Style = { font: BOLD, size: 23, colour: '#fff' };
  const text = String(number);
  return html`<circle
      cx="${x}"
      cy="${y}"
      r="19"
      fill="${PALETTE[role].light}"
    />${outlines(text, x - width(text, digits) / 2, y + 8, digits)}`;
}
