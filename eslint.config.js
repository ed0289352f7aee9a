import js from '@eslint/js';
import astro from 'eslint-plugin-astro';
import { defineConfig, globalIgnores } from 'eslint/config';
import typescript from 'typescript-eslint';

/** The folders of `src`: each imports only from those before it, types included (ARCHITECTURE.md says why). */
const FOLDERS = [
  'pod',
  'model',
  'emit',
  'checker',
  'troubleshoot',
  'view',
  'site',
  'cli',
  'components',
  'build',
  'pages',
];

/** A rule for each folder, which refuses imports from the folders after it, and programs besides the site's git. */
const folderOrder = FOLDERS.slice(0, -1).map((folder, at) => ({
  files: [`src/${folder}/**/*.{ts,astro}`],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        // A folder that came from elsewhere can make a program run commands: git obeys its configuration.
        paths: folder === 'site' ? [] : ['node:child_process', 'child_process'],
        patterns: [
          {
            regex: `^(\\.\\./)+(${FOLDERS.slice(at + 1).join('|')})/`,
            message: `src/${folder} imports only from ${FOLDERS.slice(0, at).join(', ') || 'itself'}.`,
          },
        ],
      },
    ],
  },
}));

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
      // Event handlers are written `() => act()`, although their result is not used.
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      // A number in a template string needs no conversion.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // Texts are split into code points in order to encode them, not into visible characters.
      '@typescript-eslint/no-misused-spread': 'off',
      // Regular expressions search for control characters that must not get into files.
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
  folderOrder,
);
