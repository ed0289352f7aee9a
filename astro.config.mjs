import { satteri } from '@astrojs/markdown-satteri';
import sitemap from '@astrojs/sitemap';
import starlight from '@astrojs/starlight';
import { defineConfig } from 'astro/config';
import { afterBuild } from './src/build/afterBuild.ts';
import { BASE, ORIGIN } from './src/site/address.ts';
import { featureTexts } from './src/site/featureTexts.ts';
import { layerOrder, themeWithoutScript } from './src/site/postcss.ts';
import { sitemapOptions } from './src/site/sitemap.ts';
import { starlightOptions } from './src/site/starlight.ts';

/** Scripts that most pages load at once: in one file, where Rolldown would make one of each. */
const SHARED =
  /vite\/preload-helper|\/starlight-toc\.js$|\/src\/(components\/(lazyElement|clientTexts|copy|dom|architecture\/remembered)|model\/say)\.ts$/;

export default defineConfig({
  site: ORIGIN,
  base: BASE,
  trailingSlash: 'always',
  // A link that is only hovered costs nothing, and no script.
  prefetch: false,
  // One stylesheet for all pages: a browser waits for one file, and the policy allows no `<style>`.
  build: { inlineStylesheets: 'never' },
  markdown: {
    // Its colours are for dark pages only.
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
    css: { postcss: { plugins: [layerOrder, themeWithoutScript] } },
    build: {
      cssCodeSplit: false,
      // The licences of the packages whose code is in the pages' scripts.
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
  integrations: [starlight(starlightOptions), sitemap(sitemapOptions(BASE)), afterBuild()],
});
