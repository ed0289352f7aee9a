import type { Params } from '../model/say.ts';
import { CODES, type Code, type Edit, type Finding } from './findings.ts';
import type { CheckedFile, SettingsFile } from './read/files.ts';
import type { Span } from './read/values.ts';

/** A file of one kind. */
export type FileOf<K extends CheckedFile['kind']> = Extract<CheckedFile, { kind: K }>;

/** Collects findings about files that are checked together. */
export class Report {
  readonly findings: Finding[] = [];
  readonly files: readonly CheckedFile[];
  /** Several servers take part, as far as the files show it. */
  readonly several: boolean;

  constructor(files: readonly CheckedFile[]) {
    this.files = files;
    const settings = this.of('settings');
    this.several =
      settings.length > 1 ||
      settings.some(
        ({ given, roles, said }) => given.several === true || (said && !roles.has('web')),
      );
  }

  /** The files of a kind. */
  of<K extends CheckedFile['kind']>(kind: K): FileOf<K>[] {
    return this.files.filter((file): file is FileOf<K> => file.kind === kind);
  }

  /** Adds a finding. Edits that come to nothing are no repair. */
  add(
    code: Code,
    { given }: CheckedFile,
    span: Span,
    params: Params = {},
    repair: readonly Edit[] = [],
  ): void {
    this.findings.push({
      code,
      severity: CODES[code],
      file: given.name,
      span: { from: span.from, to: span.to },
      params,
      ...(repair.length > 0 && { repair }),
    });
  }
}

/** A rule looks at one settings file, and at what comes with it. */
export type SettingsRule = (file: SettingsFile, report: Report) => void;
