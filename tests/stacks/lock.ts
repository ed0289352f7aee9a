import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { python311 } from '../software.ts';
import { changesOf, described, type Locks } from './changes.ts';
import { lockFile } from './environment.ts';
import { lockedRelease, podSource, RELEASE_FILE, releaseIn } from './release.ts';
import { BUILD, ENVIRONMENTS, PYTHON_VERSION, type Environment } from './stacks.ts';

/*
 * As a command, renews the locks of the tests' Python environments: POD_SOURCE=<a checkout of Esup-Pod> npm run
 * stacks:update. The newest versions are taken of what Pod leaves open. Names after `--` renew these locks alone.
 */

/** The tool that resolves requirements and knows the hashes of all files of a package. */
const UV = 'uv==0.13.9';

/** The environments to lock, by the names of the locks. */
const LOCKED: Readonly<Record<string, Environment>> = {
  build: { purpose: '', more: BUILD },
  ...ENVIRONMENTS,
};

/** The requirements in a file of Pod's, and in those that it includes. */
function requirements(source: string, file: string): string[] {
  const lines = readFileSync(join(source, file), 'utf8').split('\n');
  return lines
    .map((line) => line.replace(/(^|\s)#.*/, '').trim())
    .filter((line) => line !== '')
    .flatMap((line) => {
      const included = /^-r\s+(\S+)/.exec(line)?.[1];
      return included === undefined ? line : requirements(source, included);
    });
}

/** The name of the package that a requirement is for. */
const nameOf = (requirement: string) => /^[\w.-]+/.exec(requirement)?.[0].toLowerCase() ?? '';

/** The requirements of an environment, without the versions of the packages in `open`. */
function wanted(source: string, environment: Environment, open: readonly string[]): string[] {
  const { pod = [], without = [], more } = environment;
  const ofPod = pod.flatMap((file) => requirements(source, file));
  const all = [...ofPod.filter((each) => !without.includes(nameOf(each))), ...more];
  return all.map((each) =>
    open.includes(nameOf(each)) ? (/^[\w.-]+(\[.*\])?/.exec(each)?.[0] ?? each) : each,
  );
}

function done(command: string, args: readonly string[], input = ''): string {
  const { status, stdout, stderr } = spawnSync(command, args, { input, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}\n${stderr}`);
  return stdout;
}

/** The locks as they are. */
export const currentLocks = (): Locks =>
  Object.fromEntries(
    Object.keys(LOCKED).map((name) => [name, readFileSync(lockFile(name), 'utf8')]),
  );

/**
 * The locks with the newest versions that the requirements allow.
 *
 * @param source a checkout of Esup-Pod
 * @param names the locks to resolve, by default all
 * @param instead requirements that replace those for the same packages, also Pod's pins
 * @throws if no versions go together, or PyPI cannot be reached
 */
export function newestLocks(
  source: string,
  names: readonly string[] = [],
  instead: readonly string[] = [],
): Locks {
  const folder = mkdtempSync(join(tmpdir(), 'lock-'));
  try {
    done(python311(), ['-m', 'venv', folder]);
    done(join(folder, 'bin/python'), ['-m', 'pip', 'install', '--quiet', UV]);
    const constraints = join(folder, 'constraints.txt');
    writeFileSync(constraints, instead.join('\n'));
    const options = ['--generate-hashes', '--no-header', '--no-annotate', '--quiet'];
    const compile = ['pip', 'compile', '-', '--python-version', PYTHON_VERSION, ...options];
    const resolved = Object.entries(LOCKED)
      .filter(([name]) => names.length === 0 || names.includes(name))
      .map(([name, environment]) => {
        const input = `${wanted(source, environment, instead.map(nameOf)).join('\n')}\n`;
        const args = [...compile, '--constraints', constraints];
        return [name, done(join(folder, 'bin/uv'), args, input)] as const;
      });
    return Object.fromEntries(resolved);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Writes the newest locks, and says which versions changed. */
function update(names: readonly string[]): void {
  const unknown = names.find((name) => !Object.hasOwn(LOCKED, name));
  if (unknown !== undefined) throw new Error(`No such lock: ${unknown}`);
  const source = podSource();
  const release = releaseIn(source);
  if (names.length > 0 && release !== lockedRelease())
    throw new Error(
      `The locks are for Pod ${lockedRelease()}, POD_SOURCE has Pod ${release}: renew all of them.`,
    );
  const before = currentLocks();
  const after = newestLocks(source, names);
  for (const [name, text] of Object.entries(after)) writeFileSync(lockFile(name), text);
  const changes = changesOf(before, after, { from: lockedRelease(), to: release });
  writeFileSync(RELEASE_FILE, `${release}\n`);
  console.log(changes.map(described).join('\n') || 'No version has changed.');
}

if (import.meta.main) update(process.argv.slice(2));
