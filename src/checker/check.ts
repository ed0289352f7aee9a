import { FileSet } from './fileSet.ts';
import type { Problem, Rules } from './finding.ts';
import { FINDING_CODES, FINDINGS, type Finding } from './findings.ts';
import { syntax } from './findings/syntax.ts';
import { withoutSecrets } from './mask.ts';
import { readFile, type CheckedFile, type InputFile } from './read/files.ts';
import { understand, type Understood } from './understood.ts';

/**
 * The longest text that is checked, in UTF-16 code units. A longer one is no settings file; whoever has
 * the text refuses it, with its name.
 */
export const LONGEST_TEXT = 2 ** 21;

/** The result of a check. */
export interface Checked {
  readonly files: readonly CheckedFile[];
  /** File by file, each from its beginning to its end. */
  readonly findings: readonly Finding[];
  readonly understood: Understood;
}

const ALL = FINDING_CODES.map((code) => FINDINGS[code]);

/** Runs the rule for a file's kind, if there is one. */
function problemsIn(rules: Rules, file: CheckedFile, files: FileSet): Iterable<Problem> {
  const rule = rules[file.kind] as
    ((file: CheckedFile, files: FileSet) => Iterable<Problem>) | undefined;
  return rule?.(file, files) ?? [];
}

/**
 * Checks files together: settings_local.py of one or more servers, redis.conf, and the files that
 * start workers. Runs nothing that is in them, and never throws.
 */
export function checkFiles(inputs: readonly InputFile[]): Checked {
  const files = inputs.map(readFile);
  const set = new FileSet(files);
  const findings: Finding[] = [];
  for (const file of files) {
    // Settings that seem to be missing may be in the part that Python refuses.
    const broken = file.kind === 'settings' && file.python.syntaxErrors.length > 0;
    for (const definition of broken ? syntax : ALL)
      for (const { at, params = {}, repair = [] } of problemsIn(definition, file, set))
        findings.push({
          code: definition.code,
          severity: definition.severity,
          file: file.input.name,
          span: { from: at.from, to: at.to },
          params: withoutSecrets(params),
          ...(repair.length > 0 && { repair }),
        });
  }
  const order = new Map(inputs.map(({ name }, index) => [name, index]));
  return {
    files,
    findings: findings.toSorted(
      (a, b) =>
        (order.get(a.file) ?? 0) - (order.get(b.file) ?? 0) ||
        a.span.from - b.span.from ||
        a.span.to - b.span.to,
    ),
    understood: understand(files),
  };
}
