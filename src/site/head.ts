import type { StarlightRouteData } from '@astrojs/starlight/route-data';

type HeadElement = StarlightRouteData['head'][number];

/** A page that search engines may index, as its head describes it. */
export interface IndexedHead {
  readonly title: string;
  readonly description: string;
  /** The address of its Markdown, from the site's origin. */
  readonly markdown: string;
  /** The complete address of its social card. */
  readonly card: string;
  /** Structured data, see `pageData.ts`. */
  readonly data: Readonly<Record<string, unknown>>;
}

/** Elements that every page of Starlight's has in its head, besides Starlight's own. */
export const EVERY_HEAD: readonly HeadElement[] = [
  // Until the title is parsed, what comes before it is laid out otherwise, and would move.
  { tag: 'link', attrs: { rel: 'expect', href: '#_top', blocking: 'render' } },
  // Where the browser stores nothing for the site, even reading `localStorage` is an error. The
  // scripts of Starlight, which come after this one, only ask whether it is there.
  {
    tag: 'script',
    content: `try {
  localStorage.length;
} catch {
  Object.defineProperty(window, 'localStorage', { value: undefined });
}`,
  },
];

/** The elements that an indexed page has in its head besides. */
export function indexedHead({
  title,
  description,
  markdown,
  card,
  data,
}: IndexedHead): HeadElement[] {
  const og = (property: string, content: string): HeadElement => ({
    tag: 'meta',
    attrs: { property: `og:image${property}`, content },
  });
  return [
    { tag: 'link', attrs: { rel: 'alternate', type: 'text/markdown', href: markdown } },
    og('', card),
    og(':width', '1200'),
    og(':height', '630'),
    og(':alt', `${title}. ${description}`),
    {
      tag: 'script',
      attrs: { type: 'application/ld+json' },
      // A `<` could end the script.
      content: JSON.stringify(data).replaceAll('<', '\\u003c'),
    },
  ];
}
