import js from '@eslint/js';
import astro from 'eslint-plugin-astro';
import { defineConfig, globalIgnores } from 'eslint/config';
import typescript from 'typescript-eslint';

export default defineConfig(
  globalIgnores(['dist/', '.astro/', '.cache/']),
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [typescript.configs.strictTypeChecked],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      // `() => act()` is how an event is answered, and nobody reads what comes of it.
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      // A number in a template string reads the same as itself.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // Characters, not what a reader sees as one: texts here are taken apart to be encoded.
      '@typescript-eslint/no-misused-spread': 'off',
      // What must not get into a file is looked for by its code.
      'no-control-regex': 'off',
      // TypeScript itself reports undefined names, and knows the browser's and Node's.
      'no-undef': 'off',
    },
  },
  {
    files: ['*.js', '*.mjs'],
    languageOptions: { globals: { process: 'readonly' } },
  },
  astro.configs.recommended,
);
