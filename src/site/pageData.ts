import { otherLanguage, type Term } from './glossary.ts';
import type { Language } from './texts.ts';

/** What is said of a page to machines. */
export interface PageFacts {
  readonly language: Language;
  readonly title: string;
  readonly description: string;
  /** The day its source was last changed, where that is known. */
  readonly updated: Date | undefined;
  /** Whether it is an article of the guide. */
  readonly prose: boolean;
  /** Complete addresses: its own, and of its card. */
  readonly address: string;
  readonly card: string;
  /** The terms that it defines. */
  readonly terms: readonly Term[];
  /** The site in the page's language. */
  readonly home: { readonly name: string; readonly address: string };
}

/**
 * A page as structured data of https://schema.org: the home page is the site, a page of prose an
 * article of it, and each has its place below the home page. Terms it defines are a set of them.
 */
export function pageData(page: PageFacts): Record<string, unknown> {
  const { language, title, description, updated, prose, address, card, terms, home } = page;
  const site = { '@type': 'WebSite', name: home.name, url: home.address };
  if (address === home.address) {
    return { '@context': 'https://schema.org', ...site, description, inLanguage: language };
  }
  const article = {
    '@type': 'TechArticle',
    headline: title,
    description,
    url: address,
    image: card,
    inLanguage: language,
    ...(updated && { dateModified: updated.toISOString().slice(0, 10) }),
    isPartOf: site,
  };
  const place = {
    '@type': 'BreadcrumbList',
    itemListElement: [
      { '@type': 'ListItem', position: 1, name: home.name, item: home.address },
      { '@type': 'ListItem', position: 2, name: title, item: address },
    ],
  };
  const termSet = {
    '@type': 'DefinedTermSet',
    name: title,
    description,
    url: address,
    inLanguage: language,
    hasDefinedTerm: terms.map((term) => ({
      '@type': 'DefinedTerm',
      name: term.name,
      alternateName: { '@language': otherLanguage(language), '@value': term.translation },
      description: term.meaning,
      url: `${address}#${term.id}`,
    })),
  };
  return {
    '@context': 'https://schema.org',
    '@graph': [...(prose ? [article] : []), place, ...(terms.length > 0 ? [termSet] : [])],
  };
}
