import { beforeEach } from 'vitest';
import { missingStack } from './environment.ts';

/** Skips the tests of a file, or of the `describe` around it, where the stack of this run is not there. */
export function needStack(): void {
  beforeEach(({ skip }) => {
    const missing = missingStack();
    skip(missing !== undefined, missing);
  });
}
