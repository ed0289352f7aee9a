import { lineText } from './code.ts';
import type { ConfigFile } from './files.ts';

/** The identity of a file across architectures. */
export function fileId({ folder, name }: ConfigFile): string {
  return `${folder}/${name}`;
}

/** The differences between two states of the files. */
export interface Changes {
  /** The numbers, from 0, of the lines that are new or altered, by {@link fileId}. */
  readonly lines: ReadonlyMap<string, ReadonlySet<number>>;
  /** Files that were not there before. */
  readonly added: ReadonlySet<string>;
}

/**
 * Compares files by the texts of their lines. A new file is in `added` and has no changed lines.
 */
export function changesBetween(
  before: readonly ConfigFile[],
  after: readonly ConfigFile[],
): Changes {
  const known = new Map(before.map((file) => [fileId(file), new Set(file.lines.map(lineText))]));
  const lines = new Map<string, Set<number>>();
  const added = new Set<string>();
  for (const file of after) {
    const id = fileId(file);
    const texts = known.get(id);
    if (!texts) {
      added.add(id);
      continue;
    }
    const changed = file.lines.flatMap((line, at) => (texts.has(lineText(line)) ? [] : [at]));
    if (changed.length > 0) lines.set(id, new Set(changed));
  }
  return { lines, added };
}
