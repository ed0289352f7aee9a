import type { DatabaseRole } from '../pod/databases.ts';

/**
 * The colour of each database on all pages and in all drawings. Digits on it are white in the light
 * theme and near-black in the dark one, with a contrast of at least 4.5 to 1.
 */
export const PALETTE: Readonly<Record<DatabaseRole, { light: string; dark: string }>> = {
  select2: { light: '#7a4fc4', dark: '#bfa2f2' },
  default: { light: '#1767b0', dark: '#7fbcf5' },
  sessions: { light: '#14795a', dark: '#67cfa8' },
  encoding: { light: '#b43a17', dark: '#f79a78' },
  xapi: { light: '#8a6200', dark: '#e6bd55' },
};

/** Colours of the light theme, by their names in `site.css`, for drawings outside of a page. */
export const LIGHT = {
  card: '#fff',
  'card-line': '#c3c8d3',
  soft: '#f5f6f8',
  muted: '#555b6b',
  ink: '#23262f',
  warn: '#8a4b00',
  'sl-color-accent': '#a61550',
} as const;
