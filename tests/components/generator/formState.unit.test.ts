import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  applies,
  countOf,
  defaultText,
  initialState,
  step,
  type FormEffect,
  type FormEvent,
  type FormField,
  type FormState,
} from '../../../src/components/generator/formState.ts';
import { asksPassword } from '../../../src/model/applies.ts';
import { fieldText, type Architecture } from '../../../src/model/architecture.ts';
import { check } from '../../../src/model/check.ts';
import { FIELD_NAMES } from '../../../src/model/fields.ts';
import { formatLink, parseLink } from '../../../src/model/link.ts';
import { beginnings, fields, hashes, oddHashes, slips, validTexts } from './steps.ts';

/** The ids of the page's headings. */
const IDS = new Set(['form', 'address', 'settings', 'result']);
const hasId = (id: string) => IDS.has(id);

/** The beginning of every password in this test, by which a leak is found. */
const SECRET = 'Zq7-unmistakable';

/** An action of a reader or of the browser. */
type Action =
  | { do: 'edit'; field: FormField; text: string }
  | { do: 'reset'; field: FormField }
  | { do: 'heading'; id: string }
  | { do: 'example' | 'link'; hash: string }
  | { do: 'dismiss' | 'painted' | 'back' | 'forward' | 'reload' | 'use' };

/** A browser without a page: it keeps the history, and checks what holds after every event. */
class Browser {
  state: FormState = initialState();
  /** The fragments of the history's entries. */
  readonly entries: string[];
  at = 0;
  /** The architecture that the form has written into an entry of the history. */
  readonly #written = new Map<number, Architecture>();
  /** The entries that the form has marked as the reader's. */
  readonly #ownEntries = new Set<number>();
  /** The setup before the first change of the field that is being edited. */
  #start = this.state.setup;
  /** The field that the newest entry was pushed for. */
  #entryField: FormField | undefined;
  readonly seen: Set<string>;
  /** The reader's own architecture, as the browser remembers it. */
  #own = '';

  constructor(hash: string, seen: Set<string>) {
    this.entries = [hash];
    this.seen = seen;
    this.#open();
  }

