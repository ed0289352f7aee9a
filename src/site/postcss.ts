import type { ViteUserConfig } from 'astro';

type Postcss = Exclude<NonNullable<NonNullable<ViteUserConfig['css']>['postcss']>, string>;
type Plugin = Extract<NonNullable<Postcss['plugins']>[number], { postcssPlugin: string }>;

/** Starlight's cascade layers, in its order: https://starlight.astro.build/guides/css-and-tailwind/. */
const LAYERS = ['base', 'reset', 'core', 'content', 'components', 'utils'];

/**
 * A plugin of PostCSS: each file that has a layer of Starlight's begins with the order of all of
 * them. In the one stylesheet of all pages, another file may come before the one that has the order.
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

/** Readers whose browser runs no script, and whose system prefers light. */
const READERS = '(scripting: none) and (prefers-color-scheme: light)';

/**
 * A plugin of PostCSS: each rule for the light theme is followed by the same rule for
 * {@link READERS}. Without it they get the dark theme, because only Starlight's script reads the
 * system's preference: https://github.com/withastro/starlight/pull/1473.
 */
export const themeWithoutScript: Plugin = {
  postcssPlugin: 'theme-without-script',
  OnceExit(root) {
    root.walkRules(/data-theme=["']?light/, (rule) => {
      const selectors = rule.selectors
        .filter((selector) => /data-theme=["']?light/.test(selector))
        .map((selector) => selector.replace(/=["']?light["']?/, ''));
      rule.after({ name: 'media', params: READERS, nodes: [rule.clone({ selectors })] });
    });
  },
};
