import type { StarlightRouteData } from '@astrojs/starlight/route-data';

type HeadElement = StarlightRouteData['head'][number];

/** The data for the head of a page that search engines may index. */
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

/** Elements added to the head of every Starlight page. */
export const EVERY_HEAD: readonly HeadElement[] = [
  // No painting before the title is parsed: the elements before it would move at that moment.
  { tag: 'link', attrs: { rel: 'expect', href: '#_top', blocking: 'render' } },
  // In a browser without storage for the site, even reading `localStorage` throws. Starlight's
  // scripts, which come later, only test whether it is defined.
  {
    tag: 'script',
    content: `try {
  localStorage.length;
} catch {
  Object.defineProperty(window, 'localStorage', { value: undefined });
}`,
  },
];

/** Elements added to the head of an indexed page. */
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
