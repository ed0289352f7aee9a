import { satteri } from '@astrojs/markdown-satteri';
import sitemap from '@astrojs/sitemap';
import starlight from '@astrojs/starlight';
import { defineConfig } from 'astro/config';
import { BASE, ORIGIN } from './src/site/address.ts';
import { featureTexts } from './src/site/featureTexts.ts';
import { contentSecurityPolicy } from './src/build/csp.ts';
import { headerFiles } from './src/build/headers.ts';
import { madeOfPages } from './src/build/madeOfPages.ts';
import { oldNameFiles } from './src/build/oldNames.ts';
import { oneStylesheet } from './src/build/oneStylesheet.ts';
import { searchIndex } from './src/build/searchIndex.ts';
import { sitemapOptions } from './src/site/sitemap.ts';
import { starlightOptions } from './src/site/starlight.ts';

/** What most pages with a script load at once: one file, where each of its parts would be one. */
const SHARED =
  /vite\/preload-helper|\/src\/(components\/(lazyElement|clientTexts|copy|dom|architecture\/remembered)|model\/say)\.ts$/;

export default defineConfig({
  site: ORIGIN,
  base: BASE,
  trailingSlash: 'always',
  // A link that is only hovered costs nothing, and no script.
  prefetch: false,
  markdown: {
    // It has colours of its own, for dark pages only.
    syntaxHighlight: false,
    processor: satteri({
      features: {
        headingAttributes: true,
        // It knows English quotation marks only, and would put them in the French pages.
        smartPunctuation: false,
      },
    }),
  },
  vite: {
    plugins: [featureTexts()],
    build: {
      // Whoever gets a copy of the packages in the page's scripts gets their licences.
      license: { fileName: 'licences.txt' },
      // It warns of a directive of Astro's own, once for every page.
      rolldownOptions: { checks: { moduleLevelDirective: false } },
    },
    environments: {
      client: {
        build: {
          rolldownOptions: {
            output: { codeSplitting: { groups: [{ name: 'page', test: SHARED }] } },
          },
        },
      },
    },
  },
  integrations: [
    starlight(starlightOptions),
    searchIndex(),
    sitemap(sitemapOptions(BASE)),
    oldNameFiles(),
    // What makes a page comes before what gives it its policy.
    madeOfPages(),
    oneStylesheet(BASE),
    contentSecurityPolicy(),
    headerFiles(),
  ],
});
