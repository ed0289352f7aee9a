import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { python311 } from '../software.ts';
import { hasEnvironment, lockFile, modulesIn, NO_PYPI, placeOf } from './environment.ts';
import { ENVIRONMENTS, type Environment, type EnvironmentName } from './stacks.ts';

/** The message of pip where it reaches no index, after the names of versions that it found there. */
const NO_ACCESS = /\(from versions: none\)/;

function run(command: string, ...args: string[]): { succeeded: boolean; output: string } {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8' });
  return { succeeded: status === 0, output: error ? String(error) : stdout + stderr };
}

function done(command: string, ...args: string[]): void {
  const { succeeded, output } = run(command, ...args);
  if (!succeeded) throw new Error(`${[command, ...args].join(' ')}\n${output}`);
}

/** Fills a new virtual environment; false if PyPI cannot be reached. */
function fill(folder: string, name: EnvironmentName): boolean {
  const { empty = [], edits = [] }: Environment = ENVIRONMENTS[name];
  done(python311(), '-m', 'venv', folder);
  const install = (lock: string) => [
    ...['-m', 'pip', 'install', '--disable-pip-version-check', '--quiet', '--retries', '2'],
    // The lock has all that is needed: nothing is resolved, and nothing else is fetched to build a package.
    ...['--require-hashes', '--no-deps', '--no-build-isolation', '--requirement', lockFile(lock)],
  ];
  const bin = join(folder, 'bin/python');
  const { succeeded, output } = run(bin, ...install('build'));
  if (!succeeded && NO_ACCESS.test(output)) return false;
  if (!succeeded) throw new Error(output);
  done(bin, ...install(name));
  const modules = modulesIn(folder);
  for (const module of empty) writeFileSync(join(modules, `${module}.py`), '');
  for (const { file, from, to } of edits) {
    const path = join(modules, file);
    const text = readFileSync(path, 'utf8');
    if (!text.includes(from)) throw new Error(`${path} has no “${from}”.`);
    writeFileSync(path, text.replaceAll(from, to));
  }
  return true;
}

/**
 * Makes the virtual environment, if it is not there yet. Programs of an environment know their folder, so it
 * is made in a separate folder, to which the known place is a link once it is complete. Two runs
 * of the tests do not disturb each other: the second one takes what the first one made.
 *
 * @returns whether it is there: false if PyPI cannot be reached
 * @throws if PyPI can be reached and it cannot be made
 */
export function makeEnvironment(name: EnvironmentName): boolean {
  if (hasEnvironment(name)) return true;
  const place = placeOf(name);
  const folder = `${place}-${process.pid}`;
  console.log(
    `Installing Python’s packages for the tests: ${name}, ${ENVIRONMENTS[name].purpose}.`,
  );
  mkdirSync(join(place, '..'), { recursive: true });
  let linked = false;
  try {
    if (!fill(folder, name)) return false;
    if (hasEnvironment(name)) return true;
    // A link whose environment, or whose Python, has gone.
    rmSync(place, { force: true });
    symlinkSync(basename(folder), place);
    linked = true;
    return true;
  } finally {
    if (!linked) rmSync(folder, { recursive: true, force: true });
  }
}

/** Removes an environment, if this process made it. */
export function removeEnvironment(name: EnvironmentName): void {
  const place = placeOf(name);
  const folder = `${place}-${process.pid}`;
  if (!existsSync(folder)) return;
  rmSync(place);
  rmSync(folder, { recursive: true });
}

if (import.meta.main) {
  const names = process.argv.slice(2);
  const unknown = names.find((name) => !Object.hasOwn(ENVIRONMENTS, name));
  if (unknown !== undefined) throw new Error(`No such environment: ${unknown}`);
  if (!names.every((name) => makeEnvironment(name as EnvironmentName))) {
    console.error(`${NO_PYPI}.`);
    process.exitCode = 1;
  }
}
