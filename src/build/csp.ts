import { createHash } from 'node:crypto';
import type { BuiltFile } from './builtPages.ts';

/** Types of `<script>` that browsers treat as data and do not run. */
const DATA_TYPES = new Set(['application/json', 'application/ld+json']);

/**
 * Adds a Content-Security-Policy to a page, before all elements that the policy covers.
 *
 * Astro's `security.csp` does not hash scripts marked `is:inline`, of which Starlight has several, and it would put
 * the hashes of all pages into each page. A `<meta>` works on every static host.
 *
 * @returns the page's HTML
 * @throws if the page has no `<meta charset>`, or an inline script whose exact text cannot be determined
 */
export function withPolicy({ file, html, document }: BuiltFile): string {
  const charset = /<meta charset="utf-8"\s*\/?>/i.exec(html);
  if (!charset) throw new Error(`${file}: no <meta charset="utf-8"> to put the policy after`);
  const scripts = document
    .querySelectorAll('script:not([src])')
    .filter((script) => !DATA_TYPES.has(script.getAttribute('type') ?? ''))
    .map(({ rawText }) => rawText);
  // The hash of a different text would block the script, and only the browser would report it.
  const unknown = scripts.find((text) => !html.includes(`>${text}</script>`));
  if (unknown !== undefined)
    throw new Error(`${file}: cannot tell the exact text of ${unknown.slice(0, 80)}`);
  const end = charset.index + charset[0].length;
  const content = policy(new Set(scripts.map(hash))).replaceAll('"', '&quot;');
  const meta = `<meta http-equiv="Content-Security-Policy" content="${content}">`;
  return html.slice(0, end) + meta + html.slice(end);
}

function policy(hashes: ReadonlySet<string>): string {
  const directives = {
    'default-src': ["'none'"],
    'base-uri': ["'none'"],
    'form-action': ["'none'"],
    // Pagefind fetches its index, and runs it as WebAssembly in a worker.
    'connect-src': ["'self'"],
    'worker-src': ["'self'"],
    'script-src': ["'self'", "'wasm-unsafe-eval'", ...hashes],
    // `inlineStylesheets: 'never'` keeps `<style>` out of the pages.
    'style-src': ["'self'"],
    // Starlight sizes its icons and selects by `style` attributes, which no hash can allow.
    'style-src-attr': ["'unsafe-inline'"],
    // The masks in Starlight's style sheets are data addresses.
    'img-src': ["'self'", 'data:'],
    // Text becomes markup only through `trusted.ts` and the search box's own policy.
    'require-trusted-types-for': ["'script'"],
    'trusted-types': ['site', 'default'],
  };
  return Object.entries(directives)
    .map(([name, values]) => [name, ...values].join(' '))
    .join('; ');
}

function hash(script: string): string {
  return `'sha256-${createHash('sha256').update(script).digest('base64')}'`;
}
