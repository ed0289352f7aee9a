import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkFiles } from '../../src/checker/check.ts';
import { summary } from '../../src/checker/messages.ts';
import { edited } from '../../src/checker/repair/edits.ts';
import { serve, type Served } from '../../src/cli/serve.ts';
import { languages } from '../../src/site/languages.ts';
import type { Language } from '../../src/site/texts.ts';
import { filesOfLink, filesShown, said } from '../components/generator/files.ts';
import { sites } from '../sites.ts';
import { firefox, python, webkitDriver } from '../software.ts';
import { startPuppeteer } from './puppeteer.ts';
import { Reader, type Browser, type Size } from './reader.ts';
import { startWebKit } from './webkit.ts';

const wide = { width: 1280, height: 900 };
const phone = { width: 360, height: 740, phone: true };

const field = (name: string) => `[id="f-${name}"]`;

/** Whether a browser is not installed, which is accepted elsewhere than on Linux. */
function isMissing(find: () => string): boolean {
  try {
    find();
    return false;
  } catch (error) {
    if (process.platform === 'linux') throw error;
    return true;
  }
}

const BROWSERS = [
  { name: 'Chromium', start: () => startPuppeteer('chrome'), missing: false },
  { name: 'Firefox', start: () => startPuppeteer('firefox'), missing: isMissing(firefox) },
  { name: 'WebKit', start: startWebKit, missing: isMissing(webkitDriver) },
];

/** The files in a zip, as Python reads them. */
function filesInZip(bytes: Buffer): unknown {
  const script = `import io, json, sys, zipfile
zip = zipfile.ZipFile(io.BytesIO(sys.stdin.buffer.read()))
assert zip.testzip() is None
json.dump({name: zip.read(name).decode() for name in zip.namelist()}, sys.stdout)`;
  const { status, stdout, stderr } = spawnSync(python(), ['-c', script], { input: bytes });
  expect(status, stderr.toString()).toBe(0);
  return JSON.parse(stdout.toString());
}

/** Waits until the address and the files are those of a link. */
async function shows(reader: Reader, link: string, language: Language, password = '') {
  await expect.poll(() => reader.ask(() => location.hash)).toBe(link);
  await expect.poll(() => reader.ask(filesShown)).toEqual(filesOfLink(link, language, password));
}

/** A file with mistakes that can be repaired. */
const WRONG = `CELERY_TO_ENCODE = True
CELERY_BROKER_URL = "redis://10.0.0.9:6379"  # the queue
SESSION_ENGINE = 'redis_sessions.session'
SESSION_REDIS = {'host': '10.0.0.9', 'port': 6379, 'db': 5}
`;

let site: Served;
beforeAll(async () => {
  site = await serve(sites[0].directory, sites[0].base);
});
afterAll(() => site.close());

