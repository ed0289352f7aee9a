import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readPackages, staysBelow } from '../../src/checker/read/packagesFile.ts';
import { runs } from '../sets.ts';
import { environment, stack } from '../stacks/environment.ts';
import { needStack } from '../stacks/need.ts';
import { run } from './processes.ts';

needStack();

/**
 * A script that tells for each requirement whether pip would take a version from 5.7 on: null where it cannot read it, or
 * takes none.
 */
const SCRIPT = `
import json, sys
from pip._vendor.packaging.requirements import Requirement
versions = [f"{major}.{minor}" for major in range(5, 9) for minor in range(10) if (major, minor) >= (5, 7)]
versions += ["5.7.1", "5.8.3", "6.1.1", "99.0"]
older = [f"{major}.{minor}{patch}" for major in range(6) for minor in range(10) for patch in ("", ".1") if (major, minor) < (5, 7)]
def takes(line):
    try:
        specifier = Requirement(line).specifier
    except ValueError:
        return None
    takes = [version for version in older + versions if specifier.contains(version)]
    return None if takes == [] else takes[-1] in versions
json.dump([takes(line) for line in json.load(sys.stdin)], sys.stdout)
`;

const clause = fc
  .record({
    operator: fc.constantFrom('==', '===', '~=', '!=', '<', '<=', '>', '>='),
    numbers: fc.array(fc.nat(8), { minLength: 1, maxLength: 3 }),
    more: fc.nat(3),
    any: fc.constantFrom('', '', '', '.*'),
    gap: fc.constantFrom('', ' '),
  })
  .map(({ operator, numbers: [first = 0, ...rest], more, any, gap }) => {
    // Most majors are those near the limit.
    const version = [more === 0 ? first : 5, ...rest].join('.');
    return `${operator}${gap}${version}${operator === '==' || operator === '!=' ? any : ''}`;
  });

const line = fc
  .tuple(
    fc.constantFrom('kombu', 'Kombu', 'kombu[redis]', 'kombu '),
    fc.array(clause, { maxLength: 2 }),
  )
  .map(([name, clauses]) => name + clauses.join(','));

test('a requirement keeps a package below a version exactly if pip takes none from it on', async () => {
  const lines = fc.sample(line, runs(500, 5000));
  const python = join(environment(stack.web), 'bin/python');
  const { stdout, stderr } = await run(python, ['-c', SCRIPT], { input: JSON.stringify(lines) });
  expect(stderr).toBe('');
  const taken = JSON.parse(stdout) as (boolean | null)[];
  const wrong = lines.filter((each, at) => {
    const kombu = readPackages(each).get('kombu');
    const below = kombu !== undefined && staysBelow(kombu, [5, 7]);
    return taken[at] !== null && below === taken[at];
  });
  expect(wrong).toEqual([]);
  expect(new Set(taken)).toEqual(new Set([true, false, null]));
});
