import { DEFAULTS, type Architecture } from '../../src/model/architecture.ts';
import { FIREWALL_KINDS, filesOf, fileText, type ConfigFile } from '../../src/emit/files.ts';
import { plan } from '../../src/model/deployment.ts';
import { speaker } from '../../src/model/say.ts';
import { TEXTS, type Language } from '../../src/site/texts.ts';

/** The language and password of files. */
interface Options {
  readonly language?: Language;
  readonly password?: string;
}

/** The files of an architecture, by default in French and without a password. */
export function emitted(
  architecture: Partial<Architecture>,
  { language = 'fr', password = '' }: Options = {},
): ConfigFile[] {
  const say = speaker(TEXTS[language], language);
  return filesOf(plan({ ...DEFAULTS, ...architecture }), { say, password });
}

/** The path that a file is handed out under: `web/settings_local.py`. */
export const placeOf = ({ folder, name }: ConfigFile): string => `${folder}/${name}`;

/** The text of the file that is handed out under a path; an error where there is none. */
export function textAt(files: readonly ConfigFile[], place: string): string {
  const file = files.find((each) => placeOf(each) === place);
  if (!file) throw new Error(`${place} is not among ${files.map(placeOf).join(', ')}`);
  return fileText(file);
}

/** The file of an architecture's firewall, if it has one. */
export const rulesOf = (choices: Partial<Architecture>): ConfigFile | undefined =>
  emitted(choices).find(({ kind }) => FIREWALL_KINDS.includes(kind));

/** The text of that file; an error where there is none. */
export function rulesTextOf(choices: Partial<Architecture>): string {
  const file = rulesOf(choices);
  if (file === undefined) throw new Error('There is no file of a firewall.');
  return fileText(file);
}
