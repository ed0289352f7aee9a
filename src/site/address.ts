/** The site's address without its path: SITE_ORIGIN, or that of the published site. */
export const ORIGIN = process.env['SITE_ORIGIN'] || 'https://esupportail.github.io';

/** The site's path: SITE_BASE. GitHub Pages sets it to an empty text for the root of a domain. */
export const BASE = (process.env['SITE_BASE'] ?? '/redis-pod') || '/';
