import type { Say } from '../model/say.ts';
import { POD_4, type Release, type ReleaseDate } from '../pod/releases.ts';
import type { Language } from './texts.ts';

/** A month or a day in words; a month is YYYY-MM, a day YYYY-MM-DD. */
function inWords(date: string, language: Language): string {
  const day = /^\d+-\d+-\d+$/.test(date) ? { day: 'numeric' as const } : {};
  const options = { ...day, month: 'long', year: 'numeric', timeZone: 'UTC' } as const;
  return new Intl.DateTimeFormat(language, options).format(new Date(date));
}

/** The date of a release in words, as far as it is known. */
export function releaseDate(date: ReleaseDate, language: Language, say: Say): string {
  if ('month' in date) return inWords(date.month, language);
  if ('after' in date) return say('release.after', { day: inWords(date.after, language) });
  const [from, to] = [inWords(date.from, language), inWords(date.to, language)];
  return say('release.between', { from, to });
}

/** The numbers of a release, or the first and the last of several. */
export const releaseName = ({ version, last }: Release, say: Say): string =>
  last === undefined ? version : say('release.to', { first: version, last });

/** Numbers of releases of Pod 4 in their order, with several in a row as the first and the last. */
export function releaseNames(versions: readonly string[], say: Say): string {
  const all = POD_4.map(({ version }) => version);
  const rows: string[][] = [];
  for (const version of versions) {
    const row = rows.at(-1);
    if (row && all.indexOf(row.at(-1) ?? '') + 1 === all.indexOf(version)) row.push(version);
    else rows.push([version]);
  }
  return rows
    .map(([first = '', ...rest]) =>
      rest.length === 0 ? first : say('release.to', { first, last: rest.at(-1) ?? '' }),
    )
    .join(', ');
}
