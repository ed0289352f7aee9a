import { spawnSync } from 'node:child_process';

/** The address of the repository, without a slash at its end. Readers propose changes there. */
export const REPOSITORY = (
  process.env['SITE_REPOSITORY'] || 'https://github.com/EsupPortail/redis-pod'
).replace(/\/$/, '');

/** The folder of the written pages, from the project's folder. */
export const PAGES_FOLDER = 'src/content/docs';

/** The folder of the texts of findings, from the project's folder. */
export const FINDINGS_FOLDER = 'src/content/findings';

/**
 * Whether a page explains one finding of the checker. Such a page is neither in the menu nor in the guide to print.
 *
 * @param name the page's address below its language
 */
export const explainsFinding = (name: string): boolean => /^findings\/./.test(name);

/**
 * The path of a page's source file, from the project's folder. The home page and the pages of examples have none:
 * their text is in components.
 *
 * @param name the page's address below its language, without slashes at its ends
 */
export function sourceFile(language: string, name: string): string {
  return explainsFinding(name)
    ? `${name.replace('findings', FINDINGS_FOLDER)}.yaml`
    : `${PAGES_FOLDER}/${language}/${name}.mdx`;
}

let updates: Map<string, Date> | undefined;

/** The dates of the pages' source files, see {@link lastUpdates}. Git is run once. */
export function contentUpdates(): Map<string, Date> {
  return (updates ??= lastUpdates(process.cwd(), 'src/content'));
}

/**
 * The date of each file's last change, by the newest commit that has the file.
 *
 * @param project the project's folder
 * @param under only files below this folder of the project
 * @returns dates by path from the project's folder. The map is empty without git, and in a shallow clone, where all
 *   files have the date of the clone's oldest commit
 */
export function lastUpdates(project: string, under: string): Map<string, Date> {
  const git = (...args: string[]) => {
    const { error, stdout } = spawnSync('git', args, {
      cwd: project,
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
