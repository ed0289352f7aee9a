import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The folder of the packages. */
const FOLDER = join(import.meta.dirname, '../../.cache/valkey');

const packages = (): readonly string[] =>
  existsSync(FOLDER) ? readdirSync(FOLDER).filter((name) => name.endsWith('.deb')) : [];

/** The folder of Valkey's packages for the machines of the tests, if they are here. */
export const VALKEY_PACKAGES: string | undefined = packages().length > 0 ? FOLDER : undefined;

/** The note of a test that is skipped without them. */
export const NO_VALKEY = 'Valkey’s packages are fetched on Debian 12 as root alone';

/**
 * Gets Valkey's packages of Debian 12's backports, which are not among this machine's sources and do
 * not become so: only machines of the tests install them.
 *
 * @throws where apt-get cannot get them
 */
export function fetchValkey(): void {
  if (packages().length > 0) return;
  console.log(
    'Valkey is downloaded from Debian’s backports: a page has it take the place of Redis.',
  );
  const lists = join(FOLDER, 'lists');
  mkdirSync(join(lists, 'partial'), { recursive: true });
  const format = '$(REPO_URI) $(RELEASE)';
  const known = apt('indextargets', '--format', format, 'Identifier: Packages');
  const mirror = /^(\S+) bookworm$/m.exec(known)?.[1];
  if (mirror === undefined) return;
  const source = join(FOLDER, 'backports.list');
  writeFileSync(source, `deb ${mirror} bookworm-backports main\n`);
  const options = {
    'Dir::Etc::SourceList': source,
    'Dir::Etc::SourceParts': '/dev/null',
    'Dir::State::Lists': lists,
    'APT::Sandbox::User': 'root',
  };
  const own = Object.entries(options).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
  apt(...own, 'update');
  apt(...own, 'download', 'valkey-server', 'valkey-tools');
}

function apt(...args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync('apt-get', args, {
    cwd: FOLDER,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`apt-get ${args.join(' ')}\n${stderr}`);
  return stdout;
}
