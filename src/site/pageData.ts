import type { Term } from './glossary.ts';
import { otherLanguage } from './languages.ts';
import type { Language } from './texts.ts';

/** The facts about a page that its structured data states. */
export interface PageFacts {
  readonly language: Language;
  readonly title: string;
  readonly description: string;
  /** The date of the source file's last change, if known. */
  readonly updated: Date | undefined;
  /** Whether the page is an article of the guide. */
  readonly prose: boolean;
  /** Its address, with the site's origin. */
  readonly address: string;
  /** The address of its social card, with the site's origin. */
  readonly card: string;
  /** The terms that the page defines. */
  readonly terms: readonly Term[];
  /** The site in the page's language. */
  readonly home: { readonly name: string; readonly address: string };
}

/**
 * Structured data of a page, by https://schema.org. The home page is a WebSite, and a page of prose is a TechArticle
 * of that site. Each other page has breadcrumbs. The glossary is a DefinedTermSet.
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
  const breadcrumbs = {
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
    '@graph': [...(prose ? [article] : []), breadcrumbs, ...(terms.length > 0 ? [termSet] : [])],
  };
}
