import type { Page } from 'playwright-core';
import { parse } from 'node-html-parser';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { OFFERED, SENTINELS } from '../../src/components/links/offered.ts';
import { DEFAULTS } from '../../src/model/architecture.ts';
import { FIELD_NAMES } from '../../src/model/fields.ts';
import { formatLink, parseLink } from '../../src/model/link.ts';
import { PRESETS } from '../../src/model/presets.ts';
import { speaker } from '../../src/model/say.ts';
import { TEXTS, type Language } from '../../src/site/texts.ts';
import { htmlLink, markdownLink } from '../../src/view/links.ts';
import { addressOf, live, openPage, useBrowser } from '../browser.ts';
import { origin, sites } from '../sites.ts';

useBrowser(sites);

const [root] = sites;
const codes = Object.keys(TEXTS) as Language[];
const said = { fr: speaker(TEXTS.fr, 'fr'), en: speaker(TEXTS.en, 'en') };

/** Reads the text and the address of a Markdown link. */
function readMarkdown(text: string): { text: string; address: URL } {
  const [, its = '', address = ''] = /\[([^\]]+)\]\((\S+)\)/.exec(text) ?? [];
  return { text: its, address: new URL(address) };
}

describe.each(sites)('under $base', ({ base, directory }) => {
  describe.each(codes)('the page in %s', (code) => {
    const page = () =>
      parse(readFileSync(join(directory, code, 'links/index.html'), 'utf8'), {
        blockTextElements: { script: true, style: true },
      });

    test('has a link to each preset in each language, which opens its architecture', () => {
      for (const { id, architecture } of PRESETS) {
        const blocks = page().querySelectorAll(`[data-preset="${id}"] pre code`);
        expect(blocks.map((block) => block.getAttribute('lang'))).toEqual(codes);
        for (const [at, language] of codes.entries()) {
          const { text, address } = readMarkdown(blocks[at]?.text ?? '');
          expect(text).toContain(said[language](`preset.${id}`));
          expect(address.origin + address.pathname).toBe(`${origin}${base}${language}/redis/`);
          const link = parseLink(address.href);
          expect(link).toEqual({ anchor: 'settings', architecture, issues: [] });
        }
      }
    });

    test('has only links that can be read, to headings that exist', () => {
      const addresses = page()
        .querySelectorAll('pre code')
        .flatMap((block) => [...block.text.matchAll(/https?:\/\/[^\s)"]+/g)].flat());
      expect(addresses.length).toBeGreaterThan(2 * PRESETS.length);
      for (const address of addresses) {
        const { pathname } = new URL(address);
        expect(address.startsWith(origin + base), address).toBe(true);
        const { anchor, issues } = parseLink(address);
        expect(issues).toEqual([]);
        const target = join(directory, pathname.slice(base.length), 'index.html');
        if (anchor !== '') expect(readFileSync(target, 'utf8')).toContain(`id="${anchor}"`);
      }
    });

    test('has texts that read well without their markup, in each language', () => {
      const texts = page()
        .querySelectorAll('pre code')
        .map((block) => block.text);
      for (const language of codes)
        for (const kind of ['sentence', 'paragraph', 'caution'] as const) {
          const link = said[language](`links.${kind}.link`);
          const plain = said[language](`links.${kind}`, { link });
          const own = texts.map((text) => text.replace(/\[([^\]]+)\]\([^)]+\)/, '$1'));
          expect(own.filter((text) => text.includes(plain))).toHaveLength(1);
        }
      const box = texts.filter((text) => text.includes('{: '));
      expect(box).toHaveLength(codes.length);
      for (const text of box) expect(text).toMatch(/^> ⚠️ .+\n\{: \.alert \.alert-warning\}$/);
    });
  });
});

test('every preset can be built with what the form offers', () => {
  for (const { architecture } of PRESETS) {
    const differs = FIELD_NAMES.filter((name) => architecture[name] !== DEFAULTS[name]);
    expect(OFFERED).toEqual(expect.arrayContaining(differs));
  }
  expect(parseLink(`redis=dedicated&sentinels=${SENTINELS}`).issues).toEqual([]);
});

test('a link’s text may hold any character', () => {
  expect(markdownLink('a [b] *c* \\', 'x')).toBe('[a \\[b\\] \\*c\\* \\\\](x)');
  expect(htmlLink('<b> & "c"', 'x#a&b=1')).toBe(
    '<a href="x#a&amp;b=1">&lt;b&gt; &amp; &quot;c&quot;</a>',
  );
});

const control = (page: Page, name: string) => page.locator(`link-builder [name="${name}"]`);
const part = (page: Page, name: string) => page.locator(`link-builder [data-part=${name}]`);

/** The address that the form has built: the same in all three texts. */
async function built(page: Page): Promise<URL> {
  const address = (await part(page, 'address').textContent()) ?? '';
  const markdown = readMarkdown((await part(page, 'markdown').textContent()) ?? '');
  expect(markdown.address.href).toBe(address);
  const link = parse((await part(page, 'html').textContent()) ?? '').querySelector('a');
  expect(link?.getAttribute('href')).toBe(address);
  expect(link?.text).toBe(markdown.text);
  return new URL(address);
}

async function ready(page: Page): Promise<void> {
  await page.locator('link-builder form').dispatchEvent('pointerover');
  await page.locator('link-builder[data-live]').waitFor();
}

describe.each(sites)('the form under $base', (site) => {
  test.each(codes)(
    'in %s builds a link that opens the generator on that architecture',
    async (code) => {
      await openPage(site, `${code}/links/`, {}, async (page) => {
        const other = code === 'fr' ? 'en' : 'fr';
        await ready(page);
        await control(page, 'arch').selectOption('microservices');
        await control(page, 'workers').fill('3');
        await control(page, 'xapi').check();
        await control(page, 'place').selectOption('redis/#settings');
        await control(page, 'language').selectOption(other);
        const address = await built(page);
        expect(address.href).toBe(
          `${origin}${site.base}${other}/redis/#settings&arch=microservices&workers=3&xapi=1`,
        );
        expect(await part(page, 'markdown').textContent()).toContain(
          `[${said[other]('links.wording.default')}]`,
        );
        await page.goto(addressOf(site, address.href.slice(`${origin}${site.base}`.length)));
        await live(page);
        expect(await page.locator('[name=arch]:checked').getAttribute('value')).toBe(
          'microservices',
        );
        expect(await page.locator('#f-workers').inputValue()).toBe('3');
        expect(await page.locator('#f-xapi').isChecked()).toBe(true);
      });
    },
  );
});

test('an example fills the form, and gives its link', async () => {
  await openPage(root, 'en/links/', {}, async (page) => {
    await ready(page);
    for (const { id, architecture } of PRESETS) {
      await control(page, 'preset').selectOption(id);
      const { hash } = await built(page);
      expect(hash.slice(1)).toBe(formatLink(architecture));
    }
    await control(page, 'web').fill('5');
    expect(await control(page, 'preset').inputValue()).toBe('');
  });
});

test('an error names its field, and there is no link until it is corrected', async () => {
  await openPage(root, 'en/links/', {}, async (page) => {
    await ready(page);
    await control(page, 'workers').fill('51');
    await part(page, 'issues').getByText(said.en('field.workers')).waitFor();
    expect(await control(page, 'workers').getAttribute('aria-invalid')).toBe('true');
    expect(await part(page, 'result').isVisible()).toBe(false);
    await control(page, 'workers').fill('2');
    expect(await part(page, 'issues').textContent()).toBe('');
    expect((await built(page)).hash).toBe('#workers=2');

    // A field that changes nothing in an architecture is not in its link.
    await control(page, 'arch').selectOption('standalone');
    expect(await control(page, 'workers').isVisible()).toBe(false);
    expect((await built(page)).hash).toBe('#arch=standalone');
  });
});

test('a page that is the same for every architecture is linked to without one', async () => {
  await openPage(root, 'en/links/', {}, async (page) => {
    await ready(page);
    await control(page, 'web').fill('2');
    expect(await part(page, 'same').isVisible()).toBe(false);
    await control(page, 'place').selectOption('proven/');
    expect((await built(page)).href).toBe(`${origin}/en/proven/`);
    expect(await part(page, 'same').isVisible()).toBe(true);
    await control(page, 'place').selectOption('understand/#xapi');
    expect((await built(page)).hash).toBe('#xapi&web=2');
  });
});

test('a link is built and copied with the keyboard alone', async () => {
  const permissions = ['clipboard-read', 'clipboard-write'];
  await openPage(root, 'fr/links/', { permissions }, async (page) => {
    await control(page, 'preset').focus();
    await page.locator('link-builder[data-live]').waitFor();
    await page.keyboard.type('Un serveur, R');
    await expect.poll(() => control(page, 'preset').inputValue()).toBe('standalone');
    await control(page, 'wording').focus();
    await page.keyboard.press('Control+a');
    await page.keyboard.type('Redis [essai]');
    for (const kind of ['address', 'markdown', 'html']) {
      const block = page.locator(`link-builder .quote:has([data-part=${kind}])`);
      for (let steps = 0; steps < 12; steps++) {
        await page.keyboard.press('Tab');
        if (await block.locator('button').evaluate((it) => it === document.activeElement)) break;
      }
      await page.keyboard.press('Enter');
      await expect.poll(() => part(page, 'said').textContent()).toBe(said.fr('commands.copied'));
      const text = await page.evaluate(() => navigator.clipboard.readText());
      expect(text).toBe(await part(page, kind).textContent());
      expect(text).toContain('/fr/redis/#arch=standalone');
    }
  });
});

test('a choice made before the form is live counts', async () => {
  await openPage(root, 'en/links/', {}, async (page) => {
    await control(page, 'preset').evaluate((it: HTMLSelectElement) => {
      it.value = 'microservices';
    });
    await ready(page);
    expect(parseLink((await built(page)).href).architecture.arch).toBe('microservices');
  });
});

test.each(codes)('without script the page in %s has the ready links, and no form', async (code) => {
  await openPage(root, `${code}/links/`, { javaScriptEnabled: false }, async (page) => {
    expect(await page.locator('link-builder').isVisible()).toBe(false);
    for (const { id } of PRESETS)
      expect(await page.locator(`[data-preset="${id}"] pre:visible`).count()).toBe(codes.length);
    expect(await page.locator('[data-copy]:visible').count()).toBe(0);
  });
});
