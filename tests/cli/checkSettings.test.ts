import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { DEFAULTS } from '../../src/model/architecture.ts';
import { fileText } from '../../src/emit/files.ts';
import { emitted } from '../emit/emitted.ts';

const COMMAND = join(import.meta.dirname, '../../src/cli/checkSettings.ts');

const WRONG = `CELERY_TO_ENCODE = True
CELERY_BROKER_URL = "redis://:s3cret@10.0.0.9:6379"
CACHES = {}
`;

/** Runs the command in a new folder with some files. */
function check(
  files: Readonly<Record<string, string>>,
  args: readonly string[],
  prepare?: (folder: string) => void,
  inspect?: (folder: string) => void,
) {
  const folder = mkdtempSync(join(tmpdir(), 'redis-pod-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true });
  });
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(folder, name, '..'), { recursive: true });
    writeFileSync(join(folder, name), text, { mode: 0o600 });
  }
  prepare?.(folder);
  const { status, stdout, stderr } = spawnSync(process.execPath, [COMMAND, ...args], {
    cwd: folder,
    encoding: 'utf8',
    timeout: 20_000,
  });
  inspect?.(folder);
  return { status, stdout, stderr };
}

describe('check-settings', () => {
  test('prints one finding per line, and ends with status 1 when there is an error', () => {
    const { status, stdout } = check({ 'settings_local.py': WRONG }, [
      'settings_local.py',
      '--lang',
      'en',
    ]);
    expect(status).toBe(1);
    const lines = stdout.trimEnd().split('\n');
    for (const line of lines) expect(line).toMatch(/^settings_local\.py:\d+:\d+ [a-z0-9-]+ \S.+$/);
    expect(lines).toContainEqual(
      'settings_local.py:2:21 broker-no-database CELERY_BROKER_URL has no database: it uses number 0, and not 5.',
    );
    expect(stdout).not.toContain('s3cret');
  });

  test('prints French messages by default', () => {
    expect(check({ 'a.py': WRONG }, ['a.py']).stdout).toContain('n’a pas de base');
  });

  test('finds no error in generated files, whose folders are named by roles', () => {
    const files = emitted(
      { ...DEFAULTS, workers: 2, redis: 'dedicated', host: '10.0.0.9', xapi: true },
      { password: 's3cret-Vx7kQ2mLw9' },
    );
    const named = Object.fromEntries(
      files.map((file) => [`${file.folder}/${file.name}`, fileText(file)]),
    );
    const { status, stdout, stderr } = check(named, [...Object.keys(named)]);
    expect(
      // xapi-lrs: settings unrelated to Redis are only in the generator's comments.
      stdout.split('\n').filter((line) => !/^$| (password-in-file|xapi-lrs) /.test(line)),
    ).toEqual([]);
    expect(status).toBe(0);
    expect(stderr).toContain('Rien n’est à corriger');
    expect(stderr).toContain('Ceux-ci ne se vérifient pas');
  });

  test('--role and --several set which servers have the files', () => {
    const text = 'XAPI_CELERY_BROKER_URL = "redis://127.0.0.1:6379/6"\n';
    expect(check({ 'a.py': text }, ['a.py', '--role', 'xapi']).stdout).toContain(' loopback ');
    expect(check({ 'a.py': text }, ['a.py', '--role', 'web']).stdout).not.toContain(' loopback ');
    expect(check({ 'a.py': text }, ['a.py', '--several']).stdout).toContain(' loopback ');
  });

  test('--json has positions, codes and parameters, and no password', () => {
    const { status, stdout } = check({ 'a.py': WRONG }, ['a.py', '--json', '--lang', 'en']);
    const found = JSON.parse(stdout) as {
      code: string;
      line: number;
      repairable: boolean;
      end: { line: number };
    }[];
    expect(found).toContainEqual(
      expect.objectContaining({
        file: 'a.py',
        code: 'broker-no-database',
        line: 2,
        column: 21,
        severity: 'error',
        repairable: true,
      }),
    );
    expect(stdout).not.toContain('s3cret');
    expect(status).toBe(1);
  });

  test('--sarif is SARIF 2.1.0: every result has its rule, its level and its region', () => {
    const { stdout } = check({ 'a b.py': WRONG }, ['a b.py', '--sarif', '--lang', 'en']);
    const { version, runs } = JSON.parse(stdout) as {
      version: string;
      runs: {
        tool: { driver: { rules: { id: string; helpUri: string }[] } };
        results: {
          ruleId: string;
          ruleIndex: number;
          level: string;
          message: { text: string };
          locations: {
            physicalLocation: {
              artifactLocation: { uri: string };
              region: { startLine: number; endLine: number };
            };
          }[];
        }[];
      }[];
    };
    const [run] = runs;
    expect(version).toBe('2.1.0');
    expect(run?.results.length).toBeGreaterThan(1);
    for (const { ruleId, ruleIndex, level, message, locations } of run?.results ?? []) {
      expect(run?.tool.driver.rules[ruleIndex]).toMatchObject({
        id: ruleId,
        helpUri: `https://esupportail.github.io/redis-pod/en/findings/${ruleId}/`,
      });
      expect(['error', 'warning', 'note']).toContain(level);
      expect(message.text).not.toBe('');
      const [location] = locations;
      expect(location?.physicalLocation.artifactLocation.uri).toBe('a%20b.py');
      const { startLine = 0, endLine = 0 } = location?.physicalLocation.region ?? {};
      expect(startLine).toBeGreaterThan(0);
      expect(endLine).toBeGreaterThanOrEqual(startLine);
    }
    expect(stdout).not.toContain('s3cret');
  });

  test('reports who else can read a password', () => {
    const open = check({ 'a.py': WRONG }, ['a.py', '--lang', 'en'], (folder) =>
      chmodSync(join(folder, 'a.py'), 0o644),
    );
    expect(open.stdout).toContain('Everyone on this server can read this file');
    expect(check({ 'a.py': WRONG }, ['a.py', '--lang', 'en']).stdout).toContain(
      'stands in this file in clear',
    );
  });

  test('refuses a file that is too large, and no other', () => {
    const refused = check({ 'a.py': ' '.repeat(2 ** 21 + 1) }, ['a.py', '--lang', 'en']);
    expect(refused.status).toBe(2);
    expect(refused.stderr).toBe('Too large to be settings (2 MB at most): a.py\n');
    expect(check({ 'a.py': ' '.repeat(2 ** 21) }, ['a.py']).status).toBe(0);
    // It has no size and no end.
    const endless = check({}, ['/dev/zero', '--lang', 'en']);
    expect(endless.status).toBe(2);
    expect(endless.stderr).toBe('Too large to be settings (2 MB at most): /dev/zero\n');
  });

  const HOSTILE =
    'x\\n::stop-commands::abc\\n::error::owned ##[error]y \\x1b]0;t\\x07\\u009b2J\\u202e\\u2028';
  const hostile = `SESSION_REDIS = {"host": "${HOSTILE}", "db": 4, "port": 6379}
CACHES = {"default": {"BACKEND": "django_redis.cache.RedisCache", "LOCATION": "redis://${HOSTILE}:6379/3"}}
CELERY_BROKER_URL = "redis://${HOSTILE}/x"
CELERY_TO_ENCODE = True
`;
  const names = [
    'a.py',
    '::error::owned.py',
    ' ::error::\x1b[2J\n::error::owned.py',
    '##[error]a.py',
  ];

  test.each(names)('prints control characters and commands of CI of no file: %j', (name) => {
    for (const args of [[], ['--sarif'], ['--json']]) {
      const { stdout, stderr } = check({ [name]: hostile }, [
        name,
        '--several',
        '--lang',
        'en',
        ...args,
      ]);
      expect(stdout).toContain('owned');
      const lines = (stdout + stderr).split('\n');
      for (const line of lines) {
        expect(line).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
        expect(line).not.toMatch(/^\s*::|##\w*\[/);
      }
      if (args.length === 0)
        for (const line of stdout.trimEnd().split('\n'))
          expect(line).toMatch(/:\d+:\d+ [a-z0-9-]+ /);
    }
    const [first] = JSON.parse(check({ [name]: hostile }, [name, '--json']).stdout) as {
      file: string;
    }[];
    expect(first?.file).toBe(name);
    const missing = check({}, [`${name}-missing`]);
    expect(missing.stderr.trimEnd()).not.toMatch(/^\s*::|##\w*\[|[\p{C}]/u);
  });

  /** Git, with no configuration besides the repository's; the tests give it separate folders. */
  const git = (folder: string, ...args: string[]) => {
    const { status, stderr } = spawnSync('git', args, {
      cwd: folder,
      encoding: 'utf8',
      env: {
        PATH: process.env['PATH'],
        HOME: folder,
        GIT_CONFIG_NOSYSTEM: '1',
        ...Object.fromEntries(
          ['AUTHOR', 'COMMITTER'].flatMap((who) => [
            [`GIT_${who}_NAME`, 'Test'],
            [`GIT_${who}_EMAIL`, 'test@example.org'],
          ]),
        ),
      },
    });
    if (status !== 0) throw new Error(`git ${args.join(' ')}: ${stderr}`);
  };

  const tracked: [what: string, file: string, prepare: (folder: string) => void][] = [
    [
      'of version 2',
      'a.py',
      (folder) => {
        git(folder, 'init', '-q');
        git(folder, 'add', 'a.py');
      },
    ],
    [
      'of version 3',
      'a.py',
      (folder) => {
        git(folder, 'init', '-q');
        git(folder, 'add', '--intent-to-add', 'a.py');
      },
    ],
    [
      'of version 4, where names share their beginnings',
      'deep/folder/a.py',
      (folder) => {
        for (let at = 0; at < 300; at++)
          writeFileSync(join(folder, 'deep', `${at}${'long'.repeat(at % 40)}`), '');
        git(folder, 'init', '-q');
        git(folder, 'update-index', '--index-version', '4');
        git(folder, 'add', '.');
      },
    ],
    [
      'with SHA-256',
      'deep/é/a.py',
      (folder) => {
        git(folder, 'init', '-q', '--object-format=sha256');
        git(folder, 'add', '.');
      },
    ],
    [
      'that the file .git names',
      'deep/a.py',
      (folder) => {
        git(folder, 'init', '-q', '--separate-git-dir', 'elsewhere');
        git(folder, 'add', 'deep');
      },
    ],
    [
      'above another one, which does not have it',
      'deep/a.py',
      (folder) => {
        git(folder, 'init', '-q');
        git(folder, 'add', 'deep');
        git(join(folder, 'deep'), 'init', '-q');
      },
    ],
  ];
  test.each(tracked)('finds a file in the index of a repository %s', (_, file, prepare) => {
    const { stdout } = check({ [file]: WRONG, 'other.py': '' }, [file, '--lang', 'en'], prepare);
    expect(stdout).toContain('is in a Git repository');
  });

  const untracked: [what: string, prepare: (folder: string) => void][] = [
    ['has only other files', (folder) => git(folder, 'add', 'b/a.py', 'aa.py')],
    ['has no index', () => undefined],
    [
      'has a damaged index',
      (folder) => writeFileSync(join(folder, '.git/index'), 'DIRC\0\0\0\x04'),
    ],
    [
      'has an index cut short',
      (folder) => {
        git(folder, 'add', 'a.py');
        truncateSync(join(folder, '.git/index'), 70);
      },
    ],
    ['has a pipe for an index', (folder) => spawnSync('mkfifo', [join(folder, '.git/index')])],
  ];
  test.each(untracked)('does not find a file in a repository that %s', (_, prepare) => {
    const { status, stdout } = check(
      { 'a.py': WRONG, 'aa.py': '', 'b/a.py': '' },
      ['a.py', '--lang', 'en'],
      (folder) => {
        git(folder, 'init', '-q');
        prepare(folder);
      },
    );
    expect(status).toBe(1);
    expect(stdout).toContain('stands in this file in clear');
  });

  // Git runs `core.fsmonitor` where it lists files, in both layouts of a repository.
  const CONFIG = '[core]\n\trepositoryformatversion = 0\n\tbare = false\n';
  const canary = (folder: string) => `\tfsmonitor = "touch ${folder}/CANARY;false"\n`;
  /** Makes a folder a repository, without `.git`. */
  const layOut = (folder: string, config: string) => {
    for (const name of ['objects', 'refs']) {
      mkdirSync(join(folder, name), { recursive: true });
      writeFileSync(join(folder, name, 'kept'), '');
    }
    writeFileSync(join(folder, 'HEAD'), 'ref: refs/heads/main\n');
    writeFileSync(join(folder, 'config'), config);
  };
  const layouts: [what: string, file: string, prepare: (folder: string) => void][] = [
    [
      'of the configuration in .git',
      'a.py',
      (folder) => {
        git(folder, 'init', '-q');
        git(folder, 'add', 'a.py');
        writeFileSync(join(folder, '.git/config'), CONFIG + canary(folder));
      },
    ],
    [
      'of a folder that is a repository itself',
      'a.py',
      (folder) => layOut(folder, `${CONFIG}\tworktree = .\n${canary(folder)}`),
    ],
    [
      'of such a folder in a clone',
      'clone/sub/a.py',
      (folder) => {
        const origin = join(folder, 'origin');
        layOut(join(origin, 'sub'), `${CONFIG}\tworktree = .\n${canary(folder)}`);
        writeFileSync(join(origin, 'sub/a.py'), WRONG);
        git(origin, 'init', '-q');
        git(origin, 'add', '.');
        git(origin, 'commit', '-q', '-m', 'x');
        git(folder, 'clone', '-q', 'origin', 'clone');
      },
    ],
  ];
  test.each(layouts)('runs no command %s', (_, file, prepare) => {
    let before: string[] = [];
    let after: string[] = [];
    const { status } = check(
      { 'a.py': WRONG },
      [file],
      (folder) => {
        prepare(folder);
        before = readdirSync(folder);
      },
      (folder) => {
        after = readdirSync(folder);
        // The layout is one that does run it.
        spawnSync('git', ['ls-files'], { cwd: join(folder, file, '..') });
        expect(existsSync(join(folder, 'CANARY'))).toBe(true);
      },
    );
    expect(status).toBe(1);
    expect(after).toEqual(before);
  });

  test.each([
    [[], 'npm run --silent check-settings'],
    [['missing.py'], 'missing.py: ENOENT'],
    [['a.py', '--role', 'king'], '--role: web, worker'],
    [['a.py', '--lang', 'de'], '--lang: fr, en'],
    [['a.py', '--json', '--sarif'], 'npm run --silent check-settings'],
    [['a.py', '--nope'], '--nope'],
  ])('refuses %j', (args, message) => {
    const { status, stdout, stderr } = check({ 'a.py': WRONG }, args);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain(message);
  });
});
