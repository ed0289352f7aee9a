import { defineConfig } from 'vitest/config';
import Tally from './tests/tally.ts';

export default defineConfig({
  test: {
    include: ['tests/**/*.test.ts'],
    globalSetup: 'tests/build.ts',
    reporters: ['default', new Tally()],
    // Real browsers and real servers on a machine of two cores.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    allowOnly: false,
  },
});
