import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DEFAULTS } from '../../../src/model/architecture.ts';
import { codeText, lineText } from '../../../src/emit/code.ts';
import { PASSWORD_PLACEHOLDER } from '../../../src/model/password.ts';
import { plan } from '../../../src/model/deployment.ts';
import { PRESETS } from '../../../src/model/presets.ts';
import { PROCEDURES, type ProcedureId } from '../../../src/emit/quotes/procedures.ts';
import type { Procedure } from '../../../src/emit/quotes/procedure.ts';
import { architectures } from '../../model/architecture.ts';
import { runs } from '../../sets.ts';
import { quotesOf } from './quoted.ts';

const ids = Object.keys(PROCEDURES) as ProcedureId[];
const tests = ['software-run', 'machines', 'pod'].map((each) =>
  join(import.meta.dirname, '../..', each),
);
const docs = join(import.meta.dirname, '../../../src/content/docs');

/** The texts of a folder's files with an extension, by name. */
function texts(folder: string, kind: string): Map<string, string> {
  const names = readdirSync(folder).filter((name) => name.endsWith(kind));
  return new Map(names.map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
}

describe.each(['fr', 'en'])('the pages in %s', (language) => {
  const pages = texts(join(docs, language), '.mdx');

  test('quote every procedure, and none that is not there', () => {
    const quoted = [...pages.values()].flatMap((page) =>
      [...page.matchAll(/<Commands of="([^"]+)"/g)].map(([, id]) => id),
    );
    expect(new Set(quoted)).toEqual(new Set(ids));
  });

  test('say whose architecture they show wherever they show one', () => {
    for (const [name, page] of pages)
      expect([name, page.includes('<YourArchitecture')]).toEqual([
        name,
        /<(Commands|Directives|Settings)\b/.test(page),
      ]);
  });

  // Markdown to copy is no command; the npm commands of this repository have tests elsewhere.
  test('have no commands of their own', () => {
    for (const [name, page] of pages)
      expect([name, /^ *(```|~~~)(?!md\b)\w+\n(?!npm )/m.test(page)]).toEqual([name, false]);
  });
});

test('every procedure is run by a test on real software, or says why not', () => {
  const run = tests.flatMap((folder) => [...texts(folder, '.ts').values()]).join('\n');
  const untold = ids.filter((id) => {
    const { example }: Procedure = PROCEDURES[id];
    return example === undefined && !run.includes(`'${id}'`);
  });
  expect(untold).toEqual([]);
});

test('in any architecture procedures are emitted, without an empty piece or one too many', () => {
  fc.assert(
    fc.property(architectures, (architecture) => {
      const deployment = plan(architecture);
      for (const id of ids)
        for (const { lines } of quotesOf(id, deployment)) {
          expect(lines.length).toBeGreaterThan(0);
          expect(lineText(lines.at(-1) ?? [])).not.toBe('');
        }
    }),
    { numRuns: runs(20, 100) },
  );
});

test('commands are what bash reads, in every preset', () => {
  const commands = new Map<string, ProcedureId>();
  for (const { architecture } of [{ architecture: DEFAULTS }, ...PRESETS])
    for (const id of ids)
      for (const { path, lines } of quotesOf(id, plan(architecture)))
        if (path === undefined) commands.set(codeText(lines), id);
  for (const [text, id] of commands) {
    const { stderr } = spawnSync('bash', ['-n'], { input: text, encoding: 'utf8' });
    expect([id, stderr]).toEqual([id, '']);
    // A password in a command would get into the shell's history.
    expect([id, text.includes(PASSWORD_PLACEHOLDER)]).toEqual([id, false]);
  }
});
