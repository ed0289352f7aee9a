import { readdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkFiles } from '../../src/checker/check.ts';
import { FLAGS, OTHERS } from '../../src/pod/redisDirectives.ts';
import type { FindingCode } from '../../src/checker/findings.ts';
import { missingAclRules } from '../../src/checker/findings/acl.ts';
import { edited } from '../../src/checker/repair/edits.ts';
import type { Architecture } from '../../src/model/architecture.ts';
import { fileText, type ConfigFile } from '../../src/emit/files.ts';
import { urlPart } from '../../src/emit/escape.ts';
import { full } from '../sets.ts';
import { NO_VALKEY, VALKEY_PACKAGES } from '../machines/valkeyPackages.ts';
import { stackServer } from '../stacks/environment.ts';
import { needStack } from '../stacks/need.ts';
import { altered, withText } from './altered.ts';
import { anotherServer, deploy, type Change } from './deployed.ts';
import { freePort, run, serve, temporaryFolder, type Finally } from './processes.ts';
import { ask, startRedis, type Door } from './redis.ts';

/** A settings file as its reader has it after all repairs of a code. */
function repaired(file: ConfigFile, code: FindingCode): ConfigFile {
  let text = fileText(file);
  for (let times = 0; times < 10; times += 1) {
    const { findings } = checkFiles([{ name: file.name, text, roles: ['web'] }]);
    const next = findings.find((each) => each.code === code && each.repair);
    if (!next?.repair) break;
    text = edited(text, next.repair);
  }
  return withText(file, text);
}

const PASSWORD = 'p@ss/w[ord';
const CELERY = 'pod.main.celery.task_start_encode';

interface Broken {
  readonly code: FindingCode;
  readonly choices?: Partial<Architecture>;
  readonly change: Change;
  /** The clients that fail before the repair. */
  readonly fail: readonly string[];
}

const BROKEN: readonly Broken[] = [
  {
    code: 'password-unencoded',
    change: (files) => altered(files, urlPart(PASSWORD), PASSWORD),
    fail: ['default', 'select2', CELERY],
  },
  {
    code: 'password-encoded',
    change: (files) => altered(files, /(?<="password": )".*"/g, `"${urlPart(PASSWORD)}"`),
    fail: ['sessions'],
  },
  {
    code: 'password-as-user',
    change: (files) => altered(files, /(?<=redis:\/\/):/g, ''),
    fail: ['default', 'select2', CELERY],
  },
  {
    code: 'cache-scheme',
    choices: { auth: 'none' },
    change: (files) =>
      altered(files, /(?<="LOCATION": ")redis:\/\/(.*)\/3(?=")/g, '127.0.0.1:PORT:3'),
    fail: ['default'],
  },
  {
    code: 'database-range',
    change: (files) => altered(files, /(?<=^CELERY_BROKER_URL = ".*)\/5(?="$)/gm, '/16'),
    fail: [CELERY],
  },
  {
    code: 'broker-scheme',
    choices: { socket: 'redis.sock', auth: 'none' },
    change: (files) => altered(files, /redis\+socket:(.*)\?virtual_host=5/g, 'unix:SOCKET?db=5'),
    fail: [CELERY],
  },
];

describe.concurrent('what the checker calls an error fails, and works after its repair', () => {
  needStack();

  test.for(BROKEN)('$code', async (each, { expect, onTestFinished }) => {
    const { choices = {}, change, fail, code } = each;
    const { deployment, files, door } = await deploy(choices, onTestFinished, {
      password: PASSWORD,
    });
    const wrong = change(files).map((file) => {
      const text = fileText(file)
        .replace('PORT:3', `${door.port}:3`)
        .replace('unix:SOCKET', `unix://${door.socket}`);
      return withText(file, text);
    });
    const attempted = async (of: readonly ConfigFile[]) => {
      const pod = await anotherServer({ deployment, files: of }, onTestFinished);
      const found = await pod.attempt(20);
      return Object.keys(found).filter((name) => found[name]?.says !== null);
    };
    expect(await attempted(wrong)).toEqual(fail);
    const right = wrong.map((file) =>
      file.name === 'settings_local.py' ? repaired(file, code) : file,
    );
    expect(await attempted(right)).toEqual([]);
  });
});

describe('a line of redis.conf that the checker calls an error keeps Redis from starting', () => {
  test.for([
    'protect-mode : no',
    'protected-mode : no',
    'protected-mode: no',
    'requirepass : secret',
    'port=6379',
    'appendonly true',
    'maxmemory_policy noeviction',
    'requirepas secret',
  ])('%s, and no more when it is repaired', async (line, { expect, onTestFinished }) => {
    const port = await freePort();
    const given = { name: 'redis.conf', text: `${line}\nport ${port}\nsave ""\n` };
    const find = (text: string) =>
      checkFiles([{ ...given, text }]).findings.filter(({ code }) => code === 'redis-directive');
    const start = (text: string) =>
      startRedis(text, onTestFinished).then(
        () => 'It starts.',
        (error: unknown) => String(error),
      );
    expect(await start(given.text)).toContain('FATAL CONFIG FILE ERROR');
    const [found] = find(given.text);
    const mended = edited(given.text, found?.repair ?? []);
    expect(find(mended)).toEqual([]);
    expect(await start(mended)).toBe('It starts.');
  });
});

