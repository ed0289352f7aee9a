import { createHash } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What pages and the scripts that they load are both made of, from the project's folder. */
const SHARED =
  'src/{components,pod,model,emit,checker,troubleshoot,view,content/i18n}/**/*.{ts,astro,json}';

/**
 * Names a build of the site by what a page and its scripts must agree on. It differs whenever a
 * script might not find on a page what it looks for; prose leaves it as it is.
 *
 * @param project the project's folder
 */
export function buildName(project: string): string {
  const digest = createHash('sha256');
  for (const file of globSync(SHARED, { cwd: project }).sort())
    digest.update(`${file}\n`).update(readFileSync(join(project, file)));
  return digest.digest('hex').slice(0, 8);
}
