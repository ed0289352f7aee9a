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

/** Scripts that most pages load at once. They go into one file; Rolldown would write a file for each. */
const SHARED =
  /vite\/preload-helper|\/starlight-toc\.js$|\/src\/(components\/(lazyElement|clientTexts|copy|dom|architecture\/remembered)|model\/say)\.ts$/;

export default defineConfig({
  site: ORIGIN,
  base: BASE,
  trailingSlash: 'always',
  // Prefetching would need another script, and load pages that nobody opens.
  prefetch: false,
  // The pages' policy allows no `<style>`.
  build: { inlineStylesheets: 'never' },
  markdown: {
    // Shiki's colours are for dark pages only.
    syntaxHighlight: false,
    processor: satteri({
      features: {
        headingAttributes: true,
        // It only has English quotation marks, and would use them in French pages too.
        smartPunctuation: false,
      },
    }),
  },
  vite: {
    plugins: [featureTexts()],
    css: { postcss: { plugins: [layerOrder, themeWithoutScript] } },
    build: {
      // One stylesheet for all pages, so that a browser waits for one file.
      cssCodeSplit: false,
      // The licences of the packages in the pages' scripts.
      license: { fileName: 'licences.txt' },
      // Rolldown would warn of a directive in Astro's code, once for every page.
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
