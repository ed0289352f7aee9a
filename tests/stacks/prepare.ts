import { full } from '../sets.ts';
import { makeEnvironment } from './make.ts';
import { STACKS, type Stack, type StackName } from './stacks.ts';

/**
 * Makes the Python environments of the tests with real software before these start. Where PyPI cannot be reached
 * there are none, and the tests that need one are skipped.
 */
export default function prepare(): void {
  const all = full && process.env['POD_SOURCE'] !== undefined;
  const stacks: [string, Stack][] = Object.entries(STACKS);
  const names = stacks.filter(([, stack]) => all || !stack.full).map(([name]) => name as StackName);
  // The first that PyPI would be needed for stops it.
  names.every(makeEnvironment);
}
