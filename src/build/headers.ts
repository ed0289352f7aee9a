import type { AstroIntegration } from 'astro';
import { writeFile } from 'node:fs/promises';

/** What every answer says that a page itself cannot: its own policy is in its `<meta>`. */
const EVERYWHERE = {
  'Content-Security-Policy': "frame-ancestors 'none'",
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Permissions-Policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
} as const;

/** What some files say besides, by their place in the site: a folder ends with `/`. */
const CACHED = {
  // Their names change with their content.
  '_astro/': 'public, max-age=31536000, immutable',
  // An old one would keep readers on an old version of the site.
  'sw.js': 'no-cache',
} as const;

type Headers = Readonly<Record<string, string>>;

const withCache = (value: string): Headers => ({ ...EVERYWHERE, 'Cache-Control': value });

/** `_headers`, as Netlify and Cloudflare Pages read it; all that fit a path are sent together. */
export function netlifyHeaders(base: string): string {
  const block = (path: string, headers: Headers) =>
    [path, ...Object.entries(headers).map(([name, value]) => `  ${name}: ${value}`)].join('\n');
  return `${[
    block(`${base}*`, EVERYWHERE),
    ...Object.entries(CACHED).map(([path, value]) =>
      block(`${base}${path}${path.endsWith('/') ? '*' : ''}`, { 'Cache-Control': value }),
    ),
  ].join('\n\n')}\n`;
}

/** `.htaccess`, as Apache reads it in the site's folder with `AllowOverride FileInfo Indexes`. */
export function apacheHeaders(base: string): string {
  const set = (name: string, value: string) => `Header always set ${name} "${value}"`;
  const cached = Object.entries(CACHED).map(([path, value]) => {
    const pattern = `${base}${path}`.replaceAll('.', '\\.');
    return `  <If "%{REQUEST_URI} =~ m#^${pattern}${path.endsWith('/') ? '' : '$'}#">
    ${set('Cache-Control', value)}
  </If>`;
  });
  return `ErrorDocument 404 ${base}404.html
<IfModule mod_headers.c>
${Object.entries(EVERYWHERE)
  .map(([name, value]) => `  ${set(name, value)}`)
  .join('\n')}
${cached.join('\n')}
</IfModule>
`;
}

/**
 * A `location` of nginx that serves the site with its headers. Each place says all of them, since
 * one that says any has none of those around it.
 *
 * @param root the folder that the path `base` is looked for in
 */
export function nginxLocation(base: string, root: string): string {
  const add = (headers: Headers, indent: string) =>
    Object.entries(headers)
      .map(([name, value]) => `${indent}add_header ${name} "${value}" always;`)
      .join('\n');
  const inner = Object.entries(CACHED).map(
    ([path, value]) => `  location ${path.endsWith('/') ? '^~' : '='} ${base}${path} {
${add(withCache(value), '    ')}
  }`,
  );
  return `location ${base} {
  root ${root};
  index index.html;
  try_files $uri $uri/ =404;
  error_page 404 ${base}404.html;
${add(EVERYWHERE, '  ')}
${inner.join('\n')}
}
`;
}

/** Writes into the built site what hosts that look there take headers from. */
export function headerFiles(): AstroIntegration {
  let base = '/';
  return {
    name: 'header-files',
    hooks: {
      'astro:config:done': ({ config }) => {
        base = config.base.replace(/\/?$/, '/');
      },
      'astro:build:done': async ({ dir }) => {
        await writeFile(new URL('_headers', dir), netlifyHeaders(base));
        await writeFile(new URL('.htaccess', dir), apacheHeaders(base));
      },
    },
  };
}
