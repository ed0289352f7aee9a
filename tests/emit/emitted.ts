import { DEFAULTS, type Architecture } from '../../src/model/architecture.ts';
import { filesOf, fileText, type ConfigFile } from '../../src/emit/files.ts';
import { plan } from '../../src/model/deployment.ts';
import { speaker } from '../../src/model/say.ts';
import { TEXTS, type Language } from '../../src/site/texts.ts';

/** How files are asked for. */
interface Asked {
  readonly language?: Language;
  readonly password?: string;
}

/** The files of an architecture, in French and without a password unless told otherwise. */
export function emitted(
  architecture: Partial<Architecture>,
  { language = 'fr', password = '' }: Asked = {},
): ConfigFile[] {
  const say = speaker(TEXTS[language], language);
  return filesOf(plan({ ...DEFAULTS, ...architecture }), { say, password });
}

/** Where a file is handed out: `web/settings_local.py`. */
export const placeOf = ({ folder, name }: ConfigFile): string => `${folder}/${name}`;

/** The text of the one file that is handed out at a place. */
export function textAt(files: readonly ConfigFile[], place: string): string {
  const file = files.find((each) => placeOf(each) === place);
  if (!file) throw new Error(`${place} is not among ${files.map(placeOf).join(', ')}`);
  return fileText(file);
}

/** The file of an architecture's firewall, if it has one. */
export const rulesOf = (choices: Partial<Architecture>): ConfigFile | undefined =>
  emitted(choices).find(({ name }) => name === 'redis-pod.nft' || name === 'firewall.sh');

/** The text of that file, which has to be there. */
export function rulesTextOf(choices: Partial<Architecture>): string {
  const file = rulesOf(choices);
  if (file === undefined) throw new Error('There is no file of a firewall.');
  return fileText(file);
}
