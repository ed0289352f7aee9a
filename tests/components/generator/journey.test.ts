import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import type { Download, Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { proposedMemory } from '../../../src/model/sizes.ts';
import { languages as languageNames } from '../../../src/site/languages.ts';
import { TEXTS, type Language } from '../../../src/site/texts.ts';
import { addressOf, live, openPage, useBrowser } from '../../browser.ts';
import { sites } from '../../sites.ts';
import { python } from '../../software.ts';
import { filesOfLink, filesShown as filesIn, said } from './files.ts';

const [root, below = root] = sites;
useBrowser(sites);

const languages = Object.keys(TEXTS) as Language[];
const wide = { viewport: { width: 1440, height: 1000 } };

/** A password that no form refuses. */
const PASSWORD = 'Vx7kQ2mLw9RtBn4s';

const filesShown = (page: Page) => page.evaluate(filesIn);
const fragment = (page: Page) => page.evaluate(() => location.hash);
const field = (page: Page, name: string) => page.locator(`[id="f-${name}"]`);
const issue = (page: Page, name: string) => page.locator(`[id="issue-${name}"]`);

async function textOf(download: Download): Promise<string> {
  return readFile(await download.path(), 'utf8');
}

describe.each(languages)('in %s', (language) => {
  const say = said[language];
  const guide = `${language}/redis/`;

  test('a reader takes the proposed memory limit, by the keyboard', async () => {
    await openPage(root, guide, wide, async (page) => {
      const opener = page.locator('[data-part=proposal] summary');
      await opener.focus();
      await page.keyboard.press('Enter');
      await page.getByLabel(say('gen.proposal.people')).fill('30000');
      await page.getByLabel(say('gen.proposal.videos')).fill('60000');
      const proposed = String(proposedMemory({ people: 30000, videos: 60000 }));
      await expect
        .poll(() => page.locator('[data-part=proposal] output').textContent())
        .toBe(proposed);
      expect(await fragment(page)).toBe('');

      await page.getByRole('button', { name: say('gen.proposal.take') }).focus();
      await page.keyboard.press('Enter');
      await expect.poll(() => fragment(page)).toBe('#memory=1024');
      expect(proposed).toBe('1024');
      await expect.poll(() => filesShown(page)).toEqual(filesOfLink('#memory=1024', language));
      // A number that is no number of people is refused, with the browser's message.
      await page.getByLabel(say('gen.proposal.people')).fill('-5');
      await expect
        .poll(() => page.locator('[data-part=proposal] output').textContent())
        .not.toMatch(/^\d*$/);
      expect(await page.getByRole('button', { name: say('gen.proposal.take') }).isDisabled()).toBe(
        true,
      );
      // The questions themselves change no file and are not in the link.
      await page.getByLabel(say('gen.proposal.people')).fill('20');
      await page.getByLabel(say('gen.proposal.videos')).fill('20');
      await expect.poll(() => page.locator('[data-part=proposal] output').textContent()).toBe('64');
      expect(await fragment(page)).toBe('#memory=1024');
    });
  });

  test('a reader describes servers and copies the files of each', async () => {
    const permissions = ['clipboard-read', 'clipboard-write'];
    await openPage(root, guide, { ...wide, permissions }, async (page) => {
      await expect.poll(() => filesShown(page)).toEqual(filesOfLink('', language));

      await page.getByRole('radio', { name: say('arch.microservices') }).check();
      await field(page, 'workers').fill('3');
      await field(page, 'transcription').check();
      await field(page, 'host').fill('10.0.0.5');
      await field(page, 'xapi').check();
      const link = '#arch=microservices&workers=3&transcription=1&xapi=1&host=10.0.0.5';
      await expect.poll(() => fragment(page)).toBe(link);
      await expect.poll(() => filesShown(page)).toEqual(filesOfLink(link, language));
      const heading = say('servers.encoding', { count: 3 });
      await page.getByRole('heading', { name: heading, exact: true }).waitFor();
      await page
        .getByRole('row', { name: /ENCODING_TRANSCODING.*transcripting/ })
        .last()
        .waitFor();

      await page.locator('[data-copy="encoding/settings_local.py"]').click();
      await page.getByText(say('gen.done.copy', { file: 'encoding/settings_local.py' })).waitFor();
      expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(
        filesOfLink(link, language)['encoding/settings_local.py'],
      );
      const downloaded = page.waitForEvent('download');
      await page.locator('[data-download="xapi/pod-xapi.service"]').click();
      const unit = await downloaded;
      expect(unit.suggestedFilename()).toBe('pod-xapi.service');
      expect(await textOf(unit)).toBe(filesOfLink(link, language)['xapi/pod-xapi.service']);
    });
  });

  test('changed lines are marked and announced, and counted from the field’s first key', async () => {
    await openPage(root, `${guide}#web=2&host=10.0.0.5`, wide, async (page) => {
      expect(await page.locator('.l.new').count()).toBe(0);
      await field(page, 'port').fill('6380');
      const marked = page.locator('[data-file="web/settings_local.py"] .l.new');
      await marked.first().waitFor();
      const lines = await marked.allTextContents();
      expect(lines.length).toBeGreaterThanOrEqual(4);
      for (const line of lines) expect(line).toMatch(new RegExp(`^${say('gen.changed')}.*6380`));
      await field(page, 'port').fill('6381');
      await expect.poll(() => marked.count()).toBe(lines.length);
      const status = page.locator('[data-part=said]');
      await expect.poll(() => status.textContent()).toMatch(/\d+ (lignes modifiées|lines changed)/);
    });
  });

  test('a change shows in sight at once, and elsewhere soon after', async () => {
    await openPage(root, `${guide}#web=2&host=10.0.0.5`, wide, async (page) => {
      const first = page.locator('[data-file="web/settings_local.py"]');
      const last = page
        .locator('[data-file="redis/verify.sh"], [data-file="web/verify.sh"]')
        .last();
      // In one go: nothing that the page still loads may move the file out of sight before the change.
      const texts = await field(page, 'port').evaluate((it: HTMLInputElement) => {
        it.focus({ preventScroll: true });
        document
          .querySelector('[data-file="web/settings_local.py"]')
          ?.scrollIntoView({ behavior: 'instant' });
        it.value = '6390';
        it.dispatchEvent(new Event('input', { bubbles: true }));
        return Array.from(document.querySelectorAll('.file'), (file) => file.textContent);
      });
      expect(texts.at(0)).toContain('6390');
      expect(texts.at(-1)).not.toContain('6390');
      for (const file of [first, last])
        await expect.poll(() => file.textContent()).toContain('6390');
      await expect.poll(() => fragment(page)).toContain('port=6390');
    });
  });

  test('wrong values are explained beside their field, and the last valid files stay', async () => {
    const permissions = ['clipboard-read', 'clipboard-write'];
    await openPage(root, guide, { ...wide, permissions }, async (page) => {
      await field(page, 'web').fill('2');
      const valid = filesOfLink('#web=2', language);
      await expect.poll(() => filesShown(page)).toEqual(valid);
      for (const [name, text, message] of [
        ['host', 'redis://10.0.0.5', say('issue.host.url')],
        ['host', '127.0.0.1', say('issue.host.loopback', { host: '127.0.0.1', servers: 2 })],
        ['host', '10.0.0.256', say('issue.host.number')],
        ['port', '70000', say('issue.number.range', { min: 1, max: 65535 })],
        ['port', '', say('issue.number.malformed', { min: 1, max: 65535 })],
        ['prefix', 'é', say('issue.prefix.malformed', { max: 40 })],
        ['db.default', '4', say('issue.db.same', { number: 4 })],
        ['db.default', '16', say('issue.number.range', { min: 0, max: 15 })],
      ] as const) {
        if (!(await field(page, name).isVisible()))
          await page.getByText(say('gen.group.details'), { exact: true }).click();
        const before = await field(page, name).inputValue();
        await field(page, name).fill(text);
        const where = name === 'db.default' && text === '4' ? 'db.sessions' : name;
        await issue(page, where).getByText(message).waitFor();
        expect(await field(page, where).getAttribute('aria-invalid')).toBe('true');
        expect(await field(page, name).inputValue()).toBe(text);
        await page.getByText(say('gen.stale')).waitFor();
        await expect.poll(() => filesShown(page)).toEqual(valid);
        await expect.poll(() => fragment(page)).toBe('#web=2');
        await field(page, name).fill(before);
        expect(await page.locator('[data-part=stale]').isVisible()).toBe(false);
      }
      await field(page, 'web').fill('0');
      await page.locator('[data-copy="web/settings_local.py"]').click();
      await page.getByText(say('gen.done.stale')).waitFor();
      await page.locator('[data-reset=web]').click();
      expect(await field(page, 'web').inputValue()).toBe('1');
      await expect.poll(() => fragment(page)).toBe('');
    });
  });

  test('the missing address is marked, and every copy and download says so', async () => {
    const permissions = ['clipboard-read', 'clipboard-write'];
    const link = '#web=2&firewall=none';
    await openPage(below, guide + link, { ...wide, permissions }, async (page) => {
      await field(page, 'password').fill(PASSWORD);
      const marks = page.locator('[data-file="web/settings_local.py"] mark');
      await expect
        .poll(async () => new Set(await marks.allTextContents()))
        .toEqual(new Set(['REDIS-ADDRESS.invalid']));
      for (const button of ['[data-copy="web/settings_local.py"]', '[data-zip]']) {
        await page.locator(button).click();
        await page.getByText(say('gen.done.todo')).waitFor();
        await field(page, 'host').fill('10.0.0.5');
        await page.locator(button).click();
        await expect.poll(() => page.getByText(say('gen.done.todo')).count()).toBe(0);
        await field(page, 'host').fill('');
      }
    });
  });

  test('with sentinels: their servers’ files, and the options that they rule out', async () => {
    await openPage(root, guide, wide, async (page) => {
      await field(page, 'password').fill(PASSWORD);
      expect(await field(page, 'sentinels').isVisible()).toBe(false);
      await field(page, 'redis').selectOption('dedicated');
      await field(page, 'sentinels').fill('10.0.0.5, 10.0.0.6');
      await issue(page, 'sentinels')
        .getByText(say('issue.sentinels.count', { min: 3, max: 9, count: 2 }))
        .waitFor();
      await field(page, 'sentinels').fill('10.0.0.5, 10.0.0.6, 10.0.0.7:26380');
      const link = '#redis=dedicated&sentinels=10.0.0.5,10.0.0.6,10.0.0.7:26380';
      await expect.poll(() => fragment(page)).toBe(link);
      const files = filesOfLink(link, language, PASSWORD);
      await expect.poll(() => filesShown(page)).toEqual(files);
      expect(files['redis-3/sentinel.conf']).toContain('port 26380\n');
      expect(await field(page, 'host').isVisible()).toBe(false);
      await page
        .locator('[data-file="redis-2/redis.conf"] summary', { hasText: '10.0.0.6' })
        .waitFor();
      await page.locator('svg.wide', { hasText: 'mymaster' }).waitFor();
      const moved = issue(page, 'sessions').getByText(say('issue.sessions.sentinel'));
      await field(page, 'tls').check();
      await moved.waitFor();
      await field(page, 'auth').selectOption('acl');
      const encrypted = `${link}&auth=acl&tls=1`;
      await expect.poll(() => filesShown(page)).toEqual(filesOfLink(encrypted, language, PASSWORD));
      await field(page, 'sessions').selectOption('cached_db');
      await moved.waitFor({ state: 'hidden' });
    });
  });

  test('without a password, the risk is explained', async () => {
    await openPage(root, guide, wide, async (page) => {
      await issue(page, 'password').getByText(say('issue.auth.password')).waitFor();
      await field(page, 'auth').selectOption('none');
      await issue(page, 'auth').getByText(say('issue.auth.local')).waitFor();
      expect(await field(page, 'password').isVisible()).toBe(false);
      await field(page, 'workers').fill('1');
      await field(page, 'host').fill('10.0.0.5');
      await issue(page, 'auth')
        .getByText(say('issue.auth.missing', { host: '10.0.0.5' }))
        .waitFor();
      expect(await field(page, 'auth').getAttribute('aria-invalid')).toBe('true');
    });
  });

  test('switching language keeps the page, the anchor and the state', async () => {
    const other: Language = language === 'fr' ? 'en' : 'fr';
    const link = '#address&web=2&host=10.0.0.5';
    await openPage(below, `${guide}${link}`, wide, async (page) => {
      await page.getByRole('link', { name: languageNames[other].label }).first().click();
      await page.waitForURL(addressOf(below, `${other}/redis/${link}`));
      await live(page);
      await expect.poll(() => filesShown(page)).toEqual(filesOfLink(link, other));
      expect(await page.locator('#address').isVisible()).toBe(true);
      const top = () => page.locator('#address').evaluate((it) => it.getBoundingClientRect().top);
      await expect.poll(top).toBeLessThan(1000);
    });
  });

  test('with the keyboard alone: architecture, fields, highlights, copy', async () => {
    const permissions = ['clipboard-read', 'clipboard-write'];
    await openPage(root, guide, { ...wide, permissions }, async (page) => {
      const focused = () => page.evaluate(() => document.activeElement?.id ?? '');
      const tabTo = async (reached: () => Promise<boolean>) => {
        for (let presses = 0; presses < 200; presses++) {
          await page.keyboard.press('Tab');
          if (await reached()) return;
        }
        throw new Error('The Tab key never gets there.');
      };
      await tabTo(() =>
        page.evaluate(() => document.activeElement?.matches('[name=arch]') ?? false),
      );
      await page.keyboard.press('ArrowUp');
      await expect.poll(() => fragment(page)).toBe('#arch=standalone');
      await page.keyboard.press('ArrowDown');
      await expect.poll(() => fragment(page)).toBe('');
      await tabTo(async () => (await focused()) === 'f-workers');
      await page.keyboard.press('ControlOrMeta+a');
      await page.keyboard.type('2');
      await expect.poll(() => fragment(page)).toBe('#workers=2');
      await tabTo(() =>
        page.evaluate(() => document.activeElement?.matches('[data-handle=d-default]') ?? false),
      );
      await page.keyboard.press('Enter');
      await page.keyboard.press('Tab');
      await page.keyboard.press('Shift+Tab');
      const lit = page.locator('.l.lit');
      expect((await lit.allTextContents()).join('')).toContain('6379/3');
      await tabTo(() => page.evaluate(() => document.activeElement?.tagName === 'PRE'));
      for (let line = 0; line < 12; line++) await page.keyboard.press('ArrowDown');
      expect(await page.locator('.l.here').count()).toBe(1);
      await page.keyboard.press('Shift+Tab');
      await page.keyboard.press('Shift+Tab');
      await page.keyboard.press('Enter');
      await page.getByText(say('gen.done.copy', { file: 'web/settings_local.py' })).waitFor();
    });
  });

  test('without script: form, files, table and diagram, and a page for every preset', async () => {
    await openPage(below, guide, { ...wide, javaScriptEnabled: false }, async (page) => {
      expect(await page.locator('noscript p.issue').innerText()).toBe(say('gen.noscript'));
      expect(await field(page, 'web').isDisabled()).toBe(true);
      expect(await page.locator('svg.diagram.wide').isVisible()).toBe(true);
      expect(await page.locator('table.uses').isVisible()).toBe(true);
      expect(await page.locator('[data-copy]').first().isVisible()).toBe(false);
      expect(await page.locator('[data-file="web/settings_local.py"]').textContent()).toContain(
        'CELERY_BROKER_URL = f"redis://:{REDIS_PASSWORD_TO_REPLACE}@127.0.0.1:6379/5"',
      );
      await page
        .getByRole('link', { name: say('preset.microservices-large'), exact: true })
        .first()
        .click();
      await page.waitForURL(addressOf(below, `${language}/presets/microservices-large/`));
      expect(await page.locator('svg.diagram.wide').isVisible()).toBe(true);
      expect(
        await page.locator('[data-file="transcription/settings_local.py"]').textContent(),
      ).toContain('ENCODING_TRANSCODING_CELERY_BROKER_URL');
    });
  });
});

describe('the script of the form', () => {
  const opened = { ...wide, untouched: true };

  test('is not loaded by a reader who only copies', async () => {
    const permissions = ['clipboard-read', 'clipboard-write'];
    await openPage(root, 'fr/redis/', { ...opened, permissions }, async (page) => {
      await page.locator('[data-copy="web/settings_local.py"]').click();
      await expect.poll(() => page.locator('[data-part=done].todo').count()).toBe(1);
      expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(
        filesOfLink('', 'fr')['web/settings_local.py'],
      );
      const scripts = await page.evaluate(() =>
        performance.getEntriesByType('resource').map(({ name }) => name),
      );
      expect(scripts.filter((name) => name.includes('liveForm'))).toEqual([]);
      expect(await page.locator('redis-generator[data-live]').count()).toBe(0);
    });
  });

  test('is loaded by the first key, which is not lost', async () => {
    await openPage(root, 'en/redis/', opened, async (page) => {
      await field(page, 'port').fill('6380');
      await expect.poll(() => fragment(page)).toBe('#port=6380');
      await expect.poll(() => filesShown(page)).toEqual(filesOfLink('#port=6380', 'en'));
      expect(await page.locator('.l.new').count()).toBeGreaterThan(4);
    });
  });

  test('is awaited by a form whose link brings a state', async () => {
    await openPage(root, 'en/redis/#port=6380', opened, async (page) => {
      await page.locator('redis-generator[data-live]').waitFor();
      expect(await field(page, 'port').isEnabled()).toBe(true);
      await expect.poll(() => filesShown(page)).toEqual(filesOfLink('#port=6380', 'en'));
    });
  });

  test.each(languages)('changes no text of the page that it makes live, %s', async (language) => {
    await openPage(root, `${language}/redis/`, opened, async (page) => {
      const before = await page.locator('redis-generator').innerText();
      await live(page);
      expect(await page.locator('redis-generator').innerText()).toBe(before);
    });
  });
});

test.each([1440, 360])(
  'a link to the form leads there, with a state or without, %s px wide',
  (width) =>
    openPage(root, 'fr/redis/', { viewport: { width, height: 740 } }, async (page) => {
      for (const link of ['#form', '#form&web=2', '#web=3']) {
        await page.goto('about:blank');
        await page.goto(addressOf(root, `fr/redis/${link}`));
        await live(page);
        const top = () =>
          page
            .getByRole('radio')
            .first()
            .evaluate((it) => it.getBoundingClientRect().top);
        // The report on a link is above the form.
        await expect.poll(top).toBeLessThan(link.includes('=') ? 740 : 370);
        expect(await top()).toBeGreaterThan(60);
      }
    }),
);

test.each([
  ['#arch=<img src=x onerror=alert(1)>&web=2', ['arch'], '#web=2'],
  ['#arch=celery&arch=microservices', ['arch'], ''],
  ['#web=%zz&workers=4', ['web'], '#workers=4'],
  ['#host=javascript:alert(1)&port=0&db.default=99', ['host', 'port', 'db.default'], ''],
  [
    '#__proto__=1&constructor=2&toString=3&web=5',
    ['__proto__', 'constructor', 'toString'],
    '#web=5',
  ],
  ['#"><script>alert(1)</script>', ['"><script>alert(1)</script>'], ''],
])('the link %s opens, keeps its valid fields and names the others', async (link, left, kept) => {
  await openPage(root, `en/redis/${link}`, wide, async (page) => {
    await page.getByText(said.en('gen.link.title')).waitFor();
    const text = await page.locator('[data-part=link-list]').innerText();
    for (const name of left) expect(text).toContain(`“${name}”`);
    await expect.poll(() => filesShown(page)).toEqual(filesOfLink(kept, 'en'));
    expect(await page.locator('[data-part=link-list] :is(script, img)').count()).toBe(0);
    await page.getByRole('button', { name: said.en('gen.link.dismiss') }).click();
    await expect.poll(() => fragment(page)).toBe(kept);
  });
});

test('a password is in the files and nowhere else', async () => {
  const secret = 'S3cret-@:/?#[]%+&;=,"\'\\é';
  await openPage(root, 'en/redis/#web=2&host=10.0.0.5', wide, async (page) => {
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url() + (request.postData() ?? '')));
    await field(page, 'auth').selectOption('acl');
    await field(page, 'password').fill(secret);
    await expect
      .poll(() => filesShown(page))
      .toEqual(filesOfLink('#web=2&host=10.0.0.5&auth=acl', 'en', secret));
    const status = page.locator('[data-part=said]');
    await expect.poll(() => status.textContent()).not.toBe('');
    const elsewhere = await page.evaluate(() => [
      location.href,
      JSON.stringify(history.state),
      JSON.stringify({ ...localStorage }),
      JSON.stringify({ ...sessionStorage }),
      document.cookie,
      ...Array.from(
        document.querySelectorAll('[role=status], [role=alert], [aria-live]'),
        (live) => live.textContent,
      ),
    ]);
    expect([...elsewhere, ...asked].join('\n')).not.toMatch(/S3cret/);
    await expect.poll(() => fragment(page)).toBe('#web=2&host=10.0.0.5&auth=acl');
    await page.reload();
    await live(page);
    expect(await field(page, 'password').inputValue()).toBe('');
    await issue(page, 'password').getByText('REDIS_PASSWORD_TO_REPLACE').waitFor();
  });
});

