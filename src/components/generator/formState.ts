import { asksPassword } from '../../model/applies.ts';
import {
  DEFAULTS,
  fieldText,
  type Architecture,
  type FieldName,
} from '../../model/architecture.ts';
import { check } from '../../model/check.ts';
import { FIELD_NAMES, FIELDS, readFields } from '../../model/fields.ts';
import type { Issue } from '../../model/issues.ts';
import { formatLink, parseLink } from '../../model/link.ts';

/** A field of the form: one of the architecture's, or the password. */
export type FormField = FieldName | 'password';

/** The fields of the form, in its order but for the password. */
export const FORM_FIELDS: readonly FormField[] = [...FIELD_NAMES, 'password'];

/** Everything that files are generated from. */
export interface Setup {
  readonly architecture: Architecture;
  /** Empty where the architecture asks for none. */
  readonly password: string;
}

const DEFAULT_SETUP: Setup = { architecture: DEFAULTS, password: '' };

/** The state of the generator's form. {@link step} makes the next one; nothing changes it. */
export interface FormState {
  /** The text of each control; `1` or `0` for a checkbox. */
  readonly texts: Readonly<Record<FormField, string>>;
  /** The architecture in the controls. A field whose text cannot be read keeps its last value. */
  readonly architecture: Architecture;
  /** The messages beside the fields. */
  readonly issues: readonly Issue[];
  /** The setup that the page shows: the last one without an error. */
  readonly setup: Setup;
  /** The setup before the first change of the field that is being edited. */
  readonly base: Setup;
  /** The setup that the shown files are marked against, if they are marked. */
  readonly marksSince: Setup | undefined;
  /** The field that was edited last; none after a link has been followed. */
  readonly edited: FormField | undefined;
  /** The field whose changes the newest entry of the history holds. */
  readonly entry: FormField | undefined;
  /** The address's fragment with its `#`; empty for none. */
  readonly hash: string;
  /** The id of the heading that the address names; empty for none. */
  readonly anchor: string;
  /** Whether the address is to be written once the change has been painted. */
  readonly addressDue: boolean;
  /** The link to a fragment that was clicked, until the browser has followed it. */
  readonly clicked: Click | undefined;
  /** Whether the architecture came by a link that the reader has not made theirs. */
  readonly proposed: boolean;
  /** Messages about the link that was followed. */
  readonly linkIssues: readonly Issue[];
}

/** A click on a link to a fragment of the page. */
interface Click {
  readonly hash: string;
  readonly inForm: boolean;
}

/** The address that the form is to show. */
interface Address {
  readonly hash: string;
  readonly hasId: HasId;
  /** Whether the form itself wrote this entry of the history, for an architecture of the reader. */
  readonly written: boolean;
  /** The fragment of the reader's own architecture; empty for none. */
  readonly own: string;
}

/** Something that happens to the form. */
export type FormEvent =
  /** The page opens with a fragment. Its architecture is the start, and nothing is marked. */
  | ({ readonly type: 'open' } & Address)
  | { readonly type: 'edit'; readonly field: FormField; readonly text: string }
  /** A field takes its default. */
  | { readonly type: 'reset'; readonly field: FormField }
  /** A link to a fragment of this page is clicked; the browser follows it afterwards. */
  | ({ readonly type: 'click' } & Click)
  /** The address has another fragment: by a link, by the address bar, or by back and forward. */
  | ({ readonly type: 'follow' } & Address)
  /** The architecture of a link becomes the reader's own. */
  | { readonly type: 'use' }
  /** The messages about a link are closed. */
  | { readonly type: 'dismiss' }
  /** The last change has been painted. */
  | { readonly type: 'painted' };

/** Whether the page has an element with an id. */
type HasId = (id: string) => boolean;

/** Something that the page does for a new state, besides showing it. */
export type FormEffect =
  /** Puts the state's texts into the controls of some fields. */
  | { readonly type: 'fill'; readonly fields: readonly FormField[] }
  /** Writes the address: a new entry of the history, or another address for the newest one. */
  | {
      readonly type: 'address';
      readonly hash: string;
      readonly replace: boolean;
      /** The new entry's {@link Address.written}. */
      readonly written: boolean;
    }
  | { readonly type: 'scroll'; readonly id: string }
  /** Announces what the change altered, once the reader pauses. */
  | { readonly type: 'announce' };

/** The next state, and the effects in their order. */
export interface Step {
  readonly state: FormState;
  readonly effects: readonly FormEffect[];
}

/**
 * The state of a form before anything happens to it. The page shows the default setup.
 *
 * @param texts the texts of the controls
 * @param hash the address's fragment with its `#`
 */
export function initialState(texts = textsOf(DEFAULT_SETUP), hash = ''): FormState {
  const setup = DEFAULT_SETUP;
  return {
    texts,
    architecture: DEFAULTS,
    issues: [],
    setup,
    base: setup,
    marksSince: undefined,
    edited: undefined,
    entry: undefined,
    hash,
    anchor: '',
    addressDue: false,
    clicked: undefined,
    proposed: false,
    linkIssues: [],
  };
}

/** The text of a field's default. */
export function defaultText(field: FormField): string {
  return field === 'password' ? '' : fieldText(DEFAULTS, field);
}

/** Whether a field changes anything in an architecture; the form hides the others. */
export function applies(field: FormField, architecture: Architecture): boolean {
  return field === 'password' ? asksPassword(architecture) : FIELDS[field].applies(architecture);
}

