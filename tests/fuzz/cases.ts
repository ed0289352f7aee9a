import fc from 'fast-check';
import { DEFAULTS, type Architecture } from '../../src/model/architecture.ts';
import { check } from '../../src/model/check.ts';
import { architectures, distinctArchitectures, passwords } from '../model/architecture.ts';

/** The input of the generator. */
export interface Case {
  readonly architecture: Architecture;
  /** The password as typed; empty when none is. */
  readonly password: string;
}

/** The errors of a case as a whole. */
export const errorsOf = ({ architecture, password }: Case) =>
  check(architecture, password).filter(({ severity }) => severity === 'error');

/** Gives each choice that is wrong its default, again until none is. */
function repaired(wrong: Case): Case {
  let { architecture } = wrong;
  for (;;) {
    const fields = errorsOf({ ...wrong, architecture }).flatMap(({ field }) =>
      field === undefined || field === 'password' ? [] : field,
    );
    const unlike = fields.filter((field) => architecture[field] !== DEFAULTS[field]);
    if (unlike.length === 0) return { ...wrong, architecture };
    const initial = Object.fromEntries(unlike.map((field) => [field, DEFAULTS[field]]));
    architecture = { ...architecture, ...(initial as Partial<Architecture>) };
  }
}

/** Addresses of Redis beside which all else runs. */
const besides = fc.constantFrom('', '127.0.0.1', '::1', 'localhost');

/** Has one server now and then: the only case without a password or with a socket, and rare. */
const someAlone = fc
  .tuple(distinctArchitectures, besides, fc.integer({ min: 0, max: 3 }))
  .map(([architecture, host, die]): Architecture =>
    die === 0 ? { ...architecture, host, web: 1, workers: 0, redis: 'web' } : architecture,
  );

/** Has Sentinel now and then, which wants servers of its own. */
const someApart = fc
  .tuple(someAlone, fc.integer({ min: 0, max: 3 }))
  .map(([architecture, die]): Architecture =>
    die === 0 && architecture.sentinels !== ''
      ? { ...architecture, redis: 'dedicated' }
      : architecture,
  );

const typed = fc.oneof({ weight: 4, arbitrary: passwords }, fc.constant(''));

/** Cases that `check` finds no error in. */
export const soundCases: fc.Arbitrary<Case> = fc
  .record({ architecture: someApart, password: typed })
  .map(repaired)
  .filter((each) => errorsOf(each).length === 0);

/** Cases whose choices may not go together. */
export const anyCases: fc.Arbitrary<Case> = fc.record({
  architecture: architectures,
  password: typed,
});
