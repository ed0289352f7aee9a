import fc from 'fast-check';
import { expect, test } from 'vitest';
import { codeText } from '../../src/emit/code.ts';
import { fileText } from '../../src/emit/files.ts';
import { PROCEDURES, type ProcedureId } from '../../src/emit/quotes/procedures.ts';
import { plan } from '../../src/model/deployment.ts';
import { architectures } from '../model/architecture.ts';
import { runs } from '../sets.ts';
import { emitted } from './emitted.ts';
import { quotesOf } from './quotes/quoted.ts';

/** The lines of a text that name a program of Pod's environment; a comment runs nothing. */
const programLines = (text: string) =>
  text.split('\n').filter((line) => /^[^#]*\/bin\/(python|celery|pip)\b/.test(line));

/** A line that runs a program under an account and with another terminal than root's, or with none. */
const underAccount = (account: string) =>
  new RegExp(
    `as_pod .*(?:</dev/null|<<'PYTHON')|runuser --pty -u ${account} -- |setsid -w (?:env -C \\S+ )?runuser -u ${account} -- .*(?:</dev/null|<<'PYTHON') 2>&1 \\| `,
  );

test('root runs no program that Pod’s account may change, and none of Pod’s has root’s terminal', () => {
  let seen = 0;
  fc.assert(
    fc.property(architectures, (architecture) => {
      fc.pre(architecture.redis !== 'docker');
      const { account } = architecture;
      for (const file of emitted(architecture).filter(({ kind }) => kind === 'verify'))
        for (const line of programLines(fileText(file))) {
          // Whether it is there is asked of the file system.
          if (!line.startsWith('[ -x ')) expect(line).toMatch(underAccount(account));
          seen += 1;
        }
      for (const id of Object.keys(PROCEDURES) as ProcedureId[])
        for (const { path, lines } of quotesOf(id, plan(architecture)))
          for (const line of programLines(codeText(lines)))
            // A file says itself under which account its program runs.
            if (path === undefined)
              expect([id, line]).toEqual([id, expect.stringMatching(underAccount(account))]);
    }),
    { numRuns: runs(30, 200) },
  );
  expect(seen).toBeGreaterThan(0);
});

test('no command leaves root’s shell in a folder in which Pod’s account decides what a name means', () => {
  let seen = 0;
  fc.assert(
    fc.property(architectures, (architecture) => {
      for (const id of Object.keys(PROCEDURES) as ProcedureId[])
        for (const { path, lines } of quotesOf(id, plan(architecture)))
          if (path === undefined) {
            expect([id, codeText(lines)]).toEqual([
              id,
              expect.not.stringMatching(/(?:^|[;&|({]) *cd /m),
            ]);
            seen += 1;
          }
    }),
    { numRuns: runs(10, 100) },
  );
  expect(seen).toBeGreaterThan(0);
});
