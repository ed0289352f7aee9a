import type { AstroIntegration } from 'astro';
import { createHash } from 'node:crypto';
import { glob, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse, type HTMLElement } from 'node-html-parser';

/** What is larger is only in the stylesheet of the pages that need any of it; in characters. */
const LARGE = 4000;

/**
 * Selectors of Starlight's that have a browser work out the style of most of a page anew whenever
 * an element comes or goes anywhere in it, and what selects the same for less. With them, a line of
 * a file that is replaced took Chromium 2.7 ms, without 1.0; a server's section 7.6, without 0.8.
 */
const LIGHTER: readonly (readonly [costly: RegExp, light: string])[] = [
  // Whatever follows something: a browser looks into all that follows.
  [/(\.sl-container[^\s{},>]*)\s*>\s*\*\s*\+\s*\*/g, '$1>:where(:not(:first-child))'],
  // Whatever comes may be what the body has. `Head.astro` sets the attribute.
  [/body:has\(#starlight__sidebar:popover-open\)/g, ':root[data-menu-open] body'],
];

/** A rule for the light theme: its selectors, and the rest. */
const OF_LIGHT = /([^{};]*\[data-theme=["']?light["']?\][^{};]*)(\{[^{}]*\})/g;

/** A built page, and where its styles are in it. */
interface Page {
  readonly html: string;
  readonly places: readonly (readonly [from: number, to: number])[];
  /** What they say, in their order. */
  readonly styles: readonly string[];
}

/**
 * Gives every built page one stylesheet, in the place of those that Astro makes of its components
 * and of the styles that it writes into the page: a browser waits for one file, and the policy
 * allows no style in the page. Nearly all pages share two: with the form, the drawing or
 * the checker, and without.
 *
 * @param base the site's base path
 */
export function oneStylesheet(base: string): AstroIntegration {
  return {
    name: 'one-stylesheet',
    hooks: {
      'astro:build:done': async ({ dir }) => {
        const root = fileURLToPath(dir);
        const prefix = `${base.replace(/\/?$/, '/')}_astro/`;
        const files = new Map<string, string>();
        for await (const file of glob('_astro/*.css', { cwd: root }))
          files.set(
            file.replace(/^_astro./, ''),
            adapted(await readFile(join(root, file), 'utf8')),
          );
        const pages = new Map<string, Page>();
        for await (const file of glob('**/*.html', { cwd: root }))
          pages.set(file, readPage(await readFile(join(root, file), 'utf8'), prefix, files));

        const sheets = sheetsFor([...pages.values()].map(({ styles }) => styles));
        const written = new Map<string, string>();
        for (const [file, page] of pages) {
          const css = sheets(page.styles);
          if (css === '') continue;
          const digest = createHash('sha256').update(css).digest('hex').slice(0, 8);
          const name = `style.${digest}.css`;
          written.set(name, css);
          await writeFile(join(root, file), restyled(page, prefix + name));
        }
        for (const [name, css] of written) await writeFile(join(root, '_astro', name), css);
        await removeUnused(root, [...files.keys()]);
      },
    },
  };
}

/** Finds what a page is styled by, on a screen and on paper. */
function readPage(html: string, prefix: string, files: ReadonlyMap<string, string>): Page {
  const elements = parse(html, {
    blockTextElements: { script: true, style: true },
  }).querySelectorAll('link[rel=stylesheet], style');
  const styleOf = (element: HTMLElement) => {
    if (element.rawTagName === 'style') return adapted(element.rawText.trim());
    const address = element.getAttribute('href') ?? '';
    const text = address.startsWith(prefix) && files.get(address.slice(prefix.length));
    if (!text) throw new Error(`There is no stylesheet ${address}.`);
    return text.trim();
  };
  const within = (media: string | undefined, style: string) =>
    media === undefined ? style : `@media ${media}{${style}}`;
  return {
    html,
    places: elements.map(({ range }) => [range[0], range[1]]),
    styles: elements.map((element) => within(element.getAttribute('media'), styleOf(element))),
  };
}

/**
 * Replaces selectors that cost a browser much.
 *
 * @param css a stylesheet, as Astro writes it
 * @returns one that styles the same elements
 */
export function lighter(css: string): string {
  return LIGHTER.reduce((text, [costly, light]) => text.replace(costly, light), css);
}

/**
 * Gives readers without JavaScript the light theme if their system prefers it: Starlight's pages
 * are dark until its script has run (https://github.com/withastro/starlight/pull/1473).
 *
 * @param css a stylesheet, as Astro writes it
 * @returns one in which each rule for the light theme is followed by the same for those readers
 */
export function lightUnscripted(css: string): string {
  return css.replace(OF_LIGHT, (rule, selectors: string, declarations: string) => {
    const same = selectors
      .split(',')
      .filter((selector) => /data-theme=["']?light/.test(selector))
      .map((selector) => selector.replace(/=["']?light["']?/, ''));
    const those = '(scripting:none) and (prefers-color-scheme:light)';
    return `${rule}@media ${those}{${same.join(',')}${declarations}}`;
  });
}

/** What a stylesheet of Astro's becomes before it is joined with others. */
function adapted(css: string): string {
  return lightUnscripted(lighter(css));
}

function restyled({ html, places }: Page, address: string): string {
  let end = 0;
  const pieces = places.map(([from, to], at) => {
    const before = html.slice(end, from);
    end = to;
    return at === 0 ? `${before}<link rel="stylesheet" href="${address}">` : before;
  });
  return [...pieces, html.slice(end)].join('');
}

/**
 * Decides which styles go together.
 *
 * @param pages the styles of each page, in their order
 * @returns the stylesheet for a page's styles; it may have others too, which concern other pages'
 *   elements
 */
export function sheetsFor(
  pages: readonly (readonly string[])[],
): (styles: readonly string[]) => string {
  const users = new Map<string, (readonly string[])[]>();
  for (const styles of pages)
    for (const style of styles) {
      const known = users.get(style);
      if (known) known.push(styles);
      else users.set(style, [styles]);
    }
  // Astro's own order differs from page to page: no more of it counts than that what all share is first.
  const order = [...users];
  const large = new Set(
    order
      .filter(([style, own]) => style.length > LARGE && own.length < pages.length / 2)
      .map(([style]) => style),
  );
  const needsLarge = (styles: readonly string[]) => styles.some((style) => large.has(style));
  // What only pages with a large one have is left to those, too.
  const lean = order.filter(([, own]) => !own.every(needsLarge)).map(([style]) => style);
  const made = new Map<string, Map<boolean, string>>();
  return (styles) => {
    const [first] = styles;
    if (first === undefined) return '';
    const all = needsLarge(styles);
    const sheets = made.get(first) ?? new Map<boolean, string>();
    made.set(first, sheets);
    let sheet = sheets.get(all);
    if (sheet === undefined) {
      const shared = new Set(users.get(first)?.flat());
      const some = all ? [...users.keys()] : lean;
      sheet = `${some.filter((style) => shared.has(style)).join('\n')}\n`;
      sheets.set(all, sheet);
    }
    return sheet;
  };
}

/** Removes the stylesheets that no page and no script asks for any more. */
async function removeUnused(root: string, names: readonly string[]): Promise<void> {
  const unused = new Set(names);
  for await (const file of glob('{**/*.html,_astro/*.js}', { cwd: root })) {
    const text = await readFile(join(root, file), 'utf8');
    for (const name of unused) if (text.includes(name)) unused.delete(name);
  }
  for (const name of unused) await rm(join(root, '_astro', name));
}
