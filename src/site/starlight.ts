import type { StarlightUserConfig } from '@astrojs/starlight/types';
import { PRESETS } from '../model/presets.ts';
import { languages } from './languages.ts';
import { contentUpdates, FINDINGS_FOLDER, REPOSITORY } from './source.ts';
import { TEXTS } from './texts.ts';

/** What the site asks of Starlight. */
export const starlightOptions: StarlightUserConfig = {
  title: { fr: 'Redis pour Pod', en: 'Redis for Pod' },
  defaultLocale: 'fr',
  locales: languages,
  favicon: '/favicon.svg',
  editLink: { baseUrl: `${REPOSITORY}/edit/main/` },
  // Where git knows no dates, Starlight would show none or those of a shallow clone.
  lastUpdated: contentUpdates().size > 0,
  // Besides the docs collection.
  markdown: { processedDirs: [FINDINGS_FOLDER] },
  sidebar: [
    { label: TEXTS.fr['home.label'], translations: { en: TEXTS.en['home.label'] }, link: '/' },
    {
      slug: 'redis',
      label: TEXTS.fr['guide.label'],
      translations: { en: TEXTS.en['guide.label'] },
    },
    {
      label: TEXTS.fr['nav.install'],
      translations: { en: TEXTS.en['nav.install'] },
      items: [{ slug: 'install' }, { slug: 'workers' }, { slug: 'grow' }],
    },
    {
      label: TEXTS.fr['nav.run'],
      translations: { en: TEXTS.en['nav.run'] },
      items: [
        { slug: 'check' },
        { slug: 'monitor' },
        { slug: 'operate' },
        { slug: 'troubleshoot' },
      ],
    },
    {
      label: TEXTS.fr['nav.know'],
      translations: { en: TEXTS.en['nav.know'] },
      items: [
        { slug: 'understand' },
        { slug: 'server' },
        { slug: 'reference' },
        { slug: 'directives' },
        { slug: 'pod-3' },
        { slug: 'findings' },
        { slug: 'proven' },
        { slug: 'glossary' },
        { slug: 'links' },
        {
          slug: 'accessibility',
          // The law has every page say it.
          label: TEXTS.fr['nav.accessibility'],
          translations: { en: TEXTS.en['nav.accessibility'] },
        },
      ],
    },
    {
      label: TEXTS.fr['presets.group'],
      translations: { en: TEXTS.en['presets.group'] },
      collapsed: true,
      items: PRESETS.map(({ id }) => ({
        label: TEXTS.fr[`preset.${id}`],
        translations: { en: TEXTS.en[`preset.${id}`] },
        link: `/presets/${id}/`,
      })),
    },
  ],
  customCss: ['./src/styles/site.css', './src/styles/print.css'],
  components: {
    Banner: './src/components/Banner.astro',
    EditLink: './src/components/EditLink.astro',
    Footer: './src/components/Footer.astro',
    Head: './src/components/Head.astro',
    LanguageSelect: './src/components/LanguageSelect.astro',
    Search: './src/components/Search.astro',
  },
  // See `searchIndex.ts`.
  pagefind: false,
  // The generator colours its own code, and the guide's is coloured by the same means.
  expressiveCode: false,
  // Its own 404 announces translations under addresses that do not exist.
  disable404Route: true,
};