test('related things light up: field, line, database, server', async () => {
  await openPage(root, 'en/redis/#web=2&host=10.0.0.5', wide, async (page) => {
    await field(page, 'host').focus();
    const lines = (await page.locator('.l.lit').allTextContents()).filter(
      (line) => !/^\s*#/.test(line),
    );
    for (const line of lines) expect(line).toContain('10.0.0.5');
    expect(lines.length).toBeGreaterThan(5);
    await field(page, 'host').fill('10.0.0.6');
    await page.locator('.l.lit', { hasText: '10.0.0.6' }).first().waitFor();
    await page.locator('[data-file="web/settings_local.py"] .l', { hasText: '6379/3' }).hover();
    await page.locator('svg.wide .slot.db-default.lit').waitFor();
    await page.locator('[data-field="db.default"].lit').waitFor({ state: 'attached' });
    await page.locator('svg.wide g[data-of="s-web"].lit').waitFor();
    await page.locator('svg.wide .slot.db-sessions').hover();
    await page.locator('tr.lit', { hasText: 'SESSION_REDIS' }).waitFor();
    expect(await page.locator('tr.lit').count()).toBe(1);
  });
});

test('the zip holds every file, and the diagram is an SVG file', async () => {
  const link =
    '#arch=celery&web=2&workers=50&xapi=1&redis=dedicated&host=10.0.0.5&from.web=10.0.0.0/24';
  await openPage(root, `en/redis/${link}`, wide, async (page) => {
    await field(page, 'password').fill(PASSWORD);
    const zipped = page.waitForEvent('download');
    await page.locator('[data-zip]').click();
    const zip = await readFile(await (await zipped).path());
    const expected = filesOfLink(link, 'en', PASSWORD);
    const names = [
      ...zip.toString('latin1').matchAll(/PK\x01\x02[^]{42}([\w./-]+?)(?=UT|PK|\x00)/g),
    ];
    expect(names.map(([, name]) => name)).toEqual(Object.keys(expected));
    for (const text of Object.values(expected)) expect(zip.includes(text)).toBe(true);
    const drawn = page.waitForEvent('download');
    await page.locator('[data-svg]').click();
    const drawing = await textOf(await drawn);
    expect(drawing).toMatch(/^<svg[^>]+role="img"[^>]*><title>[^<]+<\/title\s*><style>/);
    expect(drawing).toContain('50 encoding servers');
    // An SVG file is read as XML, which has fewer entities than HTML.
    const script = 'import sys, xml.dom.minidom as dom; dom.parse(sys.stdin.buffer)';
    const read = spawnSync(python(), ['-c', script], { input: drawing, encoding: 'utf8' });
    expect(read.stderr).toBe('');
    expect(drawing).not.toContain('var(');
  });
});

describe.each([360, 768, 1152, 1440])('in a window of %i pixels', (width) => {
  const viewport = { width, height: 800 };
  const over = (page: Page) =>
    page.evaluate(() => document.documentElement.scrollWidth - innerWidth);

  test('the longest addresses make the generator no wider', async () => {
    const link = '#arch=microservices&web=2&workers=50&transcription=1&xapi=1';
    const name = `${'a'.repeat(60)}.${'b'.repeat(60)}.example.org`;
    const sentinels = `&redis=dedicated&sentinels=a.${name}:1,b.${name},c.${name}`;
    for (const more of [`&host=${name}`, sentinels])
      await openPage(root, `fr/redis/${link}${more}`, { viewport }, async (page) => {
        expect(await over(page)).toBeLessThanOrEqual(0);
      });
  });
});
