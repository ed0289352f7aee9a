import { plain } from '../../src/emit/code.ts';
import { fileText, type ConfigFile } from '../../src/emit/files.ts';

/** A file with another text, which ends with a newline as each line does. */
export function withText(file: ConfigFile, text: string): ConfigFile {
  const lines = text.replace(/\n$/, '').split('\n');
  return { ...file, lines: lines.map((line) => (line === '' ? [] : [plain(line)])) };
}

/**
 * Files with every occurrence of a text replaced by another.
 *
 * @throws when no file has the text: the test would change nothing
 */
export function altered(
  files: readonly ConfigFile[],
  from: string | RegExp,
  to: string,
): ConfigFile[] {
  const changed = files.map((file) => {
    const before = fileText(file);
    const after = before.replace(
      typeof from === 'string' ? new RegExp(RegExp.escape(from), 'g') : from,
      () => to,
    );
    return after === before ? file : withText(file, after);
  });
  if (changed.every((file, at) => file === files[at]))
    throw new Error(`${String(from)} is in no file.`);
  return changed;
}
