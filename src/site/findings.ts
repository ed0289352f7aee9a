import { getEntry, type CollectionEntry } from 'astro:content';
import type { FindingCode } from '../checker/findings.ts';
import type { Language } from './texts.ts';

/**
 * The texts of a finding's page.
 *
 * @throws if there is no file with the texts of this code
 */
export async function findingTexts(
  code: FindingCode,
  language: Language,
): Promise<CollectionEntry<'findings'>['data'][Language]> {
  const entry = await getEntry('findings', code);
  if (!entry) throw new Error(`There is no src/content/findings/${code}.yaml.`);
  return entry.data[language];
}
