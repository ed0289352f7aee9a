import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * The files that take long, in an order in which what keeps a processor busy runs beside what
 * mostly waits for servers.
 */
const SLOW = [
  'lighthouse',
  'grow',
  'verify',
  'workers',
  'operate',
  'install',
  'valkey',
  'errors',
  'faults',
  'accessibility',
  'proof',
  'strain',
  'journey',
  'hostile',
  'engines',
];

/**
 * Begins with the files that take long: Vitest goes by their size where it has not run them
 * before, and one worker would wait for minutes while the other runs the last.
 */
export default class SlowFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => {
      const at = SLOW.findIndex((name) => moduleId.endsWith(`/${name}.test.ts`));
      return at < 0 ? SLOW.length : at;
    };
    return (await super.sort(files)).toSorted((a, b) => rank(a) - rank(b));
  }
}
