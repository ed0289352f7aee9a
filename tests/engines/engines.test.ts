import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkFiles } from '../../src/checker/check.ts';
import { summary } from '../../src/checker/messages.ts';
import { edited } from '../../src/checker/repair/edits.ts';
import { serve, type Served } from '../../src/cli/serve.ts';
import { languages as languageNames } from '../../src/site/languages.ts';
import { TEXTS, type Language } from '../../src/site/texts.ts';
import { numbered } from '../../src/view/checker.ts';
import { filesOfLink, filesShown, said } from '../components/generator/files.ts';
import { sites } from '../sites.ts';
import { firefox, python, webkitDriver } from '../software.ts';
import { startChromium } from './chromium.ts';
import type { Download, Engine, Looking } from './engine.ts';
import { startFirefox } from './firefox.ts';
import { read, type Reader } from './reader.ts';
import { startWebKit } from './webkit.ts';

const languages = Object.keys(TEXTS) as Language[];
const wide = { width: 1280, height: 900 };
const phone = { width: 360, height: 740, phone: true };

const field = (name: string) => `[id="f-${name}"]`;
const issue = (name: string) => `[id="issue-${name}"]`;
const act = (name: string) => `check-settings [data-act=${name}]`;

/** On Linux, prepare.ts has installed all of them; elsewhere there may be fewer. */
function isMissing(find: () => string): boolean {
  if (process.platform === 'linux') return false;
  try {
    find();
    return false;
  } catch {
    return true;
  }
}

const ENGINES = [
  { name: 'Chromium', start: startChromium, missing: false },
  { name: 'Firefox', start: startFirefox, missing: isMissing(firefox) },
  { name: 'WebKit', start: startWebKit, missing: isMissing(webkitDriver) },
];

/** The files in a zip, as Python reads them. */
function filesInZip({ bytes }: Download): unknown {
  const script = `import io, json, sys, zipfile
zip = zipfile.ZipFile(io.BytesIO(sys.stdin.buffer.read()))
assert zip.testzip() is None
json.dump({name: zip.read(name).decode() for name in zip.namelist()}, sys.stdout)`;
  const { status, stdout, stderr } = spawnSync(python(), ['-c', script], { input: bytes });
  expect(status, stderr.toString()).toBe(0);
  return JSON.parse(stdout.toString());
}

/** Waits until the address and the files are those of a link. */
async function shows(
  reader: Reader,
  link: string,
  language: Language,
  password?: string,
): Promise<void> {
  await expect.poll(() => reader.ask(() => location.hash)).toBe(link);
  await expect.poll(() => reader.ask(filesShown)).toEqual(filesOfLink(link, language, password));
}

/** The key that is held to paste. */
const modifier = process.platform === 'darwin' ? 'Meta' : 'Control';

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

