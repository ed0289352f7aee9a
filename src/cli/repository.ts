import { readFileSync, realpathSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';

/** The largest index that is read, in bytes: about half a million files. */
const LARGEST_INDEX = 64 * 2 ** 20;

/** The content of a regular file that is not too large; `undefined` for anything else. */
function contentOf(path: string): Buffer | undefined {
  try {
    const stat = statSync(path);
    return stat.isFile() && stat.size <= LARGEST_INDEX ? readFileSync(path) : undefined;
  } catch {
    return undefined;
  }
}

/** The longest path of Linux, in bytes. */
const LONGEST_PATH = 4096;

/**
 * Whether the index of a Git repository has a path, in version 2, 3 or 4 of its format
 * (git-scm.com/docs/index-format).
 *
 * @param wanted the path from the root of the work tree, with `/`
 * @param hashLength the length of an object's name, in bytes
 * @returns `undefined` where the names are of another length, or the index is damaged
 */
function indexHas(index: Buffer, wanted: Buffer, hashLength: number): boolean | undefined {
  if (index.length < 12 || index.toString('latin1', 0, 4) !== 'DIRC') return undefined;
  const version = index.readUInt32BE(4);
  const count = index.readUInt32BE(8);
  let at = 12;
  let path = Buffer.alloc(0);
  for (let entry = 0; entry < count; entry++) {
    // Before the flags, an entry has ten numbers of four bytes and the object's name.
    const flagsAt = at + 40 + hashLength;
    if (flagsAt + 2 > index.length) return undefined;
    const flags = index.readUInt16BE(flagsAt);
    let from = flagsAt + ((flags & 0x4000) === 0 ? 2 : 4);
    let kept = 0;
    if (version === 4) {
      // A number, seven bits a byte, is the length that the path before loses at its end.
      let lost = 0;
      for (let more = true; more; from++) {
        const byte = index[from];
        if (byte === undefined || lost > LONGEST_PATH) return undefined;
        more = byte >= 0x80;
        lost = lost * 0x80 + (byte & 0x7f) + (more ? 1 : 0);
      }
      kept = path.length - lost;
    }
    const end = index.indexOf(0, from);
    if (kept < 0 || end < 0 || kept + end - from > LONGEST_PATH) return undefined;
    path = Buffer.concat([path.subarray(0, kept), index.subarray(from, end)]);
    if ((flags & 0xfff) !== Math.min(path.length, 0xfff)) return undefined;
    if (path.equals(wanted)) return true;
    // Entries of versions 2 and 3 end with one to eight zeros, at a multiple of eight bytes.
    at = version === 4 ? end + 1 : at + Math.floor((end - at) / 8 + 1) * 8;
  }
  return false;
}

/** The folder of the repository whose work tree may be here: `.git`, or what the file `.git` names. */
function repositoryAt(folder: string): string {
  const path = join(folder, '.git');
  const text = contentOf(path)?.toString() ?? '';
  return text.startsWith('gitdir: ') ? resolve(folder, text.slice(8).trimEnd()) : path;
}

/**
 * Whether a Git repository above a file has it. The index is read here: git itself runs commands
 * that the configuration of a repository names, and the folder may come from anyone.
 *
 * @throws if the file does not exist
 */
export function isInRepository(file: string): boolean {
  const path = realpathSync(file);
  for (let folder = dirname(path), last = path; folder !== last; folder = dirname(folder)) {
    last = folder;
    const index = contentOf(join(repositoryAt(folder), 'index'));
    const wanted = Buffer.from(relative(folder, path).replaceAll(sep, '/'));
    if (index && (indexHas(index, wanted, 20) ?? indexHas(index, wanted, 32))) return true;
  }
  return false;
}
