import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '..');

const workflows = globSync('.github/workflows/*.yml', { cwd: ROOT }).map((file) => ({
  file,
  text: readFileSync(join(ROOT, file), 'utf8'),
}));

/** The steps of a workflow that run an action, each with its options. */
const actions = (text: string) =>
  [...text.matchAll(/^( *)- (?:id: .*\n *)?uses: (\S+)(.*)\n((?:\1 .*\n?)*)/gm)].map(
    ([, , name = '', version = '', options = '']) => ({ name, version, options }),
  );

describe.each(workflows)('$file', ({ text }) => {
  test('names every action by its commit, with the version beside it', () => {
    const found = actions(text);
    expect(found.length).toBe(text.match(/\buses:/g)?.length);
    for (const { name, version } of found) {
      expect(name).toMatch(/@[0-9a-f]{40}$/);
      expect(version).toMatch(/^ # v\d+\.\d+\.\d+$/);
    }
  });

  test('keeps no credentials in the checkout', () => {
    const checkouts = actions(text).filter(({ name }) => name.startsWith('actions/checkout@'));
    expect(checkouts.length).toBeGreaterThan(0);
    for (const { options } of checkouts) expect(options).toContain('persist-credentials: false');
  });

  test('may read only, but for the job that deploys', () => {
    expect(text).toMatch(/^permissions:\n {2}contents: read\n(?! )/m);
    const jobs = text
      .slice(text.indexOf('\njobs:\n'))
      .split(/^ {2}(?=\S+:$)/m)
      .slice(1);
    expect(jobs.length).toBeGreaterThan(0);
    for (const job of jobs)
      if (!job.includes('actions/deploy-pages@')) expect(job).not.toContain(': write');
  });
});

test('Dependabot watches the packages and the actions', () => {
  const text = readFileSync(join(ROOT, '.github/dependabot.yml'), 'utf8');
  const found = [...text.matchAll(/package-ecosystem: (\S+)/g)].map(([, name]) => name);
  expect(found).toEqual(['npm', 'github-actions']);
});
