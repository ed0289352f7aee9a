import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
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
  });
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
      { password: 's3cret' },
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
    const committed = check({ 'a.py': WRONG }, ['a.py', '--lang', 'en'], (folder) => {
      for (const args of [
        ['init', '-q'],
        ['add', 'a.py'],
      ])
        spawnSync('git', args, { cwd: folder });
    });
    expect(committed.stdout).toContain('is in a Git repository');
    expect(check({ 'a.py': WRONG }, ['a.py', '--lang', 'en']).stdout).toContain(
      'stands in this file in clear',
    );
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
