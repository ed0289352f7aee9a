import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { comparePages, compareValues, type Differences } from './differences.ts';
import { recordPages } from './pages.ts';

/*
 * Compares what this version does with what another commit does: the files and procedures of random links, the
 * findings in damaged files, and the built pages. For refactorings, which change none of it:
 *
 *     npm run compare -- [--against COMMIT] [--model]
 *
 * Without a commit, it compares the changes that are not committed yet.
 *
 * The commit's recording is kept in .cache/compare, so that a second comparison is quicker. It ends with status 1 where
 * anything differs.
 */

const root = join(import.meta.dirname, '../..');
const { values } = parseArgs({
  options: {
    against: { type: 'string', default: 'HEAD' },
    /** Leaves the pages out, which have to be built. */
    model: { type: 'boolean', default: false },
  },
});
function run(command: string, args: readonly string[], cwd: string): string {
  const { status, stdout, stderr } = spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}:\n${stdout}${stderr}`);
  return stdout;
}

const commit = run('git', ['rev-parse', '--verify', `${values.against}^{commit}`], root).trim();
const kept = join(root, '.cache/compare', commit);
const current = join(root, '.cache/compare/current');
mkdirSync(kept, { recursive: true });
mkdirSync(current, { recursive: true });

/** Records a version: its model into a file, its pages into a folder. */
function record(version: string, recording: string, site: string | undefined) {
  run('node', ['tests/compare/record.ts', kept, recording], version);
  if (site !== undefined)
    run(join(version, 'node_modules/.bin/astro'), ['build', '--outDir', site], version);
}

const before = { recording: join(kept, 'recording.json'), site: join(kept, 'site') };
const after = { recording: join(current, 'recording.json'), site: join(current, 'site') };
const needsSite = !values.model && !existsSync(before.site);
if (!existsSync(before.recording) || needsSite) {
  const version = join(mkdtempSync(join(tmpdir(), 'compare-')), 'version');
  run('git', ['worktree', 'add', '--detach', version, commit], root);
  try {
    run('npm', ['ci'], version);
    record(version, before.recording, needsSite ? before.site : undefined);
  } finally {
    run('git', ['worktree', 'remove', '--force', version], root);
    rmSync(join(version, '..'), { recursive: true, force: true });
  }
}
record(root, after.recording, values.model ? undefined : after.site);

const differences: Differences = new Map();
const read = (path: string) => JSON.parse(readFileSync(path, 'utf8')) as unknown;
compareValues(differences, 'model', read(before.recording), read(after.recording));
if (!values.model)
  comparePages(differences, await recordPages(before.site), await recordPages(after.site));

/** The length at which a difference or a place is cut. */
const SHOWN = 300;

// The most frequent ones first: one change of a component differs on every page.
for (const [difference, [place = '', ...others]] of [...differences].sort(
  ([, a], [, b]) => b.length - a.length,
)) {
  const more = others.length === 0 ? '' : `, and in ${others.length} more places`;
  console.log(`${difference.slice(0, SHOWN)}\n    in ${place.slice(0, SHOWN)}${more}`);
}
console.log(differences.size === 0 ? 'Nothing differs.' : `${differences.size} differences.`);
process.exitCode = differences.size === 0 ? 0 : 1;
