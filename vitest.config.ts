import { defineConfig } from 'vitest/config';
import SlowFirst from './tests/slowFirst.ts';
import Tally from './tests/tally.ts';

export default defineConfig({
  test: {
    include: ['tests/**/*.test.ts'],
    globalSetup: 'tests/build.ts',
    reporters: ['default', new Tally()],
    // Much of the time goes by waiting; Vitest itself would leave one of two cores idle.
    maxWorkers: 2,
    sequence: { sequencer: SlowFirst },
    // Real browsers and real servers on a machine of two cores.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    allowOnly: false,
  },
});
