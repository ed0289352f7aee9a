import { REDIS_DIRECTIVES, SENTINEL_DIRECTIVES } from '../model/directives.ts';
import { MODULE_SETTINGS, REMINDERS, SETTINGS } from '../model/settings.ts';
import { heading, type Heading } from './heading.ts';
import { pageAddress } from './here.ts';
import type { Language } from './texts.ts';

/** A link to a heading, or to a name in the reference. */
type Link = Omit<Heading, 'page'> & Partial<Pick<Heading, 'page'>> & { readonly address: string };

/** The page of the reference that explains a name, and the name as that page shows it. */
function referenceOf(name: string): { page: string; text: string } | undefined {
  if (Object.hasOwn(REMINDERS, name)) return { page: 'directives', text: name };
  for (const settings of [SETTINGS, MODULE_SETTINGS])
    if (Object.hasOwn(settings, name)) return { page: 'reference', text: name };
  const directive = /^(redis|sentinel)-(.+)$/.exec(name)?.[2] ?? '';
  return Object.hasOwn({ ...REDIS_DIRECTIVES, ...SENTINEL_DIRECTIVES }, directive)
    ? { page: 'directives', text: directive }
    : undefined;
}

/**
 * The links of a "see also".
 *
 * @param see names of settings and directives in the reference, and headings as `page#anchor`
 * @throws if a page has no such heading
 */
export function seeAlso(language: Language, see: readonly string[]): Promise<Link[]> {
  return Promise.all(
    see.map(async (target) => {
      const name = referenceOf(target);
      if (name) {
        const address = `${pageAddress(language, `${name.page}/`)}#${target}`;
        return { address, text: name.text, code: true };
      }
      const [page = '', anchor = ''] = target.split('#');
      const address = `${pageAddress(language, `${page}/`)}#${anchor}`;
      return { address, ...(await heading(language, page, anchor)) };
    }),
  );
}
