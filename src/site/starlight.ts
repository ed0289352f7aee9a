import type { StarlightUserConfig } from '@astrojs/starlight/types';
import { PRESETS } from '../model/presets.ts';
import { languages } from './languages.ts';
import { contentUpdates, FINDINGS_FOLDER, REPOSITORY } from './source.ts';
import { TEXTS } from './texts.ts';

/** An item of the sidebar, with its label in both languages. */
const labelled = <Item extends object>(key: keyof typeof TEXTS.fr, item: Item) => ({
  label: TEXTS.fr[key],
  translations: { en: TEXTS.en[key] },
  ...item,
});

/** The configuration of Starlight. */
export const starlightOptions: StarlightUserConfig = {
  title: { fr: 'Redis pour Pod', en: 'Redis for Pod' },
  defaultLocale: 'fr',
  locales: languages,
  favicon: '/favicon.svg',
  editLink: { baseUrl: `${REPOSITORY}/edit/main/` },
  // Without dates from git, Starlight would show those of a shallow clone.
  lastUpdated: contentUpdates().size > 0,
  // In addition to the docs collection.
  markdown: { processedDirs: [FINDINGS_FOLDER] },
  sidebar: [
    labelled('home.label', { link: '/' }),
    labelled('guide.label', { slug: 'redis' }),
    labelled('nav.install', { items: ['install', 'workers', 'runner', 'grow', 'sizing'] }),
    labelled('nav.run', { items: ['check', 'monitor', 'operate', 'troubleshoot'] }),
    labelled('nav.know', {
      items: [
        'understand',
        'server',
        'reference',
        'directives',
        'versions',
        'pod-3',
        'findings',
        'proven',
        'glossary',
        'links',
        // French law requires this label on every page.
        labelled('nav.accessibility', { slug: 'accessibility' }),
      ],
    }),
    labelled('presets.group', {
      collapsed: true,
      items: PRESETS.map(({ id }) => labelled(`preset.${id}`, { link: `/presets/${id}/` })),
    }),
  ],
  routeMiddleware: './src/site/routeData.ts',
  customCss: ['./src/styles/site.css', './src/styles/print.css'],
  components: {
    Banner: './src/components/Banner.astro',
    EditLink: './src/components/EditLink.astro',
    Footer: './src/components/Footer.astro',
    LanguageSelect: './src/components/LanguageSelect.astro',
    Search: './src/components/Search.astro',
  },
  // `searchIndex.ts` writes the index.
  pagefind: false,
  // Code in the guide is coloured by the generator's own code, see `view`.
  expressiveCode: false,
  // Starlight's 404 page links to translations that do not exist.
  disable404Route: true,
};