for (const { name, start, missing } of ENGINES)
  describe.skipIf(missing)(`in ${name}`, () => {
    let engine: Engine;
    beforeAll(async () => {
      engine = await start();
    });
    afterAll(() => engine.close());

    /** Makes a journey from a page, on which nothing may be complained of. */
    async function visit(
      path: string,
      looking: Looking,
      journey: (reader: Reader) => Promise<void>,
    ): Promise<void> {
      const faults = await read(engine, looking, async (reader) => {
        await reader.go(site.address + path);
        await journey(reader);
      });
      expect(faults).toEqual([]);
    }

    test('what goes wrong in a page is seen', async () => {
      const faults = await read(engine, wide, async (reader) => {
        await reader.go(`${site.address}en/`);
        await reader.ask(async () => {
          console.error('said by the console');
          const thrown = new Promise((resolve) => {
            addEventListener('error', resolve);
          });
          setTimeout(() => {
            throw new Error('thrown by a script');
          });
          const stopped = new Promise((resolve) => {
            document.addEventListener('securitypolicyviolation', resolve);
          });
          new Image().src = 'https://outside.invalid/';
          await Promise.all([thrown, stopped]);
        });
        // Errors of a page that was left are not lost.
        await reader.go(`${site.address}fr/`);
      });
      for (const seen of ['said by the console', 'thrown by a script', 'policy: img-src'])
        expect(faults).toContainEqual(expect.stringContaining(seen));
    });

    test('what is copied from the guide is pasted to be checked, and nothing is wrong', async () => {
      const language = 'fr';
      const say = said[language];
      const link = '#web=2&host=10.0.0.5';
      await visit(`${language}/redis/${link}`, wide, async (reader) => {
        await reader.fill(field('password'), 'secret');
        const file = 'web/settings_local.py';
        const text = filesOfLink(link, language, 'secret')[file] ?? '';
        await reader.click(`[data-copy="${file}"]`);
        await reader.reads('[data-part=done]', say('gen.done.copy', { file }));
        await reader.go(`${site.address}${language}/check/`);
        await reader.click('check-settings textarea');
        await reader.sees(() => document.querySelector('check-settings[data-live]') !== null);
        await reader.press('v', modifier);
        // WebKitGTK writes no no-break spaces to the clipboard (WebCore's SelectionData::setText).
        const pasted = name === 'WebKit' ? text.replaceAll('\u00a0', ' ') : text;
        const checked = checkFiles([{ name: 'settings_local.py', text: pasted }]);
        expect(checked.findings.filter(({ severity }) => severity !== 'advice')).toEqual([]);
        await reader.reads('check-settings [data-part=status]', summary(checked, say));
        expect(
          await reader.ask(() => document.querySelector<HTMLTextAreaElement>('textarea')?.value),
        ).toBe(pasted);
      });
    });

    describe.each(languages)('in %s', (language) => {
      const say = said[language];
      const guide = `${language}/redis/`;

      test('a reader describes servers, goes back and forward, and is told what is wrong', async () => {
        await visit(guide, wide, async (reader) => {
          await shows(reader, '', language);
          await reader.click('[name=arch][value=microservices]');
          // Changes before the form is live are one entry of the history, not several.
          await reader.sees(() => document.querySelector('redis-generator[data-live]') !== null);
          await reader.fill(field('workers'), '3');
          await reader.choose(field('redis'), 'dedicated');
          await reader.fill(field('host'), '10.0.0.5');
          const states = [
            '',
            '#arch=microservices',
            '#arch=microservices&workers=3',
            '#arch=microservices&workers=3&redis=dedicated',
            '#arch=microservices&workers=3&redis=dedicated&host=10.0.0.5',
          ];
          await shows(reader, states.at(-1) ?? '', language);
          for (const state of states.slice(0, -1).reverse()) {
            await reader.back();
            await shows(reader, state, language);
          }
          for (const state of states.slice(1)) {
            await reader.forward();
            await shows(reader, state, language);
          }
          expect(
            await reader.ask(
              (...names) =>
                names.map((each) => document.querySelector<HTMLInputElement>(each)?.value),
              '[name=arch]:checked',
              field('workers'),
              field('redis'),
              field('host'),
            ),
          ).toEqual(['microservices', '3', 'dedicated', '10.0.0.5']);

          // On the way to a number that is too large there is one that is not.
          await reader.fill(field('host'), '10.0.0.256');
          await reader.reads(issue('host'), say('issue.host.number'));
          await reader.reads('[data-part=stale]', say('gen.stale'));
          const valid = '#arch=microservices&workers=3&redis=dedicated&host=10.0.0.25';
          await shows(reader, valid, language);
          expect(
            await reader.ask((where) => {
              const host = document.querySelector<HTMLInputElement>(where);
              return [host?.value, host?.getAttribute('aria-invalid')];
            }, field('host')),
          ).toEqual(['10.0.0.256', 'true']);
        });
      });

      test('a password is in the files that are downloaded, and neither in the address nor kept', async () => {
        const secret = 'S3cret-@:/?#[]%+&;=,"\'\\é';
        const link = '#web=2&host=10.0.0.5&auth=acl';
        await visit(`${guide}#web=2&host=10.0.0.5`, wide, async (reader) => {
          await reader.choose(field('auth'), 'acl');
          await reader.fill(field('password'), secret);
          await shows(reader, link, language, secret);
          const kept = await reader.ask(async () => [
            location.href,
            document.cookie,
            JSON.stringify([{ ...localStorage }, { ...sessionStorage }, history.state]),
            ...(await indexedDB.databases()).map((each) => each.name),
            ...(await caches.keys()),
          ]);
          expect(kept.join('\n')).not.toMatch(/S3cret/);

          const files = filesOfLink(link, language, secret);
          const one = await reader.download(() =>
            reader.click('[data-download="web/settings_local.py"]'),
          );
          expect(one.name).toBe('settings_local.py');
          expect(one.bytes.toString()).toBe(files['web/settings_local.py']);
          const zip = await reader.download(() => reader.click('[data-zip]'));
          expect(zip.name).toBe(say('gen.zip.file'));
          expect(filesInZip(zip)).toEqual(files);
          await reader.reads('[data-part=done]', say('gen.done.download', { file: zip.name }));
        });
      });

      test('switching language keeps the state, and the search leads to what it finds', async () => {
        const other: Language = language === 'fr' ? 'en' : 'fr';
        const link = '#web=2&host=10.0.0.5';
        await visit(guide + link, wide, async (reader) => {
          await shows(reader, link, language);
          await reader.reads('language-link a', languageNames[other].label);
          await reader.click('language-link a');
          await reader.sees((code) => document.documentElement.lang === code, other);
          await shows(reader, link, other);
          expect(await reader.ask(() => location.pathname)).toBe(`/${other}/redis/`);

          const [words, place] =
            other === 'fr'
              ? ['delai de visibilite', '/fr/understand/#visibility-timeout']
              : ['eviction', '/en/server/#memory'];
          await reader.click('site-search [data-open]');
          await reader.sees(() => document.activeElement?.matches('site-search input'));
          await reader.type(words);
          await reader.click(`site-search .pagefind-ui__result-link[href="${place}"]`);
          await reader.sees((to) => location.pathname + location.hash === to, place);
          await reader.sees(() => {
            const top = document.querySelector(location.hash)?.getBoundingClientRect().top ?? -1;
            return top >= 0 && top < innerHeight;
          });
        });
      });

      test('a file is checked, repaired, and the repair undone; others are dropped', async () => {
        const given = (text: string, name = 'settings_local.py') => ({ name, text });
        const check = (...files: { name: string; text: string }[]) => {
          const checked = checkFiles(files);
          return { says: summary(checked, say), findings: numbered(checked) };
        };
        const texts = () =>
          [...document.querySelectorAll('check-settings textarea')].map(
            (each) => (each as HTMLTextAreaElement).value,
          );
        await visit(`${language}/check/`, wide, async (reader) => {
          const says = (text: string) => reader.reads('check-settings [data-part=status]', text);
          const items = () =>
            reader.ask(() => document.querySelectorAll('check-settings ol > li').length);
          await reader.click('check-settings textarea');
          await reader.sees(() => document.querySelector('check-settings[data-live]') !== null);
          await reader.type(WRONG);
          await reader.click(act('check'));
          const before = check(given(WRONG));
          expect(before.findings.length).toBeGreaterThan(3);
          await says(before.says);
          expect(await items()).toBe(before.findings.length);

          await reader.click('check-settings [data-repair="1"]');
          const repaired = edited(WRONG, before.findings[0]?.repair ?? []);
          expect(repaired).not.toBe(WRONG);
          const after = check(given(repaired));
          await says(say('check.repaired'));
          await says(after.says);
          expect(await reader.ask(texts)).toEqual([repaired]);
          await reader.click(act('undo'));
          await says(say('check.undone'));
          await says(before.says);
          expect(await reader.ask(texts)).toEqual([WRONG]);

          const dropped = given('bind 127.0.0.1\nappendonly yes\n', 'redis.conf');
          await reader.ask(({ name, text }) => {
            const data = new DataTransfer();
            data.items.add(new File([text], name));
            document
              .querySelector('check-settings')
              ?.dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true }));
          }, dropped);
          const both = check(given(WRONG), dropped);
          expect(both.says).not.toBe(before.says);
          await says(both.says);
          expect(await items()).toBe(both.findings.length);
          expect(await reader.ask(texts)).toEqual([WRONG, dropped.text]);
        });
      });

      test('on a phone: by touch from the menu to the zip, and nothing is wider than it', async () => {
        await visit(`${language}/understand/`, phone, async (reader) => {
          const fits = async (what: string) => {
            const [width, beyond] = await reader.ask(() => [
              Math.max(document.documentElement.scrollWidth, innerWidth),
              [...document.querySelectorAll('.sl-markdown-content :is(h2, h3, p, ul, pre, table)')]
                .filter((each) => each.getBoundingClientRect().right > innerWidth + 1)
                .map((each) => each.textContent.slice(0, 60)),
            ]);
            expect([what, width, beyond]).toEqual([what, phone.width, []]);
          };
          expect(await reader.ask(() => [innerWidth, innerHeight])).toEqual([360, 740]);
          await fits('understand');
          await reader.tap('[popovertarget=starlight__sidebar]');
          await reader.sees(() =>
            document.querySelector('.sidebar-pane')?.matches(':popover-open'),
          );
          await fits('the menu');
          await reader.tap(`#starlight__sidebar a[href="/${guide}"]`);
          await reader.sees(
            (path) => location.pathname === path && document.readyState === 'complete',
            `/${guide}`,
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
          await shows(reader, link, language);
          await fits('the generator');
          const file = 'encoding/settings_local.py';
          await reader.tap(`[data-copy="${file}"]`);
          await reader.reads('[data-part=done]', say('gen.done.copy', { file }));
          const zip = await reader.download(() => reader.tap('[data-zip]'));
          expect(filesInZip(zip)).toEqual(filesOfLink(link, language));

          for (const page of ['check/', 'reference/', 'proven/']) {
            await reader.go(`${site.address}${language}/${page}`);
            await fits(page);
          }
        });
      });
    });
  });
