import type { InputFile } from '../../src/checker/read/files.ts';
import { filesOf, fileText } from '../../src/emit/files.ts';
import { plan } from '../../src/model/deployment.ts';
import { speaker } from '../../src/model/say.ts';
import { serverCount } from '../../src/model/servers.ts';
import { TEXTS } from '../../src/site/texts.ts';
import type { Case } from '../fuzz/cases.ts';

const say = speaker(TEXTS.en, 'en');

/** The files of an architecture with the roles of their servers, as readers of the generator have them. */
export function generated({ architecture, password }: Case): InputFile[] {
  const deployment = plan(architecture);
  const servers = deployment.servers;
  const everyRole = [...new Set(servers.flatMap(({ roles }) => roles))].filter(
    (role) => role !== 'redis',
  );
  return filesOf(deployment, { say, password }).map((file) => {
    const name = `${file.folder}/${file.name}`;
    const group = servers.find(({ id }) => id === file.server);
    const roles =
      file.server === 'all' ? everyRole : (group?.roles ?? []).filter((role) => role !== 'redis');
    return {
      name,
      text: fileText(file),
      ...(roles.length > 0 && { roles }),
      ...(file.name === 'settings_local.py' &&
        (file.server === 'all' ? serverCount(architecture) > 1 : (group?.count ?? 1) > 1) && {
          several: true,
        }),
    };
  });
}
