import type { AstroIntegration } from 'astro';
import { createHash } from 'node:crypto';
import { glob, readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parse, type HTMLElement } from 'node-html-parser';

const charset = '<meta charset="utf-8"/>';

/** Types of `<script>` that browsers keep as data and never run. */
const dataTypes = new Set(['application/json', 'application/ld+json']);

/**
 * Gives every built page a Content-Security-Policy of its own.
 *
 * Astro's `security.csp` does not hash scripts marked `is:inline`, of which Starlight has several,
 * and it would put the hashes of all pages in each. A `<meta>` works on every static host.
 */
export function contentSecurityPolicy(): AstroIntegration {
  return {
    name: 'content-security-policy',
    hooks: {
      'astro:build:done': async ({ dir }) => {
        const root = fileURLToPath(dir);
        for await (const file of glob('**/*.html', { cwd: root })) {
          await writeFile(root + file, withPolicy(await readFile(root + file, 'utf8'), file));
        }
      },
    },
  };
}

/**
 * Puts a page's policy in it, before anything that the policy has a say in.
 *
 * @param html the built page
 * @param file its name, for error messages
 */
export function withPolicy(html: string, file: string): string {
  const at = html.search(/<meta charset="utf-8"\s*\/?>/i);
  if (at < 0) throw new Error(`${file}: no ${charset} to put the policy after`);
  const end = html.indexOf('>', at) + 1;
  const content = policy(html, file).replaceAll('"', '&quot;');
  const meta = `<meta http-equiv="Content-Security-Policy" content="${content}">`;
  return html.slice(0, end) + meta + html.slice(end);
}

function policy(html: string, file: string): string {
  const page = parse(html, { blockTextElements: { script: true, style: true } });
  const scripts = page
    .querySelectorAll('script:not([src])')
    .filter((script) => !dataTypes.has(script.getAttribute('type') ?? ''));
  const hashes = (elements: HTMLElement[]) => [
    ...new Set(elements.map((element) => hash(element, html, file))),
  ];
  const directives = {
    'default-src': ["'none'"],
    'base-uri': ["'none'"],
    'form-action': ["'none'"],
    // Pagefind fetches its index, and runs it as WebAssembly in a worker.
    'connect-src': ["'self'"],
    'worker-src': ["'self'"],
    'script-src': ["'self'", "'wasm-unsafe-eval'", ...hashes(scripts)],
    // What Astro writes into a page is in its one file (`oneStylesheet.ts`).
    'style-src': ["'self'"],
    // Starlight sizes its icons and selects by `style` attributes, which no hash can allow.
    'style-src-attr': ["'unsafe-inline'"],
    // The masks in Starlight's style sheets are data addresses.
    'img-src': ["'self'", 'data:'],
    // No text becomes markup but by way of `trusted.ts`, or the search box's own rules.
    'require-trusted-types-for': ["'script'"],
    'trusted-types': ['site', 'default'],
  };
  return Object.entries(directives)
    .map(([name, values]) => [name, ...values].join(' '))
    .join('; ');
}

function hash(element: HTMLElement, html: string, file: string): string {
  const text = element.rawText;
  // A hash of anything but the exact source would block the page's script, without a word here.
  if (!html.slice(...element.range).endsWith(`>${text}</${element.rawTagName}>`)) {
    throw new Error(`${file}: cannot tell the exact text of ${element.toString().slice(0, 80)}`);
  }
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}