/** How many issues of a severity there are. */
export function countOf(issues: readonly Issue[], severity: Issue['severity']): number {
  return issues.filter((issue) => issue.severity === severity).length;
}

/** The next state of the form. Pure: it reads no page and writes no address. */
export function step(state: FormState, event: FormEvent): Step {
  switch (event.type) {
    case 'open': {
      const { state: opened, effects } = follow(state, event);
      return { state: { ...opened, base: opened.setup, marksSince: undefined }, effects };
    }
    case 'edit':
      return edit(state, event.field, event.text);
    case 'reset': {
      const { field } = event;
      const { state: reset, effects } = edit(state, field, defaultText(field));
      return { state: reset, effects: [{ type: 'fill', fields: [field] }, ...effects] };
    }
    case 'click':
      return { state: { ...state, clicked: event }, effects: [] };
    case 'follow':
      return follow(state, event);
    case 'use': {
      const used = writeIfDue({ ...state, proposed: false });
      if (used.effects.length > 0) return used;
      const { hash } = used.state;
      return { ...used, effects: [{ type: 'address', hash, replace: true, written: true }] };
    }
    case 'dismiss': {
      const { state: written, effects } = writeIfDue(state);
      const next = write({ ...written, linkIssues: [] }, true);
      return { state: next.state, effects: [...effects, ...next.effects] };
    }
    case 'painted':
      return writeIfDue(state);
  }
}

function edit(state: FormState, field: FormField, text: string): Step {
  const same = field === state.edited;
  // The entry of the history that the previous field's change needs comes first.
  const { state: written, effects } = same ? { state, effects: [] } : writeIfDue(state);
  const texts = { ...written.texts, [field]: text };
  const base = same ? written.base : written.setup;
  const read = readTexts({ ...written, texts, edited: field, base });
  return {
    state: { ...read, addressDue: true },
    effects: [...effects, { type: 'announce' }],
  };
}

/**
 * Takes the state from a fragment. A heading's link, when clicked, leaves the state as it is. An architecture is
 * the reader's where they chose it: by a link of this page, in the form before, or on another page.
 */
function follow(state: FormState, { hash, hasId, written, own }: Address): Step {
  const { anchor, architecture, issues } = parseLink(hash);
  const { clicked } = state;
  const chosen = clicked?.hash === hash;
  const followed = { ...state, hash, clicked: undefined, addressDue: false };
  if (anchor !== '' && chosen && !clicked.inForm && !hash.includes('='))
    return write({ ...followed, anchor }, true);
  const proposed = hash.includes('=') && !chosen && !written && formatLink(architecture) !== own;
  const found = anchor !== '' && hasId(anchor);
  const unknown: Issue = {
    code: 'link.unknown',
    severity: 'warning',
    params: { name: anchor.slice(0, 60) },
  };
  const next = readTexts({
    ...followed,
    proposed,
    texts: textsOf({ architecture, password: state.texts.password }),
    anchor: found ? anchor : '',
    linkIssues: anchor === '' || found ? issues : [unknown, ...issues],
    edited: undefined,
    entry: undefined,
    base: state.setup,
  });
  const fill: FormEffect = { type: 'fill', fields: FIELD_NAMES };
  // The browser looks for an id that is the whole fragment, and finds none where a state follows.
  const scroll = found && hash !== `#${anchor}`;
  return { state: next, effects: scroll ? [fill, { type: 'scroll', id: anchor }] : [fill] };
}

/** Reads the texts of the controls. The page shows their setup if nothing is wrong in it. */
function readTexts(state: FormState): FormState {
  const { texts, setup } = state;
  const byField = new Map(FIELD_NAMES.map((field) => [field, texts[field]]));
  const { architecture, issues: unreadable } = readFields(byField, state.architecture);
  const password = asksPassword(architecture) ? texts.password : '';
  const issues = [
    // A field that changes nothing in this architecture cannot be wrong in it.
    ...unreadable.filter(({ field }) => field && applies(field, architecture)),
    ...check(architecture, password),
  ];
  const read = { ...state, architecture, issues };
  const same =
    password === setup.password &&
    FIELD_NAMES.every((field) => architecture[field] === setup.architecture[field]);
  if (same || countOf(issues, 'error') > 0) return read;
  return { ...read, setup: { architecture, password }, marksSince: state.base };
}

/** Writes the address that is due: one entry of the history for each field in turn. */
function writeIfDue(state: FormState): Step {
  return state.addressDue ? write(state, state.edited === state.entry) : { state, effects: [] };
}

/** Writes the shown architecture into the address, unless the address has it. */
function write(state: FormState, replace: boolean): Step {
  const fragment = formatLink(state.setup.architecture, state.anchor);
  const hash = fragment === '' ? '' : `#${fragment}`;
  if (hash === state.hash) return { state: { ...state, addressDue: false }, effects: [] };
  const entry = replace ? state.entry : state.edited;
  return {
    state: { ...state, hash, entry, addressDue: false },
    effects: [{ type: 'address', hash, replace, written: !state.proposed }],
  };
}

/** The texts of the controls for a setup. */
function textsOf({ architecture, password }: Setup): FormState['texts'] {
  const texts = FIELD_NAMES.map((field) => [field, fieldText(architecture, field)]);
  return { ...(Object.fromEntries(texts) as Record<FieldName, string>), password };
}
