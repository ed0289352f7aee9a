/** What Pod keeps apart from the rest in a Redis logical database of its own. */
export const DATABASE_ROLES = ['select2', 'default', 'sessions', 'encoding', 'xapi'] as const;

/** See {@link DATABASE_ROLES}. */
export type DatabaseRole = (typeof DATABASE_ROLES)[number];

/**
 * The database number each use has in Pod's guide and code (pod/settings.py:371-399).
 * Pod's Docker test file has 7 and 1 for two of them; the guide's numbers are the ones kept.
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
