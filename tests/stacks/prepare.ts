import { full } from '../sets.ts';
import { makeRelease } from './debian.ts';
import { makeEnvironment } from './make.ts';
import {
  ENVIRONMENTS,
  RELEASES,
  type Environment,
  type EnvironmentName,
  type ReleaseName,
} from './stacks.ts';

/**
 * Makes the Python environments and, for the full set, the releases of Debian before the tests with real software
 * start. Where their packages cannot be reached there are none, and the tests that need them are skipped.
 */
export default function prepare(): void {
  const environments: [string, Environment][] = Object.entries(ENVIRONMENTS);
  const names = environments.filter(
    ([, { only }]) => only === undefined || (full && only === 'full'),
  );
  // The first that PyPI would be needed for stops it.
  names.every(([name]) => makeEnvironment(name as EnvironmentName));
  if (full) (Object.keys(RELEASES) as ReleaseName[]).every(makeRelease);
}
