/** The address that the site is published at, without its path; SITE_ORIGIN where it is said. */
export const ORIGIN = process.env['SITE_ORIGIN'] || 'https://esupportail.github.io';

/** The path that it is published under. An empty SITE_BASE is what GitHub Pages says for the root of a domain. */
export const BASE = (process.env['SITE_BASE'] ?? '/redis-pod') || '/';
