import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RELEASES, type ReleaseName } from './stacks.ts';

/** The folder of the releases, which is kept between runs. */
const CACHE = join(import.meta.dirname, '../../.cache/debian');

/** The reason why tests are skipped. */
export const NO_RELEASE =
  'a release of Debian is not in .cache/debian; root makes it with debootstrap from Debian’s packages, which cannot be reached';

/** The programs of a release that the tests start, by the names under which they start them. */
const PROGRAMS: Readonly<Record<string, string>> = {
  python: '/usr/bin/python3',
  celery: '/usr/bin/celery',
  'redis-server': '/usr/bin/redis-server',
  'valkey-server': '/usr/bin/valkey-server',
};

/**
 * The script that starts a program of a release: it sees this machine's processes, network and
 * temporary files, and the files of the release for all others.
 */
const starter = (root: string, program: string) => `#!/bin/sh
case $PWD in ${tmpdir()}*) cwd=$PWD ;; *) cwd=/ ;; esac
exec unshare --mount sh -c '
for each in /proc /sys /dev ${tmpdir()}; do mount --rbind "$each" "${root}$each" || exit; done
exec /usr/sbin/chroot "${root}" env --chdir="$@"' sh "$cwd" ${program} "$@"
`;

/** The folder of a release, which changes with the packages asked for. */
function placeOf(name: ReleaseName): string {
  const made = [RELEASES[name], PROGRAMS, starter('', '')];
  const hash = createHash('sha256').update(JSON.stringify(made));
  return join(CACHE, `${name}-${hash.digest('hex').slice(0, 12)}`);
}

/** Whether a release has been made. */
export const hasRelease = (name: ReleaseName): boolean => existsSync(placeOf(name));

/**
 * The folder of a release: `root` has its files, `bin` a script for each program.
 *
 * @throws if it has not been made
 */
export function release(name: ReleaseName): string {
  if (!hasRelease(name)) throw new Error(`${name}: ${NO_RELEASE}`);
  return placeOf(name);
}

/**
 * Makes a release, if it is not there yet.
 *
 * @returns whether it is there: false without the rights of root or access to Debian's packages
 */
export function makeRelease(name: ReleaseName): boolean {
  if (hasRelease(name)) return true;
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false;
  const place = placeOf(name);
  const folder = `${place}-${process.pid}`;
  const { codename, packages } = RELEASES[name];
  console.log(`Installing ${name} for the tests, with ${packages.join(', ')}.`);
  mkdirSync(join(folder, 'bin'), { recursive: true });
  const root = join(folder, 'root');
  const options = ['--variant=minbase', `--include=${packages.join()}`];
  const made = spawnSync('debootstrap', [...options, codename, root], { encoding: 'utf8' });
  if (made.status !== 0) {
    rmSync(folder, { recursive: true, force: true });
    if (/Failed getting release file/.test(made.stdout + made.stderr)) return false;
    throw new Error(made.error?.message ?? `${made.stdout.slice(-2000)}${made.stderr}`);
  }
  for (const [program, path] of Object.entries(PROGRAMS))
    writeFileSync(join(folder, 'bin', program), starter(join(place, 'root'), path), {
      mode: 0o755,
    });
  // Another run may have made it meanwhile.
  if (hasRelease(name)) rmSync(folder, { recursive: true });
  else renameSync(folder, place);
  return true;
}
