/** The uses that Pod has for Redis; each has a separate logical database. */
export const DATABASE_ROLES = ['select2', 'default', 'sessions', 'encoding', 'xapi'] as const;

/** See {@link DATABASE_ROLES}. */
export type DatabaseRole = (typeof DATABASE_ROLES)[number];

/**
 * The database number of each use in Pod's guide and code (pod/settings.py:371-399).
 * Pod's Docker test file has 7 and 1 for two of them; the site uses the guide's numbers.
 */
export const GUIDE_NUMBERS: Readonly<Record<DatabaseRole, number>> = {
  select2: 2,
  default: 3,
  sessions: 4,
  encoding: 5,
  xapi: 6,
};

/** The highest database number of a Redis server with its default `databases 16`. */
export const LAST_DATABASE = 15;
