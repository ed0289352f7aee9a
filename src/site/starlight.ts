import type { StarlightUserConfig } from '@astrojs/starlight/types';
import { PRESETS } from '../core/presets.ts';
import { languages } from './languages.ts';
import { TEXTS } from './texts.ts';

/** What the site asks of Starlight. */
export const starlightOptions: StarlightUserConfig = {
  title: { fr: 'Redis pour Pod', en: 'Redis for Pod' },
  defaultLocale: 'fr',
  locales: languages,
  favicon: '/favicon.svg',
  sidebar: [
    { label: TEXTS.fr['home.label'], translations: { en: TEXTS.en['home.label'] }, link: '/' },
    {
      slug: 'redis',
      label: TEXTS.fr['guide.label'],
      translations: { en: TEXTS.en['guide.label'] },
    },
    { slug: 'understand' },
    { slug: 'troubleshoot' },
    { slug: 'reference' },
    { slug: 'proven' },
    { slug: 'links' },
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
  customCss: ['./src/styles/site.css'],
  components: {
    LanguageSelect: './src/components/LanguageSelect.astro',
    Search: './src/components/Search.astro',
  },
  // The generator colours its own code, and the guide's is coloured by the same means.
  expressiveCode: false,
  // Its own 404 announces translations under addresses that do not exist.
  disable404Route: true,
};
