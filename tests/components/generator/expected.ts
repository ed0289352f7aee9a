import { asksPassword } from '../../../src/model/applies.ts';
import {
  DEFAULTS,
  fieldText,
  type Architecture,
  type FieldName,
} from '../../../src/model/architecture.ts';
import { FIELD_NAMES, FIELDS, readFields } from '../../../src/model/fields.ts';
import { changesBetween } from '../../../src/emit/changes.ts';
import { check } from '../../../src/model/check.ts';
import { filesOf, type ConfigFile } from '../../../src/emit/files.ts';
import type { Issue } from '../../../src/model/issues.ts';
import { formatLink, parseLink } from '../../../src/model/link.ts';
import { plan } from '../../../src/model/deployment.ts';
import { speaker, type Say } from '../../../src/model/say.ts';
import { TEXTS, type Language } from '../../../src/site/texts.ts';
import { diagram } from '../../../src/view/diagram.ts';
import { filesHtml, NO_CHANGES } from '../../../src/view/files.ts';
import { issuesHtml } from '../../../src/view/issues.ts';
import { handlesHtml, usesTable } from '../../../src/view/table.ts';
import type { Seen, SeenField } from './driven.ts';
import { FORM_FIELDS, type FormField } from '../../../src/components/generator/formState.ts';

/**
 * What the generator's page must show after what its reader did, worked out from the core and the
 * views alone.
 */
export class Reader {
  readonly language: Language;
  readonly anchors: ReadonlySet<string>;
  /** What the form's controls say. */
  #texts: Record<FormField, string>;
  /** What they say as far as it can be read. */
  #read: Architecture = DEFAULTS;
  /** The last state without an error, and its password. */
  #valid = { architecture: DEFAULTS, password: '' };
  #issues: readonly Issue[] = [];
  #left: readonly Issue[] = [];
  #hash = '';
  #anchor = '';
  #touched: FormField | undefined;
  /** The field that the newest entry of the history is about. */
  #entry: FormField | undefined;
  #files: ConfigFile[] = [];
  /** The files before the field at hand was touched. */
  #before: ConfigFile[] = [];
  /** What the files on the page are marked to differ in. */
  #changes = NO_CHANGES;

  /**
   * @param language the page's
   * @param anchors the ids that the page has
   * @param hash the page's fragment, with its `#`, or nothing
   */
  constructor(language: Language, anchors: ReadonlySet<string>, hash: string) {
    this.language = language;
    this.#texts = textsOf(DEFAULTS, '');
    this.#files = this.#before = this.#emit();
    this.anchors = anchors;
    this.follow(hash);
    // What a link brought to begin with is no change.
    this.#changes = NO_CHANGES;
  }

