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
 * Whether a page explains one finding of the checker. Such a page is read by itself: it is in no
 * menu, and not in the guide that is printed.
 *
 * @param name the page's address below its language
 */
export const explainsFinding = (name: string): boolean => /^findings\/./.test(name);

/**
 * The path of the file with a page's text, from the project's folder. There is no such file for the
 * home page and the pages of examples, which components make.
 *
 * @param name the page's address below its language, without slashes at its ends
 */
export function sourceFile(language: string, name: string): string {
  return explainsFinding(name)
    ? `${name.replace('findings', FINDINGS_FOLDER)}.yaml`
    : `${PAGES_FOLDER}/${language}/${name}.mdx`;
}

let updates: Map<string, Date> | undefined;

/** The dates of the files with the pages' texts, see {@link lastUpdates}; git is run once. */
export function contentUpdates(): Map<string, Date> {
  return (updates ??= lastUpdates(process.cwd(), 'src/content'));
}

/**
 * The date of each file's last change, by the newest commit that has the file.
 *
 * @param project the project's folder
 * @param under only files below this folder of the project
 * @returns dates by path from the project's folder. It is empty without git, and for a shallow
 *   clone, where every file seems to be as new as the clone's first commit
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
