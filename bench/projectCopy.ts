import { spawnSync } from 'node:child_process';
import { cp, mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { git } from '../tests/software.ts';
import { PROJECT } from './astroBuild.ts';

/** What is made, installed or kept by others. */
const LEFT_OUT = new Set(['.astro', '.cache', '.git', 'dist', 'node_modules']);

/** The project's own configuration, with a cache that no other build has written to. */
const CONFIG = `import config from './astro.config.mjs';

export default { ...config, cacheDir: '.cache' };
`;

/** Options of `astro build` for a copy of the project. */
export const COPY_ARGS = ['--config', 'bench.config.mjs'];

/**
 * Copies the project's source, and adds pages to it.
 *
 * @param folder where to write the copy
 * @param pages Markdown with its frontmatter, by path as `fr/redis.md`
 */
export async function copyProject(
  folder: string,
  pages: ReadonlyMap<string, string>,
): Promise<void> {
  // One by one: Node.js refuses to copy a folder into one of its own.
  for (const name of await readdir(PROJECT))
    if (!LEFT_OUT.has(name)) await cp(join(PROJECT, name), join(folder, name), { recursive: true });
  await writeFile(join(folder, 'bench.config.mjs'), CONFIG);
  for (const [path, text] of pages) {
    const file = join(folder, 'src/content/docs', path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
  }
  // A page says when it was last changed, by git.
  const author = ['-c', 'user.name=bench', '-c', 'user.email=bench@invalid'];
  for (const args of [['init'], ['add', '--all'], [...author, 'commit', '--message=All']]) {
    const { status, stderr } = spawnSync(git(), [...args], { cwd: folder, encoding: 'utf8' });
    if (status !== 0) throw new Error(`git ${args.join(' ')}: ${stderr}`);
  }
  await symlink(join(PROJECT, 'node_modules'), join(folder, 'node_modules'));
}