  get #say(): Say {
    return speaker(TEXTS[this.language], this.language);
  }

  #emit(): ConfigFile[] {
    const { architecture, password } = this.#valid;
    return filesOf(plan(architecture), { say: this.#say, password });
  }

  /** A control says something else. Returns whether the history has one entry more. */
  edit(field: FormField, text: string): boolean {
    this.#texts[field] = text;
    if (field !== this.#touched) this.#before = this.#files;
    this.#touched = field;
    this.#update();
    const own = field === this.#entry;
    const hash = this.#hash;
    this.#write();
    const more = hash !== this.#hash && !own;
    if (more) this.#entry = field;
    return more;
  }

  /** What a field says when it is reset. */
  initial(field: FormField): string {
    return field === 'password' ? '' : fieldText(DEFAULTS, field);
  }

  /** The address has another fragment, by whatever way. */
  follow(hash: string): void {
    const { anchor, architecture, issues } = parseLink(hash);
    this.#hash = hash;
    this.#anchor = this.anchors.has(anchor) ? anchor : '';
    this.#left =
      anchor === this.#anchor
        ? issues
        : [
            { code: 'link.unknown', severity: 'warning', params: { name: anchor.slice(0, 60) } },
            ...issues,
          ];
    this.#texts = textsOf(architecture, this.#texts.password);
    this.#read = architecture;
    this.#touched = this.#entry = undefined;
    this.#before = this.#files;
    this.#update();
  }

  /** A heading's link was followed: the state stays. */
  turnTo(anchor: string): void {
    this.#anchor = anchor;
    this.#write();
  }

  /** The message about a link is closed. */
  dismiss(): void {
    this.#left = [];
    this.#write();
  }

  #write(): void {
    const fragment = formatLink(this.#valid.architecture, this.#anchor);
    this.#hash = fragment === '' ? '' : `#${fragment}`;
  }

  #update(): void {
    const { password: typed, ...texts } = this.#texts;
    const given = new Map(FIELD_NAMES.map((name) => [name, texts[name]]));
    const { architecture, issues } = readFields(given, this.#read);
    this.#read = architecture;
    const password = asksPassword(architecture) ? typed : '';
    const misread = issues.filter(({ field }) => FIELDS[field as FieldName].applies(architecture));
    this.#issues = [...misread, ...check(architecture, password)];
    if (this.#count('error') > 0) return;
    const { architecture: old, password: oldPassword } = this.#valid;
    if (password === oldPassword && formatLink(old) === formatLink(architecture)) return;
    this.#valid = { architecture, password };
    this.#files = this.#emit();
    this.#changes = changesBetween(this.#before, this.#files);
  }

  #count(severity: Issue['severity']): number {
    return this.#issues.filter((issue) => issue.severity === severity).length;
  }

  #of(field: FormField): Issue[] {
    return this.#issues.filter((issue) => issue.field === field);
  }

  #hidden(field: FormField): boolean {
    return field === 'password' ? !asksPassword(this.#read) : !FIELDS[field].applies(this.#read);
  }

  /** What the page must show now. */
  expected(): Seen {
    const say = this.#say;
    const fields = FORM_FIELDS.map((field): [FormField, SeenField] => [
      field,
      {
        text: this.#texts[field],
        invalid: this.#of(field).some(({ severity }) => severity === 'error'),
        hidden: this.#hidden(field),
        resettable: this.#texts[field] !== this.initial(field),
      },
    ]);
    const errors = this.#count('error');
    const todo = this.#count('todo');
    return {
      hash: this.#hash,
      otherLanguage: this.#hash,
      lang: this.language,
      fields: Object.fromEntries(fields),
      summary: [
        say('gen.summary.files', { count: this.#files.length }),
        ...(errors > 0 ? [say('gen.summary.errors', { count: errors })] : []),
        ...(todo > 0 ? [say('gen.summary.todo', { count: todo })] : []),
      ].join(', '),
      stale: errors > 0,
      linkIssues: this.#left.length > 0,
    };
  }

  /** The markup of the page's parts, by selector. */
  parts(): Record<string, string> {
    const say = this.#say;
    const deployment = plan(this.#valid.architecture);
    return {
      '[data-part=diagram]':
        diagram(deployment, say, 'wide').text + diagram(deployment, say, 'narrow').text,
      '[data-part=table]': usesTable(deployment, say).text,
      '[data-part=handles]': handlesHtml(deployment, say).text,
      '[data-part=files]': filesHtml(this.#files, deployment, say, this.#changes).text,
      ...(this.#left.length > 0 && {
        '[data-part=link-list]': issuesHtml(this.#left, say).text,
      }),
      ...Object.fromEntries(
        FORM_FIELDS.map((field) => [
          `[id="issue-${field}"]`,
          issuesHtml(this.#of(field), say).text,
        ]),
      ),
    };
  }
}

function textsOf(architecture: Architecture, password: string): Record<FormField, string> {
  const texts = FIELD_NAMES.map((name) => [name, fieldText(architecture, name)]);
  return { ...(Object.fromEntries(texts) as Record<FieldName, string>), password };
}
