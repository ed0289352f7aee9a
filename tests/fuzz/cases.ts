import fc from 'fast-check';
import { DEFAULTS, type Architecture } from '../../src/model/architecture.ts';
import { check } from '../../src/model/check.ts';
import { distinctArchitectures, passwords } from '../model/architecture.ts';

/** The input of the generator. */
export interface Case {
  readonly architecture: Architecture;
  /** The password as typed; empty when none is. */
  readonly password: string;
}

const errorsOf = ({ architecture, password }: Case) =>
  check(architecture, password).filter(({ severity }) => severity === 'error');

/** Replaces each field that has an error by its default, until no field has one. */
function repaired(wrong: Case): Case {
  let { architecture } = wrong;
  for (;;) {
    const fields = errorsOf({ ...wrong, architecture }).flatMap(({ field }) =>
      field === undefined || field === 'password' ? [] : field,
    );
    const changed = fields.filter((field) => architecture[field] !== DEFAULTS[field]);
    if (changed.length === 0) return { ...wrong, architecture };
    const initial = Object.fromEntries(changed.map((field) => [field, DEFAULTS[field]]));
    architecture = { ...architecture, ...(initial as Partial<Architecture>) };
  }
}

/** Choices that random architectures would have too rarely: a single server, and sentinels. */
const rare = fc.oneof(
  { weight: 2, arbitrary: fc.constant({}) },
  fc.record({
    host: fc.constantFrom('', '127.0.0.1', '::1', 'localhost'),
    web: fc.constant(1),
    workers: fc.constant(0),
    redis: fc.constant('web' as const),
  }),
  fc.constant({ redis: 'dedicated' as const }),
);

/** Cases without errors. */
export const soundCases: fc.Arbitrary<Case> = fc
  .record({
    architecture: fc
      .tuple(distinctArchitectures, rare)
      .map(([architecture, choices]): Architecture => ({ ...architecture, ...choices })),
    password: fc.oneof({ weight: 4, arbitrary: passwords }, fc.constant('')),
  })
  .map(repaired)
  .filter((each) => errorsOf(each).length === 0);
