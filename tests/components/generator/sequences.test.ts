import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  countOf,
  initialState,
  step,
  type FormEvent,
  type FormState,
} from '../../../src/components/generator/formState.ts';
import { formatLink } from '../../../src/model/link.ts';
import type { Language } from '../../../src/site/texts.ts';
import { addressOf, openPage, useBrowser } from '../../browser.ts';
import { limit } from '../../sets.ts';
import { sites } from '../../sites.ts';
import { begin, differences, drive, ready, take, type Seen, type Outcome } from './driven.ts';
import { expectedPage, expectedParts } from './expected.ts';
import { beginnings, EVERY_KIND, KINDS, sequences, type Step } from './steps.ts';

const [root] = sites;
useBrowser([root]);

/** The form as the reducer has it, beside the one on the page. */
class Form {
  language: Language = 'en';
  readonly #hasId: (id: string) => boolean;
  state: FormState;
  /** The reader's own architecture, as the browser remembers it. */
  #own = '';

  /** @param ids the ids on the page */
  constructor(ids: ReadonlySet<string>, hash: string) {
    this.#hasId = (id) => ids.has(id);
    this.state = initialState();
    this.open(hash, false);
  }

  #address(hash: string, written: boolean) {
    return { hash, hasId: this.#hasId, written, own: this.#own };
  }

  open(hash: string, written: boolean): void {
    const event: FormEvent = { type: 'open', ...this.#address(hash, written) };
    this.state = initialState();
    this.send(event);
  }

  /** Sends an event; returns whether the history has another entry for it. */
  send(event: FormEvent): boolean {
    const before = this.state;
    const { state, effects } = step(before, event);
    this.state = state;
    const changed = state.setup !== before.setup || (before.proposed && !state.proposed);
    if (changed && !state.proposed && countOf(state.issues, 'error') === 0)
      this.#own = formatLink(state.setup.architecture);
    return effects.some((effect) => effect.type === 'address' && !effect.replace);
  }

  follow(hash: string, written: boolean): void {
    this.send({ type: 'follow', ...this.#address(hash, written) });
  }

  /** Takes a step that was taken on the page. */
  take(taken: Step, { seen, inputs, loaded, live, anchor, moved, written }: Outcome): void {
    this.language = seen.lang as Language;
    if (loaded || (!live && inputs.length === 0)) {
      this.open(seen.hash, written);
      return;
    }
    switch (taken.do) {
      case 'example':
      case 'heading': {
        const hash = taken.do === 'example' ? seen.hash : `#${anchor}`;
        this.send({ type: 'click', hash, inForm: taken.do === 'example' });
        this.follow(hash, false);
        break;
      }
      case 'link':
      case 'back':
      case 'forward':
        this.follow(seen.hash, written);
        break;
      case 'dismiss':
        this.send({ type: 'dismiss' });
        break;
      default: {
        const events: FormEvent[] =
          taken.do === 'reset'
            ? [{ type: 'reset', field: taken.field }]
            : inputs.map(([field, text]) => ({ type: 'edit', field, text }));
        const pushed = events
          .flatMap((event) => [event, { type: 'painted' } as const])
          .map((event) => this.send(event));
        expect(moved, 'whether the history has another entry').toBe(pushed.includes(true));
      }
    }
  }
}

/** The page with its fields as words, so that a difference is read in one line. */
function inWords({ fields, ...rest }: Seen): object {
  const words = Object.entries(fields).map(([name, { text, invalid, hidden, resettable }]) => [
    name,
    `“${text}”${invalid ? ', invalid' : ''}${hidden ? ', hidden' : ''}${resettable ? ', to reset' : ''}`,
  ]);
  return { ...rest, fields: Object.fromEntries(words) as Record<string, string> };
}

test(
  'after any sequence of steps, the page shows the reducer’s state and its files',
  async () => {
    await openPage(root, '404.html', {}, async (page) => {
      await drive(page);
      const errors: string[] = [];
      page.on('pageerror', (error) => errors.push(String(error)));
      page.on('console', (message) => {
        if (message.type() === 'error') errors.push(message.text());
      });
      const open = async (): Promise<Form> => {
        errors.length = 0;
        await page.goto(addressOf(root, '404.html'));
        await page.evaluate(() => localStorage.clear());
        await page.goto('about:blank');
        await page.goto(addressOf(root, 'en/redis/#form'));
        await ready(page);
        const ids = await page.evaluate(() =>
          [...document.querySelectorAll('[id]')].map((it) => it.id),
        );
        return new Form(new Set(ids), '#form');
      };

      const done = new Set<string>();
      let left: Form | undefined;
      await fc.assert(
        fc.asyncProperty(beginnings, sequences, async (link, sequence) => {
          const form = left ?? (await open());
          // A failure leaves the page in a state that no other sequence should begin in.
          left = undefined;
          form.send({ type: 'edit', field: 'password', text: '' });
          form.send({ type: 'painted' });
          form.take({ do: 'link', hash: link }, await begin(page, link));
          for (const [at, outcome] of (await take(page, sequence)).entries()) {
            const taken = sequence[at];
            if (!taken || outcome.nothing) continue;
            done.add(taken.do);
            form.take(taken, outcome);
            const expected = expectedPage(form.state, form.language);
            expect(inWords(outcome.seen), `step ${at}`).toEqual(inWords(expected));
          }
          expect(await differences(page, expectedParts(form.state, form.language))).toEqual([]);
          expect(errors).toEqual([]);
          left = form;
        }),
        { numRuns: 100, examples: [['', EVERY_KIND]] },
      );
      expect([...done].sort()).toEqual(KINDS.toSorted());
    });
  },
  limit(600),
);
