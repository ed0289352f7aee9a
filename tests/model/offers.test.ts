import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DEFAULTS, type Architecture } from '../../src/model/architecture.ts';
import { check } from '../../src/model/check.ts';
import { connectionWayOf, OFFERS, offerName, offerOf } from '../../src/model/offers.ts';
import { POD_PROOF } from '../../src/site/podProof.ts';
import { PROOFS, unproven } from '../../src/site/proof.ts';
import { covering, runs } from '../sets.ts';
import { OLDEST, STACKS } from '../stacks/stacks.ts';
import { distinctArchitectures } from './architecture.ts';

const names = new Set(OFFERS.map(offerName));

describe('the cases that the generator offers', () => {
  test('are all that a form without an error can be', () => {
    const found = new Set<string>();
    fc.assert(
      // One web server often, beside which Redis may be reached without an address.
      fc.property(distinctArchitectures, fc.boolean(), (drawn, alone) => {
        const architecture = alone ? { ...drawn, web: 1 } : drawn;
        const errors = check(architecture, '').filter(({ severity }) => severity === 'error');
        const name = offerName(offerOf(architecture));
        if (errors.length === 0) {
          expect(names).toContain(name);
          found.add(name);
        }
      }),
      { numRuns: runs(1000, 5000) },
    );
    expect(found.size).toBeGreaterThan(names.size / 4);
  });

  test('have a name each', () => {
    expect(names.size).toBe(OFFERS.length);
  });

  test.each<[Partial<Architecture>, string]>([
    [{}, 'celery-tcp-password'],
    [{ shared: true, tls: true }, 'celery-tls-password-shared'],
    [{ arch: 'standalone', shared: true, auth: 'none' }, 'standalone-tcp-none'],
    [{ host: '2001:db8::5', tls: true, auth: 'acl' }, 'celery-tls6-acl'],
    [{ socket: '/s', tls: true }, 'celery-socket-password'],
    [{ redis: 'docker' }, 'celery-docker-none'],
    [{ redis: 'dedicated', sentinels: 'a,b,c' }, 'celery-sentinel-password'],
    [{ redis: 'dedicated', sentinels: '::1,::2,::3' }, 'celery-sentinel6-password'],
    [{ redis: 'dedicated', sentinels: 'a,b,c', tls: true, auth: 'acl' }, 'celery-sentinel-tls-acl'],
    [{ arch: 'standalone', sessions: 'cached_db' }, 'standalone-tcp-password-cached_db'],
    [{ sessions: 'cached_db' }, 'celery-tcp-password'],
  ])('%j is %s', (choices, name) => {
    expect(offerName(offerOf({ ...DEFAULTS, ...choices }))).toBe(name);
  });

  test('say whether a password is asked for, not what was chosen for another place', () => {
    const docker = { ...DEFAULTS, redis: 'docker', auth: 'acl' } as const;
    expect(connectionWayOf(docker)).toEqual({ transport: 'docker', auth: 'none' });
  });
});

describe('the site', () => {
  test('has a proof of every case', () => {
    expect(unproven()).toEqual([]);
  });

  test.each([POD_PROOF, PROOFS.pod, PROOFS['debian-12']])(
    'knows a case that was not run by its name',
    (proof) => {
      const all: readonly { readonly name: string }[] = proof.cases;
      const cases = all.filter(({ name }) => name !== 'celery-tls6-acl');
      expect(unproven([POD_PROOF, { cases }])).toEqual(['celery-tls6-acl']);
    },
  );

  test('has a proof of every stack, complete or pairwise', () => {
    const expected = Object.entries(STACKS)
      .filter(([name]) => name !== OLDEST)
      .map(([name, { complete }]) => [
        name,
        (complete ? OFFERS : covering(OFFERS)).map(offerName).sort(),
      ]);
    const found = Object.entries(PROOFS).map(([name, { cases }]) => [
      name,
      cases.map((each) => each.name).sort(),
    ]);
    expect(Object.fromEntries(found)).toEqual(Object.fromEntries(expected));
  });
});
