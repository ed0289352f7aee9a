import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '../software-run/processes.ts';
import type { Download } from './engine.ts';

/** The names by which Firefox and WebKit mark an unfinished download. */
const UNFINISHED = /\.(part|wkdownload)$/;

/** A folder for a tab to put downloads in. */
export interface Downloads {
  readonly folder: string;
  /** Does what makes a page give a file, and waits for it. */
  readonly get: (act: () => Promise<void>) => Promise<Download>;
}

/**
 * Makes a folder for downloads.
 *
 * @param within what is removed with the browser
 */
export function downloadsWithin(within: string): Downloads {
  const folder = mkdtempSync(join(within, 'downloads-'));
  return {
    folder,
    get: async (act) => {
      await act();
      // Firefox takes the name by an empty file first.
      const isComplete = (name: string) =>
        !UNFINISHED.test(name) && statSync(join(folder, name)).size > 0;
      await until(() => {
        const names = readdirSync(folder);
        return names.length > 0 && names.every(isComplete);
      });
      const [name = '', ...more] = readdirSync(folder);
      if (more.length > 0) throw new Error(`There is more than ${name}: ${more.join(', ')}`);
      const bytes = readFileSync(join(folder, name));
      rmSync(join(folder, name));
      return { name, bytes };
    },
  };
}
