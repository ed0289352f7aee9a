import { spawnSync } from 'node:child_process';

/** Where the site's source is, without a slash at its end: readers propose changes there. */
export const REPOSITORY = (
  process.env['SITE_REPOSITORY'] || 'https://github.com/EsupPortail/redis-pod'
).replace(/\/$/, '');

/** Folder of the pages' source, from the project's. */
export const PAGES_FOLDER = 'src/content/docs';

/**
 * When each file was last changed, by the newest commit that has it.
 *
 * @param folder the project's folder
 * @param under only files below this folder of the project
 * @returns dates by path from the project's folder; none without git, and none of a shallow clone,
 *   where every file seems to be as new as the clone's first commit
 */
export function lastUpdates(folder: string, under: string): Map<string, Date> {
  const git = (...args: string[]) => {
    const { error, stdout } = spawnSync('git', args, {
      cwd: folder,
      encoding: 'utf8',
      maxBuffer: 1 << 28,
    });
    return error ? '' : stdout;
  };
  const dates = new Map<string, Date>();
  if (git('rev-parse', '--is-shallow-repository').trim() !== 'false') return dates;
  const log = git(
    ...['-c', 'core.quotePath=false', 'log', '--relative', '--format=t:%ct', '--name-only'],
    ...['--no-renames', '--', under],
  );
  let date = new Date(0);
  for (const line of log.split('\n')) {
    if (line.startsWith('t:')) date = new Date(Number(line.slice(2)) * 1000);
    else if (line !== '' && !dates.has(line)) dates.set(line, date);
  }
  return dates;
}
