import { GUIDE_NUMBERS, LAST_DATABASE } from '../../pod/databases.ts';
import type { Connection } from '../read/connections.ts';
import type { SettingsFile } from '../read/files.ts';
import type { Edit } from '../findings.ts';
import { directive } from '../read/redisFile.ts';
import type { Report, SettingsRule } from '../report.ts';
import { written } from '../read/values.ts';

/** Writes another number where a connection has its own. */
function renumbered({ number, dict }: Connection, to: number): Edit[] {
  if (!number) return [];
  const { value, part, at } = number;
  if (value && part) {
    const skip = part.text.startsWith('/') ? 1 : 0;
    const place = written(value, part.from + skip, part.to);
    return place ? [{ ...place, insert: String(to) }] : [];
  }
  return dict && /^\d+$/.test(number.text) ? [{ ...at, insert: String(to) }] : [];
}

/** Which Redis a connection leads to. */
function serverOf({ host, port, socket, sentinels, master }: Connection): string {
  return sentinels && sentinels.length > 0
    ? `sentinel ${master ?? ''} ${sentinels
        .map((each) => `${each.host}:${each.port}`)
        .sort()
        .join()}`
    : (socket ?? `${host?.toLowerCase()}:${port}`);
}

/** How many databases Redis has, where its file says so. */
function lastOf(report: Report): number {
  const [said] = report
    .of('redis')
    .flatMap(({ redis }) => directive(redis, 'databases')?.arguments[0]?.text ?? []);
  return said !== undefined && /^\d{1,6}$/.test(said) ? Number(said) - 1 : LAST_DATABASE;
}

/** The numbers of databases: each use has one of its own, which Redis must have. */
export const databases: SettingsRule = (file: SettingsFile, report) => {
  const last = lastOf(report);
  const taken = new Map<string, Connection>();
  const numbers = new Set(file.connections.flatMap(({ database }) => database ?? []));
  for (const connection of file.connections) {
    const { setting, role, database, span, number } = connection;
    if (database === undefined) continue;
    const guide = GUIDE_NUMBERS[role];
    const at = number?.at ?? span;
    if (database > last) {
      report.add(
        'database-range',
        file,
        at,
        { setting, database, last },
        guide <= last ? renumbered(connection, guide) : [],
      );
      continue;
    }
    const key = `${serverOf(connection)}/${database}`;
    const other = taken.get(key);
    // Celery's two settings for encoding may lead to one database: one of them is not in use.
    if (other && other.role !== role) {
      const free = !numbers.has(guide) || database === guide;
      const move = database === guide ? other : connection;
      const to = GUIDE_NUMBERS[move.role];
      report.add(
        'database-shared',
        file,
        at,
        { setting, database, other: other.setting },
        free && !numbers.has(to) ? renumbered(move, to) : [],
      );
      continue;
    }
    taken.set(key, connection);
    if (database !== guide && !(database === 0 && (number === undefined || number.text === '')))
      report.add(
        'database-differs',
        file,
        at,
        { setting, database, number: guide },
        numbers.has(guide) ? [] : renumbered(connection, guide),
      );
  }
};
