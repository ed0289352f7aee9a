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
