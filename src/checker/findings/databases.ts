import { GUIDE_NUMBERS, LAST_DATABASE } from '../../pod/databases.ts';
import type { FileSet } from '../fileSet.ts';
import { perFile, type FindingDefinition, type Problem, type Rules } from '../finding.ts';
import type { ClientConnection } from '../read/clientConnections.ts';
import type { SettingsFile } from '../read/files.ts';
import { directiveValue } from '../read/redisFile.ts';
import { replace, replaceIn, type Edit } from '../repair/edits.ts';
import { pair } from './exampleFiles.ts';

/** Gives a connection another database number. */
function renumbered({ number, value, dict }: ClientConnection, to: number): Edit[] {
  if (!number) return [];
  const { component, span, text } = number;
  if (value && component) {
    const slash = component.text.startsWith('/') ? 1 : 0;
    return replaceIn(value, component.from + slash, component.to, String(to));
  }
  return dict && /^\d+$/.test(text) ? replace(span, String(to)) : [];
}

/** The sentinels of a connection as one text; empty where it has none. */
const sentinelsOf = perFile(({ sentinels = [] }: ClientConnection): string =>
  sentinels
    .map((each) => `${each.host}:${each.port}`)
    .sort()
    .join(),
);

/**
 * A name of the Redis server that a connection leads to. A broker whose master is named in a module
 * leads to the one that the file's other settings ask the same sentinels for.
 */
function serverOf(connection: ClientConnection, { connections }: SettingsFile): string {
  const { host, port, socket } = connection;
  const sentinels = sentinelsOf(connection);
  if (sentinels === '') return socket ?? `${host?.toLowerCase()}:${port}`;
  const named = connections.find(
    (each) => each.master !== undefined && sentinelsOf(each) === sentinels,
  );
  return `sentinel ${connection.master ?? named?.master ?? ''} ${sentinels}`;
}

/** The highest database number, by redis.conf if there is one. */
function lastDatabase(files: FileSet): number {
  const [count] = files
    .of('redis')
    .flatMap(({ redis }) => directiveValue(redis, 'databases') ?? []);
  return count !== undefined && /^\d{1,6}$/.test(count) ? Number(count) - 1 : LAST_DATABASE;
}

type DatabaseProblem = Problem & { readonly is: 'out-of-range' | 'shared' | 'other-number' };

/** The problems of all database numbers of a file, at most one for each connection. */
function* databaseProblems(file: SettingsFile, files: FileSet): Generator<DatabaseProblem> {
  const last = lastDatabase(files);
  const taken = new Map<string, ClientConnection>();
  const numbers = new Set(file.connections.flatMap(({ database }) => database ?? []));
  for (const connection of file.connections) {
    const { setting, role, database, span, number } = connection;
    if (database === undefined) continue;
    const guide = GUIDE_NUMBERS[role];
    const at = number?.span ?? span;
    if (database > last) {
      const params = { setting, database, last };
      const repair = guide <= last ? renumbered(connection, guide) : [];
      yield { is: 'out-of-range', at, params, repair };
      continue;
    }
    const key = `${serverOf(connection, file)}/${database}`;
    const other = taken.get(key);
    // Celery's two settings for encoding may share a database: only one of them is in use.
    if (other && other.role !== role) {
      const free = !numbers.has(guide) || database === guide;
      const moved = database === guide ? other : connection;
      const to = GUIDE_NUMBERS[moved.role];
      const params = { setting, database, other: other.setting };
      const repair = free && !numbers.has(to) ? renumbered(moved, to) : [];
      yield { is: 'shared', at, params, repair };
      continue;
    }
    taken.set(key, connection);
    if (database !== guide && !(database === 0 && (number === undefined || number.text === ''))) {
      const params = { setting, database, number: guide };
      const repair = numbers.has(guide) ? [] : renumbered(connection, guide);
      yield { is: 'other-number', at, params, repair };
    }
  }
}

const ruleFor = (problem: DatabaseProblem['is']): Rules => ({
  settings: (file, files) => [...databaseProblems(file, files)].filter(({ is }) => is === problem),
});

/** The numbers of databases: each use of Redis has its own, which Redis must have. */
export const databases = [
  {
    code: 'database-shared',
    severity: 'error',
    ...ruleFor('shared'),
    ...pair('6379/3', '6379/4'),
  },
  {
    code: 'database-range',
    severity: 'error',
    ...ruleFor('out-of-range'),
    ...pair('6379/5', '6379/16'),
  },
  {
    code: 'database-differs',
    severity: 'advice',
    ...ruleFor('other-number'),
    ...pair('6379/5', '6379/7'),
  },
] as const satisfies readonly FindingDefinition[];
