import { defineConfig } from 'vitest/config';
import SlowFirst from './tests/slowFirst.ts';
import Tally from './tests/tally.ts';

export default defineConfig({
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: [
            'tests/{pod,model,emit,checker,troubleshoot,view,cli,bench}/**/*.test.ts',
            'tests/components/**/*.unit.test.ts',
          ],
        },
      },
      {
        extends: true,
        test: {
          name: 'site',
          include: ['tests/{build,site,components,engines}/**/*.test.ts'],
          exclude: ['**/*.unit.test.ts'],
          globalSetup: 'tests/build.ts',
        },
      },
      {
        extends: true,
        test: { name: 'software', include: ['tests/{software-run,fuzz}/**/*.test.ts'] },
      },
    ],
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