/** Starts Valkey from its packages, which are not installed; gives its way in. */
async function startValkey(packages: string, atEnd: Finally): Promise<Door> {
  const folder = temporaryFolder(atEnd);
  for (const name of readdirSync(packages).filter((each) => each.endsWith('.deb')))
    await run('dpkg-deb', ['-x', join(packages, name), folder]);
  const port = await freePort();
  const args = ['--port', String(port), '--save', '', '--dir', folder];
  const service = await serve(join(folder, 'usr/bin/valkey-server'), args, {}, (said) =>
    /ready to accept connections/i.test(said),
  );
  atEnd(service.stop);
  return { host: '127.0.0.1', port };
}

describe('directives', () => {
  const namesOf = async (door: Door) => {
    const [text = '{}'] = await ask(door, '--json', 'CONFIG', 'GET', '*');
    return Object.keys(JSON.parse(text) as object);
  };

  test('that Redis knows are known, and those of yes or no are nothing else to it', async ({
    onTestFinished,
  }) => {
    const port = await freePort();
    await startRedis(`port ${port}\nsave ""\n`, onTestFinished);
    const names = await namesOf({ host: '127.0.0.1', port });
    expect(names.length).toBeGreaterThan(150);
    expect(names.filter((name) => !FLAGS.has(name) && !OTHERS.has(name))).toEqual([]);
    const folder = temporaryFolder(onTestFinished);
    const flags = names.filter((name) => FLAGS.has(name));
    expect(flags.length).toBeGreaterThan(50);
    for (const name of flags) {
      await writeFile(join(folder, 'redis.conf'), `${name} perhaps\n`);
      const { status, stdout, stderr } = await run(stackServer(), ['redis.conf'], { cwd: folder });
      expect([name, status, stdout + stderr]).toEqual([
        name,
        1,
        expect.stringContaining("argument must be 'yes' or 'no'"),
      ]);
    }
  });

  test.runIf(full)('that Valkey knows are known', async ({ onTestFinished, skip }) => {
    skip(VALKEY_PACKAGES === undefined, NO_VALKEY);
    const names = await namesOf(await startValkey(VALKEY_PACKAGES ?? '', onTestFinished));
    expect(names.length).toBeGreaterThan(150);
    expect(names.filter((name) => !FLAGS.has(name) && !OTHERS.has(name))).toEqual([]);
  });
});

/** Rules of ACL users, those that Pod needs among them. */
const RULES =
  `~* allkeys resetkeys &* allchannels resetchannels +@all allcommands -@all nocommands -@dangerous +@dangerous
+@read +@write -@slow +@fast -@blocking +@list -@string +@keyspace +info -info +flushdb -FLUSHDB +get +brpop -brpop reset on nopass`.split(
    /\s/,
  );

test('what an ACL user lacks is what Redis refuses it', async ({ onTestFinished }) => {
  const port = await freePort();
  await startRedis(`port ${port}\nsave ""\n`, onTestFinished);
  const users = fc.sample(fc.array(fc.constantFrom(...RULES), { maxLength: 8 }), 400);
  const tries = ['GET k', 'BRPOP k 0', 'INFO', 'PSUBSCRIBE *'];
  // Whether keys and channels are allowed shows only where every command is.
  const input = users
    .flatMap((rules, at) => [
      `ACL SETUSER own${at} reset ${rules.join(' ')}`,
      `ACL SETUSER all${at} reset ${rules.join(' ')} +@all`,
      ...tries.flatMap((each) => [`ACL DRYRUN own${at} ${each}`, `ACL DRYRUN all${at} ${each}`]),
    ])
    .join('\n');
  const { stdout } = await run('redis-cli', ['-p', String(port)], { input: `${input}\n` });
  const answers = stdout.split('\n').filter((line) => line !== '');
  const each = 2 + 2 * tries.length;
  expect(answers).toHaveLength(users.length * each);
  for (const [at, rules] of users.entries()) {
    const said = answers.slice(at * each + 2, (at + 1) * each);
    const may = (command: number) => !/permissions to run/.test(said[2 * command] ?? '');
    const reaches = (command: number) => said[2 * command + 1] === 'OK';
    const ordinary = may(0) && may(1);
    expect([rules, missingAclRules(rules)]).toEqual([
      rules,
      [
        ...(reaches(0) ? [] : ['~*']),
        ...(reaches(3) ? [] : ['&*']),
        ...(ordinary ? [] : ['+@all -@dangerous']),
        ...(ordinary && may(2) ? [] : ['+info']),
      ],
    ]);
  }
});
