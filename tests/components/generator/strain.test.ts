import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Language } from '../../../src/site/texts.ts';
import { addressOf, openPage, useBrowser } from '../../browser.ts';
import { limit, runs } from '../../sets.ts';
import { sites } from '../../sites.ts';
import { begin, differences, drive, ready, take, type Came, type Seen } from './driven.ts';
import { Reader } from './expected.ts';
import { beginnings, KINDS, sequences, type Step } from './steps.ts';

const [root] = sites;
useBrowser([root]);

/** Has the reader do what was done on the page. */
function follow(reader: Reader, step: Step, { seen, inputs, loaded, live, ...came }: Came): Reader {
  if (loaded || (!live && inputs.length === 0))
    return new Reader(seen.lang as Language, reader.anchors, seen.hash);
  switch (step.do) {
    case 'example':
    case 'link':
    case 'back':
    case 'forward':
      reader.follow(seen.hash);
      break;
    case 'heading':
      reader.turnTo(came.anchor);
      break;
    case 'dismiss':
      reader.dismiss();
      break;
    default: {
      const changes =
        step.do === 'reset' ? [[step.field, reader.initial(step.field)] as const] : inputs;
      const moved = changes.map(([field, text]) => reader.edit(field, text)).includes(true);
      expect(came.moved, 'whether the history has an entry more').toBe(moved);
    }
  }
  return reader;
}

/** Fields in words, so that a difference is read in one line. */
function inWords({ fields, ...rest }: Seen): object {
  const words = Object.entries(fields).map(([name, { text, invalid, hidden, resettable }]) => [
    name,
    `“${text}”${invalid ? ', invalid' : ''}${hidden ? ', hidden' : ''}${resettable ? ', to reset' : ''}`,
  ]);
  return { ...rest, fields: Object.fromEntries(words) as Record<string, string> };
}

test(
  'after whatever a reader does, form, address, files, table and diagram agree',
  { timeout: limit(1800) },
  async () => {
    await openPage(root, '404.html', {}, async (page) => {
      await drive(page);
      const faults: string[] = [];
      page.on('pageerror', (error) => faults.push(String(error)));
      page.on('console', (message) => {
        if (message.type() === 'error') faults.push(message.text());
      });
      const open = async (): Promise<Reader> => {
        faults.length = 0;
        await page.goto('about:blank');
        await page.goto(addressOf(root, 'en/redis/#form'));
        await ready(page);
        const ids = await page.evaluate(() =>
          [...document.querySelectorAll('[id]')].map((it) => it.id),
        );
        return new Reader('en', new Set(ids), '#form');
      };

      const done = new Set<string>();
      let left: Reader | undefined;
      await fc.assert(
        fc.asyncProperty(beginnings, sequences, async (link, sequence) => {
          let reader = left ?? (await open());
          // What fails leaves the page in a state that no other sequence should begin in.
          left = undefined;
          reader.edit('password', '');
          reader = follow(reader, { do: 'link', hash: link }, await begin(page, link));
          for (const [at, came] of (await take(page, sequence)).entries()) {
            const step = sequence[at];
            if (!step || came.nothing) continue;
            done.add(step.do);
            reader = follow(reader, step, came);
            expect(inWords(came.seen), `step ${at}`).toEqual(inWords(reader.expected()));
          }
          expect(await differences(page, reader.parts())).toEqual([]);
          expect(faults).toEqual([]);
          left = reader;
        }),
        { numRuns: runs(100, 1000) },
      );
      expect([...done].sort()).toEqual(KINDS.toSorted());
    });
  },
);
