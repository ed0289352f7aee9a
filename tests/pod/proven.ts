import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import type { PodProof } from '../../src/site/podProof.ts';

/** The file from which the site reads what was run. */
const PROVEN = join(import.meta.dirname, '../../src/site/provenPod.json');

/** Whether the results are published: `npm run prove` does so. */
export const WRITES = process.env['PROVE'] === '1';

/** Writes a part of the results into the file, beside the other parts. */
export async function publish(part: Partial<PodProof>): Promise<void> {
  const before = existsSync(PROVEN) ? await readFile(PROVEN, 'utf8') : '{}';
  const proof = { ...(JSON.parse(before) as Partial<PodProof>), ...part };
  const style = { ...(await resolveConfig(PROVEN)), filepath: PROVEN };
  await writeFile(PROVEN, await format(JSON.stringify(proof, null, 2), style));
}