  #open(): void {
    this.state = initialState();
    this.#entryField = undefined;
    this.#send({ type: 'open', ...this.#address });
    this.#start = this.state.setup;
    assert.equal(this.state.marksSince, undefined);
  }

  get #hash(): string {
    return this.entries[this.at] ?? '';
  }

  get #address() {
    const written = this.#ownEntries.has(this.at);
    return { hash: this.#hash, hasId, written, own: this.#own };
  }

  act(action: Action): void {
    switch (action.do) {
      case 'edit':
      case 'reset': {
        const { field } = action;
        const text = action.do === 'reset' ? defaultText(field) : action.text;
        const { texts } = this.state;
        if (field !== this.state.edited) this.#start = this.state.setup;
        this.#send(
          action.do === 'reset' ? { type: 'reset', field } : { type: 'edit', field, text },
        );
        assert.deepEqual(this.state.texts, { ...texts, [field]: text });
        break;
      }
      case 'heading': {
        const { setup, texts } = this.state;
        this.#send({ type: 'click', hash: `#${action.id}`, inForm: false });
        this.#visit(`#${action.id}`, true);
        assert.equal(this.state.setup, setup);
        assert.equal(this.state.texts, texts);
        assert.equal(this.state.anchor, action.id);
        break;
      }
      case 'example':
        this.#send({ type: 'click', hash: action.hash, inForm: true });
        this.#visit(action.hash);
        break;
      case 'link': {
        const own = this.#own;
        const entered = action.hash !== this.#hash;
        this.#visit(action.hash);
        const { anchor, architecture } = parseLink(action.hash);
        const foreign = action.hash.includes('=') && formatLink(architecture) !== own;
        if (!entered) break;
        assert.equal(this.state.proposed, foreign, anchor);
        if (foreign) this.seen.add('proposed');
        if (foreign) assert.equal(this.#own, own);
        break;
      }
      case 'use':
        if (!this.state.proposed) return;
        this.#send({ type: 'use' });
        assert.equal(this.state.proposed, false);
        this.seen.add('used');
        break;
      case 'back':
      case 'forward': {
        const to = this.at + (action.do === 'back' ? -1 : 1);
        if (this.entries[to] === undefined) return;
        this.at = to;
        this.#follow();
        const written = this.#written.get(to);
        if (written) {
          this.seen.add(`${action.do} to a written entry`);
          assert.deepEqual(this.state.architecture, written);
        }
        break;
      }
      case 'dismiss':
        this.#send({ type: 'dismiss' });
        assert.deepEqual(this.state.linkIssues, []);
        this.#checkAddress();
        break;
      case 'painted': {
        const due = this.state.addressDue;
        this.#send({ type: 'painted' });
        if (due) this.#checkAddress();
        break;
      }
      case 'reload':
        this.#open();
    }
  }

  /** Goes to a fragment of the page, as a link or the address bar does. */
  #visit(hash: string, heading = false): void {
    if (hash !== this.#hash) this.#push(hash);
    this.#follow(heading);
  }

  #push(hash: string): void {
    this.entries.splice(this.at + 1, Infinity, hash);
    for (const at of this.#written.keys()) if (at > this.at) this.#written.delete(at);
    for (const at of this.#ownEntries) if (at > this.at) this.#ownEntries.delete(at);
    this.at++;
  }

  #follow(heading = false): void {
    const { texts } = this.state;
    const hash = this.#hash;
    if (!heading) this.#entryField = undefined;
    this.#send({ type: 'follow', ...this.#address });
    if (heading) return;
    assert.equal(this.state.addressDue, false);
    const { anchor, architecture, issues } = parseLink(hash);
    const known = hasId(anchor);
    assert.equal(this.state.anchor, known ? anchor : '');
    assert.equal(this.state.linkIssues.length, issues.length + Number(!known && anchor !== ''));
    for (const field of FIELD_NAMES)
      assert.equal(this.state.texts[field], fieldText(architecture, field));
    assert.equal(this.state.texts.password, texts.password);
    assert.equal(this.state.hash, hash);
    this.#start = this.state.base;
  }

  #send(event: FormEvent): void {
    const before = this.state;
    const { state, effects } = step(Object.freeze(before), event);
    this.state = state;
    // The page stores what it shows, unless it came by a link or has an error.
    const changed = state.setup !== before.setup || (before.proposed && !state.proposed);
    if (changed && event.type !== 'open' && !state.proposed && countOf(state.issues, 'error') === 0)
      this.#own = formatLink(state.setup.architecture);
    for (const effect of effects) this.#apply(effect, event, before);
    this.#checkState(before);
    assert(!JSON.stringify([state.hash, effects]).includes(SECRET));
  }

  #apply(effect: FormEffect, event: FormEvent, before: FormState): void {
    this.seen.add(effect.type === 'address' && effect.replace ? 'replace' : effect.type);
    if (effect.type !== 'address') return;
    assert.equal(effect.written, !this.state.proposed);
    // A change of the same field replaces its entry, one of another field makes a new one.
    if (before.addressDue && event.type !== 'follow' && effect.hash !== before.hash)
      assert.equal(effect.replace, before.edited === this.#entryField);
    else assert(effect.replace);
    if (effect.replace) this.entries[this.at] = effect.hash;
    else {
      this.#push(effect.hash);
      this.#entryField = before.edited;
    }
    this.#written.set(this.at, parseLink(effect.hash).architecture);
    if (effect.written) this.#ownEntries.add(this.at);
    else this.#ownEntries.delete(this.at);
  }

  /** The address describes the setup that the page shows. */
  #checkAddress(): void {
    const { hash, setup, anchor } = this.state;
    assert.deepEqual(parseLink(hash), { anchor, architecture: setup.architecture, issues: [] });
  }

  #checkState(before: FormState): void {
    const { state } = this;
    assert.equal(this.#hash, state.hash);
    const errors = countOf(state.issues, 'error');
    if (errors > 0) {
      this.seen.add('errors');
      assert.equal(state.setup, before.setup);
    } else if (state.issues !== before.issues) {
      const { architecture, texts } = state;
      const password = asksPassword(architecture) ? texts.password : '';
      assert.deepEqual(state.setup, { architecture, password });
    }
    for (const { severity, field } of state.issues)
      if (severity === 'error') assert(field && applies(field, state.architecture));
    if (state.setup === before.setup) return;
    const { architecture, password } = state.setup;
    assert.equal(countOf(check(architecture, password), 'error'), 0);
    if (state.marksSince === undefined) return;
    this.seen.add('marks');
    assert.equal(state.marksSince, state.base);
    if (state.edited !== undefined) assert.equal(state.base, this.#start);
    else assert.equal(state.base, before.setup);
  }

  /** A page that is opened at the written address shows the same setup. */
  finish(): void {
    this.act({ do: 'painted' });
    if (countOf(this.state.issues, 'error') > 0) return;
    const { state } = step(initialState(), { type: 'open', ...this.#address });
    assert.deepEqual(state.setup.architecture, this.state.setup.architecture);
    assert.equal(state.anchor, this.state.anchor);
  }
}

const edits = fc
  .oneof({ weight: 3, arbitrary: validTexts }, { weight: 1, arbitrary: slips })
  .map(({ field, text }): Action => ({
    do: 'edit',
    field,
    text: field === 'password' && text !== '' ? SECRET + text : text,
  }));

const actions: fc.Arbitrary<Action> = fc.oneof(
  { weight: 12, arbitrary: edits },
  { weight: 8, arbitrary: fc.constant<Action>({ do: 'painted' }) },
  { weight: 2, arbitrary: fields.map((field): Action => ({ do: 'reset', field })) },
  { weight: 1, arbitrary: fc.constantFrom(...IDS).map((id): Action => ({ do: 'heading', id })) },
  { weight: 1, arbitrary: beginnings.map((hash): Action => ({ do: 'example', hash })) },
  {
    weight: 2,
    arbitrary: fc.oneof(hashes, oddHashes).map((hash): Action => ({ do: 'link', hash })),
  },
  { weight: 3, arbitrary: fc.constant<Action>({ do: 'back' }) },
  {
    weight: 2,
    arbitrary: fc.constantFrom<Action>(
      { do: 'dismiss' },
      { do: 'forward' },
      { do: 'reload' },
      { do: 'use' },
    ),
  },
);

test('after any sequence, form, files, address and history agree', () => {
  const seen = new Set<string>();
  fc.assert(
    fc.property(
      fc.oneof(beginnings, oddHashes),
      fc.array(actions, { minLength: 2, maxLength: 12, size: 'max' }),
      (hash, sequence) => {
        const browser = new Browser(hash, seen);
        for (const action of sequence) browser.act(action);
        browser.finish();
      },
    ),
    { numRuns: 10_000 },
  );
  expect([...seen].sort()).toEqual([
    'address',
    'announce',
    'back to a written entry',
    'errors',
    'fill',
    'forward to a written entry',
    'marks',
    'proposed',
    'replace',
    'scroll',
    'used',
  ]);
}, 300_000);

/** The page is opened with a fragment, by a reader who has no architecture yet. */
const opened = (hash: string): FormEvent => ({
  type: 'open',
  hash,
  hasId,
  written: false,
  own: '',
});

/** The state and all effects after some events on a page that was opened with a fragment. */
function after(hash: string, ...events: FormEvent[]): { state: FormState; effects: FormEffect[] } {
  const effects: FormEffect[] = [];
  let { state } = step(initialState(), opened(hash));
  for (const event of events) {
    const next = step(state, event);
    state = next.state;
    effects.push(...next.effects.filter(({ type }) => type !== 'announce'));
  }
  return { state, effects };
}

const edit = (field: FormField, text: string): FormEvent => ({ type: 'edit', field, text });
const painted: FormEvent = { type: 'painted' };

describe('the history', () => {
  test('has one entry for each field in turn', () => {
    const { effects } = after(
      '',
      edit('port', '6380'),
      painted,
      edit('port', '6381'),
      painted,
      edit('web', '2'),
      painted,
      edit('port', '6382'),
    );
    expect(effects).toEqual([
      { type: 'address', hash: '#port=6380', replace: false, written: true },
      { type: 'address', hash: '#port=6381', replace: true, written: true },
      { type: 'address', hash: '#web=2&port=6381', replace: false, written: true },
    ]);
  });

  test('has no entry for a change that is taken back before it is painted', () => {
    const { effects } = after('', edit('port', '6380'), edit('port', '6379'), painted);
    expect(effects).toEqual([]);
  });

  test('has the entry of a field before another field is changed', () => {
    const { effects } = after('', edit('port', '6380'), edit('web', '2'), painted);
    expect(effects).toEqual([
      { type: 'address', hash: '#port=6380', replace: false, written: true },
      { type: 'address', hash: '#web=2&port=6380', replace: false, written: true },
    ]);
  });
});

test('a clicked heading keeps the state; the same address from elsewhere is the default', () => {
  const follow: FormEvent = {
    type: 'follow',
    hash: '#address',
    hasId,
    written: false,
    own: '',
  };
  const clicked = after('#web=2', { type: 'click', hash: '#address', inForm: false }, follow);
  expect(clicked.state.setup.architecture.web).toBe(2);
  expect(clicked.effects).toEqual([
    { type: 'address', hash: '#address&web=2', replace: true, written: false },
  ]);
  for (const { state } of [
    after('#web=2', follow),
    after('#web=2', { type: 'click', hash: '#address', inForm: true }, follow),
  ])
    expect(state.setup.architecture.web).toBe(1);
});

test('controls that were changed before the script came are the state', () => {
  const { texts } = after('', edit('port', '6380'), edit('hours', '5')).state;
  const { state } = step(initialState(texts), edit('hours', '5'));
  expect(state.setup.architecture).toMatchObject({ port: 6380, hours: 5 });
});
