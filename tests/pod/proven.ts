import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import type { Sizes } from '../../src/model/sizes.ts';
import type { PodProof } from '../../src/site/podProof.ts';

/** The file from which the site reads what was run. */
const PROVEN = join(import.meta.dirname, '../../src/site/provenPod.json');

/** The file with the results of the last run, also of a sample. */
const SEEN = join(import.meta.dirname, '../../.cache/pod/seen.json');

/** The file of what was measured. */
const MEASURED = join(import.meta.dirname, '../../src/model/sizes.json');

/** Whether the results are published: `npm run prove` does so. */
export const WRITES = process.env['PROVE'] === '1';

/** Writes a part of the results into a file, beside the other parts. */
async function write<T extends object>(file: string, part: Partial<T>): Promise<void> {
  const before = existsSync(file) ? await readFile(file, 'utf8') : '{}';
  const all = { ...(JSON.parse(before) as Partial<T>), ...part };
  const style = { ...(await resolveConfig(file)), filepath: file };
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, await format(JSON.stringify(all, null, 2), style));
}

/** Keeps a part of the results of this run in the cache folder. */
export const note = (part: Partial<PodProof>): Promise<void> => write<PodProof>(SEEN, part);

/** Writes a part of the results that the site shows. */
export const publish = (part: Partial<PodProof>): Promise<void> => write<PodProof>(PROVEN, part);

/** Writes a part of the measurements that the site shows. */
export const publishSizes = (part: Partial<Sizes>): Promise<void> => write<Sizes>(MEASURED, part);
