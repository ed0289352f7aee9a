import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { python311 } from '../software.ts';
import { lockFile } from './environment.ts';
import { BUILD, POD_RELEASE, PYTHON_VERSION, ENVIRONMENTS, type Environment } from './stacks.ts';

/*
 * Renews the locks of the tests' Python environments: POD_SOURCE=<a checkout of Esup-Pod> node tests/stacks/lock.ts [NAME…].
 * The newest versions are taken of what Pod leaves open. The checkout has the release that stacks.ts names.
 */

/** The tool that resolves requirements and knows the hashes of all files of a package. */
const UV = 'uv==0.13.9';

const SOURCE = process.env['POD_SOURCE'] ?? '';

/** The requirements in a file of Pod's, and in those that it includes. */
function requirements(file: string): string[] {
  const lines = readFileSync(join(SOURCE, file), 'utf8').split('\n');
  return lines
    .map((line) => line.replace(/(^|\s)#.*/, '').trim())
    .filter((line) => line !== '')
    .flatMap((line) => {
      const included = /^-r\s+(\S+)/.exec(line)?.[1];
      return included === undefined ? line : requirements(included);
    });
}

/** The name of the package that a requirement is for. */
const nameOf = (requirement: string) => /^[\w.-]+/.exec(requirement)?.[0].toLowerCase() ?? '';

function wanted({ pod = [], without = [], more }: Environment): string[] {
  const left = pod.flatMap(requirements).filter((each) => !without.includes(nameOf(each)));
  return [...left, ...more];
}

function done(command: string, args: readonly string[], input = ''): string {
  const { status, stdout, stderr } = spawnSync(command, args, { input, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}\n${stderr}`);
  return stdout;
}

function checkRelease(): void {
  if (SOURCE === '') throw new Error('POD_SOURCE is to be a checkout of Esup-Pod.');
  const settings = readFileSync(join(SOURCE, 'pod/settings.py'), 'utf8');
  const release = /^VERSION = "(.*)"$/m.exec(settings)?.[1];
  if (release !== POD_RELEASE)
    throw new Error(`POD_SOURCE has Pod ${release}; stacks.ts names ${POD_RELEASE}.`);
}

const folder = mkdtempSync(join(tmpdir(), 'lock-'));
try {
  done(python311(), ['-m', 'venv', folder]);
  done(join(folder, 'bin/python'), ['-m', 'pip', 'install', '--quiet', UV]);
  const names = process.argv.slice(2);
  const all: [string, Environment][] = [
    ['build', { purpose: '', more: BUILD }],
    ...Object.entries(ENVIRONMENTS),
  ];
  for (const [name, environment] of all) {
    if (names.length > 0 && !names.includes(name)) continue;
    if (environment.pod) checkRelease();
    const options = ['--generate-hashes', '--no-header', '--no-annotate', '--quiet'];
    const args = ['pip', 'compile', '-', '--python-version', PYTHON_VERSION, ...options];
    const lock = done(join(folder, 'bin/uv'), args, `${wanted(environment).join('\n')}\n`);
    writeFileSync(lockFile(name), lock);
    console.log(`${name}: ${lock.match(/==/g)?.length} packages`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