describe.each(BROWSERS.filter(({ missing }) => !missing))('in $name', ({ name, start }) => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await start();
  });
  afterAll(() => browser.close());

  /** Makes a journey from a page, during which no script fails and no policy is violated. */
  async function visit(path: string, size: Size, journey: (reader: Reader) => Promise<void>) {
    const reader = await Reader.open(browser, size);
    await reader.tab.go(site.address + path);
    await journey(reader);
    expect(reader.tab.errors()).toEqual([]);
  }

  test('errors of the console, of scripts and of the policy are seen', async () => {
    const reader = await Reader.open(browser, wide);
    await reader.tab.go(`${site.address}en/`);
    await reader.ask(async () => {
      console.error('an error of the console');
      const thrown = new Promise((resolve) => {
        addEventListener('error', resolve);
      });
      setTimeout(() => {
        throw new Error('an error of a script');
      });
      const stopped = new Promise((resolve) => {
        document.addEventListener('securitypolicyviolation', resolve);
      });
      new Image().src = 'https://outside.invalid/';
      await Promise.all([thrown, stopped]);
    });
    // Errors of a page that was left are not lost.
    await reader.tab.go(`${site.address}fr/`);
    for (const error of ['an error of the console', 'an error of a script', 'policy: img-src'])
      expect(reader.tab.errors()).toContainEqual(expect.stringContaining(error));
  });

  test('a reader describes servers, goes back and forward, and is shown an error', async () => {
    await visit('fr/redis/', wide, async (reader) => {
      await shows(reader, '', 'fr');
      await reader.click('[name=arch][value=microservices]');
      // Changes before the form is live share one entry of the history.
      await reader.sees(() => document.querySelector('redis-generator[data-live]') !== null);
      await reader.fill(field('workers'), '3');
      await reader.choose(field('redis'), 'dedicated');
      await reader.fill(field('host'), '10.0.0.5');
      const links = [
        '',
        '#arch=microservices',
        '#arch=microservices&workers=3',
        '#arch=microservices&workers=3&redis=dedicated',
      ];
      const last = `${links[3]}&host=10.0.0.5`;
      await shows(reader, last, 'fr');
      for (const link of links.toReversed()) {
        await reader.tab.back();
        await shows(reader, link, 'fr');
      }
      for (const link of [...links.slice(1), last]) {
        await reader.tab.forward();
        await shows(reader, link, 'fr');
      }
      // The last valid address that is typed is 10.0.0.25.
      await reader.fill(field('host'), '10.0.0.256');
      await reader.reads('[id="issue-host"]', said.fr('issue.host.number'));
      await reader.reads('[data-part=stale]', said.fr('gen.stale'));
      await shows(reader, `${last}5`.replace('0.55', '0.25'), 'fr');
    });
  });

  test('a password is in the downloaded files, and neither in the address nor stored', async () => {
    const secret = 'S3cret-@:/?#[]%+&;=,"\'\\é';
    const link = '#web=2&host=10.0.0.5&auth=acl';
    await visit('en/redis/#web=2&host=10.0.0.5', wide, async (reader) => {
      await reader.choose(field('auth'), 'acl');
      await reader.fill(field('password'), secret);
      await shows(reader, link, 'en', secret);
      const stored = await reader.ask(async () => [
        location.href,
        document.cookie,
        JSON.stringify([{ ...localStorage }, { ...sessionStorage }, history.state]),
        ...(await indexedDB.databases()).map((each) => each.name),
        ...(await caches.keys()),
      ]);
      expect(stored.join('\n')).not.toMatch(/S3cret/);

      const files = filesOfLink(link, 'en', secret);
      const one = await reader.download('[data-download="web/settings_local.py"]');
      expect(one.name).toBe('settings_local.py');
      expect(one.bytes.toString()).toBe(files['web/settings_local.py']);
      const zip = await reader.download('[data-zip]');
      expect(zip.name).toBe(said.en('gen.zip.file'));
      expect(filesInZip(zip.bytes)).toEqual(files);
      await reader.reads(
        '[data-part=done]',
        said.en('gen.done.download', { file: zip.name ?? '' }),
      );
    });
  });

  test('a file copied from the guide and pasted into the checker has no finding', async () => {
    const link = '#web=2&host=10.0.0.5';
    await visit(`fr/redis/${link}`, wide, async (reader) => {
      await reader.fill(field('password'), 'Vx7kQ2mLw9RtBn4s');
      const file = 'web/settings_local.py';
      const text = filesOfLink(link, 'fr', 'Vx7kQ2mLw9RtBn4s')[file] ?? '';
      await reader.click(`[data-copy="${file}"]`);
      await reader.reads('[data-part=done]', said.fr('gen.done.copy', { file }));
      await reader.tab.go(`${site.address}fr/check/`);
      await reader.click('check-settings textarea');
      await reader.sees(() => document.querySelector('check-settings[data-live]') !== null);
      await reader.tab.press('v', process.platform === 'darwin' ? 'Meta' : 'Control');
      // WebKitGTK writes no no-break spaces to the clipboard (WebCore's SelectionData::setText).
      const pasted = name === 'WebKit' ? text.replaceAll('\u00a0', ' ') : text;
      const checked = checkFiles([{ name: 'settings_local.py', text: pasted }]);
      expect(checked.findings.filter(({ severity }) => severity !== 'advice')).toEqual([]);
      await reader.reads('check-settings [data-part=status]', summary(checked, said.fr));
      expect(await reader.ask(() => document.querySelector('textarea')?.value)).toBe(pasted);
    });
  });

  test('the other language has the same link, the search finds a section, a theme stays', async () => {
    const link = '#web=2&host=10.0.0.5';
    await visit(`en/redis/${link}`, wide, async (reader) => {
      await shows(reader, link, 'en');
      await reader.reads('language-link a', languages.fr.label);
      await reader.click('language-link a');
      await reader.sees(() => document.documentElement.lang === 'fr');
      await shows(reader, link, 'fr');

      await reader.choose('.right-group starlight-theme-select select', 'dark');
      await reader.click('site-search [data-open]');
      await reader.sees(() => document.activeElement?.matches('site-search input'));
      await reader.type('delai de visibilite');
      const place = '/fr/understand/#visibility-timeout';
      await reader.click(`site-search .pagefind-ui__result-link[href="${place}"]`);
      await reader.sees((to) => location.pathname + location.hash === to, place);
      await reader.sees(() => {
        const top = document.querySelector(location.hash)?.getBoundingClientRect().top ?? -1;
        return top >= 0 && top < innerHeight;
      });
      expect(await reader.ask(() => document.documentElement.dataset['theme'])).toBe('dark');
    });
  });

  test('a file is checked and repaired, and the repair undone; another is dropped', async () => {
    const check = (text: string, ...others: { name: string; text: string }[]) => {
      const checked = checkFiles([{ name: 'settings_local.py', text }, ...others]);
      return { status: summary(checked, said.en), findings: checked.findings };
    };
    const texts = () =>
      [...document.querySelectorAll<HTMLTextAreaElement>('check-settings textarea')].map(
        ({ value }) => value,
      );
    await visit('en/check/', wide, async (reader) => {
      const says = (text: string) => reader.reads('check-settings [data-part=status]', text);
      await reader.click('check-settings textarea');
      await reader.sees(() => document.querySelector('check-settings[data-live]') !== null);
      await reader.type(WRONG);
      await reader.click('check-settings [data-act=check]');
      const before = check(WRONG);
      await says(before.status);

      await reader.click('check-settings [data-repair="1"]');
      const repaired = edited(WRONG, before.findings[0]?.repair ?? []);
      expect(repaired).not.toBe(WRONG);
      await says(said.en('check.repaired'));
      await says(check(repaired).status);
      expect(await reader.ask(texts)).toEqual([repaired]);
      await reader.click('check-settings [data-act=undo]');
      await says(said.en('check.undone'));
      expect(await reader.ask(texts)).toEqual([WRONG]);

      const dropped = { name: 'redis.conf', text: 'bind 127.0.0.1\nappendonly yes\n' };
      await reader.ask(({ name, text }) => {
        const data = new DataTransfer();
        data.items.add(new File([text], name));
        document
          .querySelector('check-settings')
          ?.dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true }));
      }, dropped);
      await says(check(WRONG, dropped).status);
      expect(await reader.ask(texts)).toEqual([WRONG, dropped.text]);
    });
  });

  test('a message leads to its cause', async () => {
    await visit('en/troubleshoot/', wide, async (reader) => {
      await reader.click('find-message textarea');
      await reader.type('Error 111 connecting to 127.0.0.1:6379. Connection refused.');
      await reader.sees(() => document.querySelectorAll('find-message li > a').length === 1);
      await reader.click('find-message li > a');
      await reader.sees(() => location.hash === '#refused');
    });
  });

  test('on a phone: by touch from the menu to the zip, and nothing is wider', async () => {
    await visit('fr/understand/', phone, async (reader) => {
      const fits = async (page: string) => {
        const [width, beyond] = await reader.ask(() => [
          Math.max(document.documentElement.scrollWidth, innerWidth),
          [...document.querySelectorAll('.sl-markdown-content :is(h2, h3, p, ul, pre, table)')]
            .filter((each) => each.getBoundingClientRect().right > innerWidth + 1)
            .map((each) => each.textContent.slice(0, 60)),
        ]);
        expect([page, width, beyond]).toEqual([page, phone.width, []]);
      };
      await fits('understand');
      await reader.tap('[popovertarget=starlight__sidebar]');
      await reader.sees(() => document.querySelector('.sidebar-pane')?.matches(':popover-open'));
      await fits('the menu');
      await reader.tap('#starlight__sidebar a[href="/fr/redis/"]');
      await reader.sees(
        () => location.pathname === '/fr/redis/' && document.readyState === 'complete',
      );
      await reader.ask(() => {
        addEventListener('touchend', ({ isTrusted }) => {
          document.body.dataset['touched'] = String(isTrusted);
        });
      });
      await reader.tap('[name=arch][value=microservices]');
      await reader.sees(() => document.querySelector('[value=microservices]:checked') !== null);
      expect(await reader.ask(() => document.body.dataset['touched'])).toBe('true');
      await reader.fill(field('workers'), '2', 'tap');
      await reader.fill(field('host'), '10.0.0.5', 'tap');
      const link = '#arch=microservices&workers=2&host=10.0.0.5';
      await shows(reader, link, 'fr');
      await fits('the generator');
      const zip = await reader.download('[data-zip]', 'tap');
      expect(filesInZip(zip.bytes)).toEqual(filesOfLink(link, 'fr'));
      for (const page of ['check/', 'reference/', 'proven/']) {
        await reader.tab.go(`${site.address}fr/${page}`);
        await fits(page);
      }
    });
  });
});
