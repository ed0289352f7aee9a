import { beforeEach } from 'vitest';
import { hasEnvironment, NO_PYPI } from './environment.ts';

/** Skips the tests of a file, or of the `describe` around it, where there are no environments of Pod. */
export function needStacks(): void {
  beforeEach(({ skip }) => {
    skip(!hasEnvironment('pod') || !hasEnvironment('pod-encode'), NO_PYPI);
  });
}
