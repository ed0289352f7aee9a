import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { lockFile } from './environment.ts';
import { BUILD, ENVIRONMENTS, type Environment } from './stacks.ts';

/** The packages of a lock: the version of each, and how many hashes it has. */
function packagesOf(text: string): Map<string, { version: string; hashes: number }> {
  const found = text.matchAll(
    /^([a-z0-9-]+)==(\S+) \\\n((?: {4}--hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)/gm,
  );
  return new Map(
    [...found].map(([, name = '', version = '', hashes = '']) => [
      name,
      { version, hashes: hashes.match(/sha256/g)?.length ?? 0 },
    ]),
  );
}

const environments: [string, Environment][] = Object.entries(ENVIRONMENTS);
const all: [string, Environment][] = [['build', { purpose: '', more: BUILD }], ...environments];

describe.each(all)('the lock of %s', (name, { more, without = [] }) => {
  const text = readFileSync(lockFile(name), 'utf8');
  const packages = packagesOf(text);

  test('has nothing but versions and hashes, and names no registry', () => {
    const lines = text.split('\n').filter((line) => !/^ {4}--hash=/.test(line) && line !== '');
    expect(lines.length).toBe(packages.size);
    expect(text).not.toContain('://');
  });

  test('has what is asked for, and not what it does without', () => {
    for (const requirement of more) {
      const [, asked = '', pinned] = /^([\w-]+)(?:==(\S+))?/.exec(requirement) ?? [];
      expect([asked, packages.has(asked)]).toEqual([asked, true]);
      if (pinned !== undefined) expect(packages.get(asked)?.version).toBe(pinned);
    }
    const asked = (each: string) =>
      more.some((other) => other.startsWith(`${each}==`) || other.includes(`[${each}]`));
    const left = without.filter((each) => !asked(each));
    expect(left.filter((each) => packages.has(each))).toEqual([]);
  });
});

test('kombu is one that redis-py can be used with', () => {
  for (const [name, { pod }] of environments) {
    // That of a test which shows what happens otherwise.
    if (!pod || name === 'pod-encode-newest') continue;
    const packages = packagesOf(readFileSync(lockFile(name), 'utf8'));
    const [kombu, redis] = ['kombu', 'redis'].map((each) => packages.get(each)?.version ?? '');
    expect([name, kombu, redis]).toEqual(
      name.endsWith('-next')
        ? [name, expect.stringMatching(/^5\.[7-9]\./), expect.stringMatching(/^([7-9]|6\.[1-9])/)]
        : [name, expect.stringMatching(/^5\.[0-6]\./), expect.stringMatching(/^5\./)],
    );
  }
});
