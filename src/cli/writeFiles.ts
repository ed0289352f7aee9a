import type { Stats } from 'node:fs';
import {
  chmod,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rename,
  rm,
  writeFile,
} from 'node:fs/promises';
import { dirname, isAbsolute, join, parse, resolve, sep } from 'node:path';
import { fileId } from '../emit/changes.ts';
import { fileText, SCRIPT_KINDS, type ConfigFile } from '../emit/files.ts';
import { APPS } from '../pod/workers.ts';

/** A reason for not writing; the site has a text `write.CODE` for each. */
export interface Obstacle {
  readonly code: 'link' | 'no-folder' | 'folder' | 'owner' | 'open' | 'differs';
  readonly path: string;
}

/** The result of {@link writeFiles}. */
export interface Written {
  /** The reasons for which nothing was written; none where all files are. */
  readonly obstacles: readonly Obstacle[];
  /** Files in the folders of servers that are none of the written ones. */
  readonly leftOver: readonly string[];
}

/** The names of the folders that files are written to. */
const FOLDERS = new RegExp(`^(all|web|cron|redis(-\\d+)?|${Object.keys(APPS).join('|')})$`);

/** The status of a path itself, without following a link; `undefined` where nothing is. */
const statOf = async (path: string) => {
  try {
    return await lstat(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
};

/** The reason for which another account could replace what is written to a folder. */
async function folderObstacle(path: string): Promise<Obstacle | undefined> {
  const found = await statOf(path);
  if (found === undefined) return undefined;
  if (found.isSymbolicLink()) return { code: 'link', path };
  if (!found.isDirectory()) return { code: 'no-folder', path };
  // Windows has neither.
  const account = process.geteuid?.();
  if (account === undefined) return undefined;
  if (found.uid !== account) return { code: 'owner', path };
  return (found.mode & 0o022) === 0 ? undefined : { code: 'open', path };
}

/** The greatest number of links in a path, as in Linux (path_resolution(7)). */
const MAX_LINKS = 40;

/** The folders and links that a path leads through, from the root to itself, as far as they exist. */
async function wayTo(path: string): Promise<{ path: string; found: Stats }[]> {
  const way: { path: string; found: Stats }[] = [];
  const namesOf = (text: string) => text.split(sep).filter((name) => name !== '' && name !== '.');
  const { root } = parse(resolve(path));
  const names = namesOf(resolve(path));
  let folder = root;
  let links = 0;
  for (let name: string | undefined = ''; name !== undefined; name = names.shift()) {
    // The text of a link may lead up: from the folder that the names before it really lead to.
    const current = name === '..' ? dirname(folder) : join(folder, name);
    const found = await statOf(current);
    if (found === undefined) break;
    way.push({ path: current, found });
    if (!found.isSymbolicLink()) folder = current;
    else if (++links > MAX_LINKS) break;
    else {
      const target = await readlink(current);
      if (isAbsolute(target)) folder = root;
      names.unshift(...namesOf(target));
    }
  }
  return way;
}

/**
 * The reason for which another account could put its own folder in the place of a path: it owns a folder or a link on
 * the way to it, or may write to such a folder. In a folder such as /tmp, whose sticky bit is set, it could not.
 */
async function parentObstacle(path: string): Promise<Obstacle | undefined> {
  const account = process.geteuid?.();
  if (account === undefined) return undefined;
  for (const { path: step, found } of await wayTo(dirname(path))) {
    if (found.uid !== 0 && found.uid !== account) return { code: 'owner', path: step };
    if (found.isDirectory() && (found.mode & 0o022) !== 0 && (found.mode & 0o1000) === 0)
      return { code: 'open', path: step };
  }
  return undefined;
}

/** The reason for which a file cannot be replaced. */
async function fileObstacle(
  path: string,
  text: string,
  force: boolean,
): Promise<Obstacle | undefined> {
  const found = await statOf(path);
  if (found === undefined) return undefined;
  if (found.isDirectory()) return { code: 'folder', path };
  if (force) return undefined;
  const bytes = Buffer.from(text);
  const same = found.isFile() && found.size === bytes.length && bytes.equals(await readFile(path));
  return same ? undefined : { code: 'differs', path };
}

/** The files of servers' folders, other than the given ones. */
async function leftOverIn(target: string, written: ReadonlySet<string>): Promise<string[]> {
  const folders = (await readdir(target, { withFileTypes: true })).filter(
    (entry) => entry.isDirectory() && FOLDERS.test(entry.name),
  );
  const paths: string[] = [];
  for (const { name: folder } of folders)
    for (const name of await readdir(join(target, folder)))
      if (!written.has(`${folder}/${name}`)) paths.push(join(target, folder, name));
  return paths.sort();
}

/**
 * Writes files so that a failure leaves none half-written, and so that no other account decides
 * where they go. All obstacles are found before the first file is written. All files are then
 * written to a new folder in the destination, and each is renamed to its place.
 *
 * @param out the destination folder; it, its parents and the folders of servers are made for this
 *   account alone where they do not exist
 * @param secret whether the files have a password and only their owner may read them
 * @param force whether files with another content are replaced
 * @throws errors of the file system
 */
export async function writeFiles(
  out: string,
  files: readonly ConfigFile[],
  { secret, force }: { readonly secret: boolean; readonly force: boolean },
): Promise<Written> {
  const target = resolve(out);
  const folders = [...new Set(files.map(({ folder }) => join(target, folder)))];
  const texts = new Map(files.map((file) => [fileId(file), fileText(file)]));
  const obstacles: Obstacle[] = [];
  const note = (obstacle: Obstacle | undefined) => {
    if (obstacle) obstacles.push(obstacle);
  };
  note(await parentObstacle(target));
  if (obstacles.length === 0) note(await folderObstacle(target));
  // Below a folder that is refused, nothing is looked at.
  if (obstacles.length === 0) for (const folder of folders) note(await folderObstacle(folder));
  if (obstacles.length === 0)
    for (const [id, text] of texts) note(await fileObstacle(join(target, id), text, force));
  if (obstacles.length > 0) return { obstacles, leftOver: [] };

  for (const folder of folders) await mkdir(folder, { recursive: true, mode: 0o700 });
  // In a folder such as /tmp, another account may have made one of them since they were looked at.
  for (const path of [target, ...folders]) note(await folderObstacle(path));
  note(await parentObstacle(target));
  if (obstacles.length > 0) return { obstacles, leftOver: [] };
  const draft = await mkdtemp(join(target, '.draft-'));
  try {
    for (const file of files) {
      const path = join(draft, fileId(file));
      await mkdir(join(draft, file.folder), { recursive: true, mode: 0o700 });
      await writeFile(path, texts.get(fileId(file)) ?? '', { mode: secret ? 0o600 : 0o644 });
      if (SCRIPT_KINDS.includes(file.kind)) await chmod(path, secret ? 0o700 : 0o755);
    }
    for (const id of texts.keys()) await rename(join(draft, id), join(target, id));
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  return { obstacles, leftOver: await leftOverIn(target, new Set(texts.keys())) };
}
