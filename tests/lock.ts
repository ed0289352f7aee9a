import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/*
 * Removes the packages' `engines` from package-lock.json. Run `node tests/lock.ts` after npm has changed the file.
 * npm compares `engines` with the Node that runs npm, which may be 20. The packages run on the Node of the `node`
 * package.
 */

const FILE = join(import.meta.dirname, '../package-lock.json');
const lock = JSON.parse(readFileSync(FILE, 'utf8')) as { packages: Record<string, object> };
for (const [path, entry] of Object.entries(lock.packages))
  if (path !== '') Reflect.deleteProperty(entry, 'engines');
writeFileSync(FILE, `${JSON.stringify(lock, null, 2)}\n`);
