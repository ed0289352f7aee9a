import type { Plugin } from 'vite';
import type texts from '../content/i18n/fr.json';

type Texts = Readonly<Record<string, string>>;

/** A key, or the part of a key before one of its dots. */
type KeyGroup<Key> = Key extends `${infer Head}.${infer Rest}`
  ? Key | Head | `${Head}.${KeyGroup<Rest>}`
  : Key;

/**
 * The texts that the scripts of each feature use: single keys, and groups of keys by a common beginning before a
 * dot. `tests/site/featureTexts.test.ts` compares them with the code.
 */
export const FEATURES = {
  checker: ['check', 'database', 'finding'],
  commands: [
    'alert',
    'commands',
    'database',
    'file',
    'gen.changed',
    'gen.copy',
    'gen.download',
    'gen.file',
    'install.example.kernel',
    'operate.password.new',
    'workers.leftover.tag',
    'workers.example.whisper',
    'role',
    'server.all',
    'servers',
    'verify',
    'your',
  ],
  files: ['gen.diagram.file', 'gen.done', 'gen.table.caption', 'gen.zip.file'],
  finder: ['find', 'site.searchSmallWords'],
  form: [
    'database',
    'file',
    'gen.changed',
    'gen.copy',
    'gen.diagram.first',
    'gen.download',
    'gen.file',
    'gen.place',
    'gen.said',
    'gen.severity',
    'gen.summary',
    'gen.table',
    'issue',
    'note',
    'role',
    'runner',
    'server.all',
    'servers',
    'usage',
    'verify',
  ],
  link: [
    'arch',
    'auth',
    'field',
    'firewall',
    'gen.empty',
    'gen.no',
    'gen.severity',
    'gen.yes',
    'issue',
    'link',
    'redis',
    'service',
    'sessions',
  ],
} as const satisfies Record<string, readonly KeyGroup<keyof typeof texts>[]>;

/** A part of the site with scripts that show texts. */
export type Feature = keyof typeof FEATURES;

/** The texts of one language that a feature uses. */
export function textsOf(feature: Feature, texts: Texts): Texts {
  const groups: readonly string[] = FEATURES[feature];
  return Object.fromEntries(
    Object.entries(texts).filter(([key]) =>
      groups.some((group) => key === group || key.startsWith(`${group}.`)),
    ),
  );
}

/** A Vite plugin: `fr.json?form` is a module with the French texts of the feature `form` only. */
export function featureTexts(): Plugin {
  return {
    name: 'feature-texts',
    transform(json, id) {
      const feature = /\/i18n\/\w+\.json\?(\w+)$/.exec(id)?.[1];
      if (feature === undefined || !Object.hasOwn(FEATURES, feature)) return undefined;
      const texts = textsOf(feature as Feature, JSON.parse(json) as Texts);
      return { code: `export default ${JSON.stringify(texts)}`, moduleType: 'js' };
    },
  };
}
