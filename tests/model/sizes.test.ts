import { describe, expect, test } from 'vitest';
import {
  ALLOWANCE,
  bytesOfOne,
  connectionsOf,
  memoryNeeded,
  MEGABYTE,
  proposedMemory,
  SITES,
  SIZES,
} from '../../src/model/sizes.ts';
import { FIELDS } from '../../src/model/fields.ts';

test('the bytes of one more are the slope, whatever the beginning', () => {
  expect(
    bytesOfOne([
      [10, 1020],
      [20, 2020],
      [30, 3020],
    ]),
  ).toBeCloseTo(100);
});

describe('the proposed limit', () => {
  const cases = [
    [0, 0],
    [200, 2000],
    [5000, 40000],
    [1000000, 1000000],
  ] as const;

  test.each(cases)(
    '%i people and %i videos: twice the need, and no more than four times',
    (people, videos) => {
      const proposed = proposedMemory({ people, videos });
      const need = memoryNeeded({ people, videos, ...ALLOWANCE }) / MEGABYTE;
      expect(proposed).toBeGreaterThanOrEqual(2 * need);
      if (proposed > 64) expect(proposed).toBeLessThan(4 * need);
    },
  );

  test('is a value that the field takes', () => {
    for (const [people, videos] of cases) {
      const [least, most] = FIELDS.memory.range ?? [0, 0];
      expect(proposedMemory({ people, videos })).toBeGreaterThanOrEqual(least);
      expect(proposedMemory({ people, videos })).toBeLessThanOrEqual(most);
    }
  });
});

test.each(SITES)(
  'the load of the $name site was tried with its limit, and nothing was evicted',
  (site) => {
    const load = SIZES.loads.find((each) => each.site === site.name);
    const connections = connectionsOf(site);
    expect(load).toMatchObject({
      memory: proposedMemory({ ...site, connections }),
      evicted: 0,
    });
    // The web server and its workers were connected besides.
    expect(load?.connections).toBeGreaterThanOrEqual(connections);
    expect(load?.used).toBeLessThan(0.9 * (load?.memory ?? 0) * MEGABYTE);
    // The calculation leaves nothing large out: buffers, and the connections of the test itself.
    expect(load?.used).toBeLessThan(1.2 * memoryNeeded({ ...site, connections }));
  },
);
