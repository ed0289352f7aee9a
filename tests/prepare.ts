import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fetchValkey } from './machines/valkeyPackages.ts';
import { full } from './sets.ts';
import { PROGRAMS, type Program } from './software.ts';

/** The programs of this set that are not on this machine. */
const missing = (): Program[] =>
  PROGRAMS.filter(
    (program) =>
      (full || !program.full) &&
      (process.env['POD_SOURCE'] !== undefined || !program.pod) &&
      (process.platform === 'linux' || !program.linux) &&
      program.find() === undefined,
  );

const described = (programs: readonly Program[]) =>
  [
    `The ${full ? 'full' : 'everyday'} set of tests runs programs that this machine lacks:`,
    ...programs.map(({ packages, purpose }) => `- ${packages} ${purpose}`),
  ].join('\n');

function isDebian(): boolean {
  try {
    return /^ID=debian$/m.test(readFileSync('/etc/os-release', 'utf8'));
  } catch {
    return false;
  }
}

function run(...command: string[]): void {
  const [name = '', ...args] = command;
  console.log(`> ${command.join(' ')}`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const { status } = spawnSync(name, args, { stdio: ['ignore', 'inherit', 'inherit'], env });
  if (status !== 0) {
    console.error(`“${command.join(' ')}” failed.`);
    process.exit(1);
  }
}

const needed = missing();
const packages = needed.flatMap((program) => program.packages.split(' '));
const install = ['apt-get', 'install', '--yes', '--no-install-recommends', ...packages];
const installs = isDebian() && process.getuid?.() === 0;
if (needed.length > 0 && installs) {
  console.log(described(needed));
  run('apt-get', 'update');
  run(...install);
}
if (full && installs) fetchValkey();
const left = missing();
if (left.length > 0) {
  console.error(described(left));
  console.error(isDebian() ? `Install them, as root: ${install.join(' ')}` : 'Install them.');
  process.exit(1);
}
