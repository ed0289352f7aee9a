import type { ViteUserConfig } from 'astro';

type Postcss = Exclude<NonNullable<NonNullable<ViteUserConfig['css']>['postcss']>, string>;
type Plugin = Extract<NonNullable<Postcss['plugins']>[number], { postcssPlugin: string }>;

/** Starlight's cascade layers, in its order: https://starlight.astro.build/guides/css-and-tailwind/. */
const LAYERS = ['base', 'reset', 'core', 'content', 'components', 'utils'];

/**
 * A PostCSS plugin that declares the order of Starlight's layers at the start of each file with one of them. In the
 * stylesheet of all pages, other files may come before Starlight's own declaration.
 */
export const layerOrder: Plugin = {
  postcssPlugin: 'layer-order',
  Once(root) {
    const layered = root.nodes.some(
      (node) => node.type === 'atrule' && node.params.startsWith('starlight.'),
    );
    const params = LAYERS.map((layer) => `starlight.${layer}`).join(', ');
    if (layered) root.prepend({ name: 'layer', params });
  },
};

/** Media query for browsers without scripts on a system that prefers light. */
const LIGHT_WITHOUT_SCRIPT = '(scripting: none) and (prefers-color-scheme: light)';

/**
 * A PostCSS plugin that repeats each rule of the light theme for {@link LIGHT_WITHOUT_SCRIPT}. Starlight shows the dark
 * theme there, because only its script reads the system's preference:
 * https://github.com/withastro/starlight/pull/1473.
 */
export const themeWithoutScript: Plugin = {
  postcssPlugin: 'theme-without-script',
  OnceExit(root) {
    root.walkRules(/data-theme=["']?light/, (rule) => {
      const selectors = rule.selectors
        .filter((selector) => /data-theme=["']?light/.test(selector))
        .map((selector) => selector.replace(/=["']?light["']?/, ''));
      rule.after({
        name: 'media',
        params: LIGHT_WITHOUT_SCRIPT,
        nodes: [rule.clone({ selectors })],
      });
    });
  },
};
