import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { defineConfig } from 'vitest/config';
import Report from './tests/report.ts';
import { OLDEST, STACKS } from './tests/stacks/stacks.ts';

/** How many seconds two processes count for: a shorter sample depends on what others do just then. */
const SAMPLE = 1.5;

/** How far they count together on the two idle cores that the limits are for: each to 3,400 in a second. */
const REFERENCE = 2 * 3400 * SAMPLE;

const COUNTER = `let count = 0;
for (const end = performance.now() + ${SAMPLE * 1000}; performance.now() < end; count++)
  for (let i = 0, x = 0; i < 1e6; i++) x ^= i;
console.log(count);`;

/** How many times slower than that this machine is now. */
async function slowness(): Promise<number> {
  const count = () => promisify(execFile)(process.execPath, ['-e', COUNTER]);
  const counts = await Promise.all([count(), count()]);
  const total = counts.reduce((sum, { stdout }) => sum + Number(stdout), 0);
  return Math.max(1, REFERENCE / Math.max(1, total));
}

// Commands and workers start in a third of the time.
process.env['NODE_COMPILE_CACHE'] ??= join(import.meta.dirname, '.cache/node');
// Read by tests/sets.ts as it loads, here and in every worker: it is imported after this.
process.env['SEED'] ??= String(Math.floor(Math.random() * 2 ** 31));
process.env['SLOWNESS'] ??= (await slowness()).toFixed(1);
const { full, limit } = await import('./tests/sets.ts');

/** The stacks that only the full set runs. */
const otherStacks = full ? Object.keys(STACKS).filter((name) => name !== 'pod') : [];

/** A project of tests that boot whole servers: some files of tests/machines, on a stack. */
const machines = (name: string, files: string, env: Record<string, string>) => ({
  extends: true as const,
  test: {
    name,
    include: [`tests/machines/${files}.test.ts`],
    globalSetup: 'tests/stacks/prepare.ts',
    env,
    // A machine that boots needs both cores: these run after all others, one by one.
    sequence: { groupOrder: 1 },
    fileParallelism: false,
  },
});

export default defineConfig({
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          // Nothing here leaves anything behind, and imports would take half of the time.
          isolate: false,
          include: [
            'tests/{model,emit,checker,troubleshoot,view,cli,bench}/**/*.test.ts',
            'tests/**/*.unit.test.ts',
            'tests/*.test.ts',
          ],
        },
      },
      {
        extends: true,
        test: {
          name: 'site',
          include: [`tests/{build,site,components${full ? ',engines' : ''}}/**/*.test.ts`],
          exclude: ['**/*.unit.test.ts'],
          globalSetup: 'tests/build.ts',
        },
      },
      {
        extends: true,
        test: {
          name: 'software',
          include: ['tests/{software-run,fuzz}/**/*.test.ts'],
          exclude: ['**/*.unit.test.ts', '**/oldest.test.ts'],
          globalSetup: 'tests/stacks/prepare.ts',
        },
      },
      ...(process.env['POD_SOURCE'] === undefined
        ? []
        : [
            {
              extends: true as const,
              test: {
                name: 'pod',
                include: ['tests/pod/**/*.test.ts'],
                exclude: ['**/*.unit.test.ts'],
                globalSetup: 'tests/pod/prepare.ts',
                // Two cases at a time of two files need both cores: these run after all others.
                sequence: { groupOrder: 2 },
                maxConcurrency: 2,
              },
            },
          ]),
      // The same on the software that other readers have; the project "software" has what Pod installs.
      ...otherStacks.map((STACK) => ({
        extends: true as const,
        test: {
          name: STACK,
          include: [`tests/software-run/${STACK === OLDEST ? 'oldest' : 'proof'}.test.ts`],
          globalSetup: 'tests/stacks/prepare.ts',
          // Read by tests/stacks/environment.ts.
          env: { STACK },
        },
      })),
      machines('machines', full ? '*' : '{machine,install}', {}),
      ...(full
        ? [machines('machines-debian-13', '{machine,install,workers}', { STACK: 'debian-13' })]
        : []),
    ],
    reporters: ['default', new Report()],
    // Much of the time goes by waiting; Vitest itself would leave one of two cores idle.
    maxWorkers: 2,
    // Real browsers and real servers: a test waits for what it is about, and this ends one that hangs.
    testTimeout: limit(600),
    hookTimeout: limit(600),
    expect: { poll: { timeout: limit(90) } },
    // The option -t finds a case by its whole name.
    taskTitleValueFormatTruncate: 100,
    allowOnly: false,
  },
});
