import { relative } from 'node:path';
import type { Reporter, TestCase, TestModule, TestRunEndReason } from 'vitest/node';

/** Plain lines for a CI log: the seed, the skipped tests with their reasons, and the counts. */
export default class Report implements Reporter {
  onInit(): void {
    const { SEED, SLOWNESS, TESTS } = process.env;
    const set = TESTS === 'full' ? 'Everything is run' : `Samples are drawn with SEED=${SEED}`;
    console.log(`${set}; time limits are multiplied by SLOWNESS=${SLOWNESS}.`);
  }

  /** The cases with Pod itself that are still to be run. */
  #left = 0;

  onTestModuleCollected(module: TestModule): void {
    if (module.project.name === 'pod') this.#left += [...module.children.allTests()].length;
  }

  /** A line for each of the long cases, with how many are left. */
  onTestCaseResult(test: TestCase): void {
    if (test.project.name !== 'pod') return;
    this.#left--;
    const { state } = test.result();
    if (state === 'skipped') return;
    const seconds = ((test.diagnostic()?.duration ?? 0) / 1000).toFixed(1);
    console.log(
      `${test.parent.type === 'suite' ? test.parent.name : ''}, ${test.name}: ${state}, ${seconds} s; ${this.#left} left`,
    );
  }

  onTestRunEnd(
    modules: readonly TestModule[],
    errors: readonly unknown[],
    reason: TestRunEndReason,
  ): void {
    let passed = 0;
    let failed = errors.length;
    const skipped = new Map<string, { count: number; files: Set<string> }>();
    for (const module of modules) {
      failed += module.errors().length;
      for (const test of module.children.allTests()) {
        const result = test.result();
        if (result.state === 'passed') passed++;
        if (result.state === 'failed') failed++;
        // Tests that the option -t leaves out have no note, and are not reported.
        if (result.state !== 'skipped' || result.note === undefined) continue;
        const same = skipped.get(result.note) ?? { count: 0, files: new Set() };
        same.count++;
        same.files.add(relative('', module.moduleId));
        skipped.set(result.note, same);
      }
    }
    // A run that fails before its first test has no failed test.
    if (reason === 'failed') failed ||= 1;
    for (const [note, { count, files }] of skipped)
      console.log(`${count} skipped in ${[...files].join(', ')}: ${note}`);
    console.log(`${passed} passed, ${failed} failed`);
  }
}
