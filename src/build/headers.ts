/** Headers for every response. The rest of a page's policy is in its `<meta>`. */
const EVERYWHERE = {
  'Content-Security-Policy': "frame-ancestors 'none'",
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Permissions-Policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
} as const;

/** Astro's folder of files with a hash of their content in the name. */
const HASHED = '_astro/';

/** Header that lets caches keep those files for a year. */
const FOREVER = { 'Cache-Control': 'public, max-age=31536000, immutable' } as const;

/** A line for each header. */
function headerLines(
  headers: Readonly<Record<string, string>>,
  line: (name: string, value: string) => string,
): string {
  return Object.entries(headers)
    .map(([name, value]) => line(name, value))
    .join('\n');
}

/**
 * `_headers`, as Netlify and Cloudflare Pages read it: every block whose path matches applies.
 *
 * @param base the site's base path, with a slash at its end
 */
export function netlifyHeaders(base: string): string {
  const line = (name: string, value: string) => `  ${name}: ${value}`;
  return `${base}*
${headerLines(EVERYWHERE, line)}

${base}${HASHED}*
${headerLines(FOREVER, line)}
`;
}

/**
 * `.htaccess`, as Apache reads it in the site's folder with `AllowOverride FileInfo Indexes`.
 *
 * @param base the site's base path, with a slash at its end
 */
export function apacheHeaders(base: string): string {
  const set = (indent: string) => (name: string, value: string) =>
    `${indent}Header always set ${name} "${value}"`;
  return `ErrorDocument 404 ${base}404.html
<IfModule mod_headers.c>
${headerLines(EVERYWHERE, set('  '))}
  <If "%{REQUEST_URI} =~ m#^${`${base}${HASHED}`.replaceAll('.', '\\.')}#">
${headerLines(FOREVER, set('    '))}
  </If>
</IfModule>
`;
}

/**
 * A `location` of nginx that serves the site with its headers. The inner location repeats all
 * headers: in nginx, a location that sets a header inherits none.
 *
 * @param base the site's base path, with a slash at its end
 * @param root the folder in which nginx looks for that path
 */
export function nginxLocation(base: string, root: string): string {
  const add = (indent: string) => (name: string, value: string) =>
    `${indent}add_header ${name} "${value}" always;`;
  return `location ${base} {
  root ${root};
  index index.html;
  try_files $uri $uri/ =404;
  error_page 404 ${base}404.html;
${headerLines(EVERYWHERE, add('  '))}
  location ^~ ${base}${HASHED} {
${headerLines({ ...EVERYWHERE, ...FOREVER }, add('    '))}
  }
}
`;
}
