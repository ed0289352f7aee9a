import { makeEnvironment } from '../stacks/make.ts';
import { ENVIRONMENTS, type EnvironmentName } from '../stacks/stacks.ts';

/** Makes the Python environments of Pod before the tests start. Where PyPI cannot be reached, they are skipped. */
export default function prepare(): void {
  (Object.keys(ENVIRONMENTS) as EnvironmentName[]).every(makeEnvironment);
}
