import { plain } from '../../src/emit/code.ts';
import { fileText, type ConfigFile } from '../../src/emit/files.ts';

/**
 * Files with a text replaced by another wherever it stands.
 *
 * @throws when the text stands nowhere: the test would change nothing
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
    if (after === before) return file;
    // The text ends with a newline, which each line has.
    const lines = after.replace(/\n$/, '').split('\n');
    return { ...file, lines: lines.map((line) => (line === '' ? [] : [plain(line)])) };
  });
  if (changed.every((file, at) => file === files[at]))
    throw new Error(`${String(from)} is in no file.`);
  return changed;
}
