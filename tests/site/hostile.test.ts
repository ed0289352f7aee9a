import fc from 'fast-check';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { FIELD_NAMES } from '../../src/model/fields.ts';
import { FINDINGS } from '../../src/checker/findings.ts';
import { openPage, useBrowser } from '../browser.ts';
import { limit, runs } from '../sets.ts';
import { sites } from '../sites.ts';

const [root] = sites;
useBrowser([root]);

/** The number of cases of each kind. */
const CASES = runs(200, 1000);

/** The time for all cases of a kind. */
const long = { timeout: limit(900) };

/** Attempts to inject something into a page; a script that runs sets the global `__hit`. */
const PAYLOADS = [
  '<img src=x onerror=__hit=1>',
  '"><script>__hit=1</script>',
  "'><svg/onload=__hit=1>",
  '</textarea><script>__hit=1</script>',
  '</script><script>__hit=1</script>',
  '</code></pre><iframe srcdoc="<script>parent.__hit=1</script>">',
  '<a href="javascript:__hit=1">x</a>',
  'javascript:__hit=1',
  '" onfocus=__hit=1 autofocus x="',
  '<style>*{background:url(https://outside.invalid/)}</style>',
  '<base href="https://outside.invalid/">',
  '<meta http-equiv=refresh content="0;url=https://outside.invalid/">',
  '<form action="https://outside.invalid/"><button>x</button></form>',
  '<template><img src=x onerror=__hit=1></template>',
  '&lt;img src=x onerror=__hit=1&gt;',
  '&#60;script&#62;__hit=1&#60;/script&#62;',
  '${__hit=1}',
  '{{__hit=1}}',
  '__proto__',
  'constructor',
  '\u2028\u2029',
  '\u202Eexe.yp',
  '\0',
  '%00',
  '%3Cimg%20src%3Dx%20onerror%3D__hit%3D1%3E',
  '../../../etc/passwd',
  '\\\\outside.invalid\\x',
  '//outside.invalid/',
];

const hostile = fc
  .array(
    fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom(...PAYLOADS) },
      fc.constantFrom('=', '&', '#', ';', '"', "'", '<', '>', '\n', '%', ' ', 'é', '😀'),
      fc.string({ maxLength: 6 }),
    ),
    { minLength: 1, maxLength: 4 },
  )
  .map((parts) => parts.join(''));

/** Fragments of links: a hostile value, a hostile name, or a hostile whole. */
const fragments = fc.oneof(
  fc
    .tuple(fc.constantFrom(...FIELD_NAMES), hostile, fc.boolean())
    .map(([name, text, encoded]) => `${name}=${encoded ? encodeURIComponent(text) : text}`),
  fc.tuple(hostile, hostile).map(([name, text]) => `web=2&${name}=${text}`),
  hostile,
);

const TEXTS = Object.values(FINDINGS).flatMap(({ example }) => example);
/** The findings' example files, each with a hostile name and a hostile text at a random position. */
const files = fc
  .tuple(fc.constantFrom(...TEXTS), hostile, hostile, fc.double({ min: 0, max: 1, noNaN: true }))
  .map(([{ name, text }, first, second, where]) => {
    const at = Math.floor(where * text.length);
    const ending = name.slice(name.lastIndexOf('.'));
    return { name: first + ending, text: text.slice(0, at) + second + text.slice(at) };
  });

/** Injected elements and attributes: those that run scripts, load files or lead to another site. */
async function injected(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const found = [
      ...document.querySelectorAll(
        '.main-frame :is(img, iframe, object, embed, base, meta, style, form[action], template)',
      ),
      ...document.querySelectorAll('script:not([src], [type="application/json"], [data-own])'),
      ...document.querySelectorAll(
        '[onerror], [onload], [onfocus], [srcdoc], [href^="javascript"]',
      ),
    ].map(({ outerHTML }) => outerHTML.slice(0, 100));
    if ('__hit' in window) found.push('__hit');
    return found;
  });
}

/** Marks the page's own scripts, so that {@link injected} does not count them. */
async function markOwnScripts(page: Page): Promise<void> {
  await page.evaluate(() => {
    for (const script of document.scripts) script.dataset['own'] = '';
  });
  expect(await injected(page)).toEqual([]);
}

test(`${CASES} hostile links put nothing into the page and lead nowhere`, long, async () => {
  await openPage(root, 'en/redis/', {}, async (page) => {
    await markOwnScripts(page);
    const address = await page.evaluate(() => location.pathname);
    const cases = fc.sample(fragments, CASES);
    for (let at = 0; at < cases.length; at += 50) {
      const batch = cases.slice(at, at + 50);
      await page.evaluate(async (all) => {
        for (const fragment of all) {
          location.hash = fragment;
          await new Promise((done) => setTimeout(done));
        }
      }, batch);
      expect([batch, await injected(page)]).toEqual([batch, []]);
      expect(await page.evaluate(() => location.pathname)).toBe(address);
    }
    // The form still works.
    await page.evaluate(() => (location.hash = 'web=3'));
    await expect.poll(() => page.locator('[id="f-web"]').inputValue()).toBe('3');
  });
});

test(`${CASES} hostile files and names put nothing into the page`, long, async () => {
  await openPage(root, 'en/check/', {}, async (page) => {
    const checker = page.locator('check-settings');
    await checker.locator('textarea').first().focus();
    await page.locator('check-settings[data-live]').waitFor();
    await markOwnScripts(page);
    const cases = fc.sample(files, CASES);
    // In small batches: all files of a batch are checked again each time that one is removed.
    for (let at = 0; at < cases.length; at += 5) {
      const batch = cases.slice(at, at + 5);
      await page.evaluate(
        async ([all, patience]) => {
          const form = document.querySelector('check-settings') as HTMLElement;
          const files = () => form.querySelectorAll('[data-file]').length;
          const until = async (met: () => boolean) => {
            for (const end = Date.now() + patience; !met();) {
              if (Date.now() > end) throw new Error(`No result for ${JSON.stringify(all)}`);
              await new Promise((done) => setTimeout(done));
            }
          };
          if (files() > 1)
            for (const button of form.querySelectorAll<HTMLElement>('[data-act=remove]'))
              button.click();
          await until(() => files() === 1);
          const transfer = new DataTransfer();
          for (const { name, text } of all) transfer.items.add(new File([text], name));
          form.dispatchEvent(new DragEvent('drop', { dataTransfer: transfer, bubbles: true }));
          await until(() => files() === all.length && form.querySelector('h2') !== null);
          // Everything that shows more of the files.
          for (const button of form.querySelectorAll<HTMLElement>('[data-act=reveal]'))
            button.click();
          for (const each of form.querySelectorAll('details')) each.open = true;
          form.querySelector<HTMLElement>('[data-repair]')?.click();
        },
        [batch, limit(60)] as const,
      );
      expect([batch, await injected(page)]).toEqual([batch, []]);
    }
  });
});
