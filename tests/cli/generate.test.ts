import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  lchownSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { DEFAULTS } from '../../src/model/architecture.ts';
import { plan } from '../../src/model/deployment.ts';
import { derived } from '../emit/answers.ts';
import { emitted, textAt } from '../emit/emitted.ts';

const COMMAND = join(import.meta.dirname, '../../src/cli/generate.ts');

/** Runs the command; an empty password means none. */
function generate(args: readonly string[], { password = '', cwd = process.cwd() } = {}) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [COMMAND, ...args], {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, REDIS_PASSWORD: password },
  });
  return { status, stdout, stderr };
}

/** An empty folder, removed after the test. */
function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'redis-pod-'));
  onTestFinished(() => {
    rmSync(path, { recursive: true });
  });
  return path;
}

/** The paths of the files under a folder, relative to it. */
function filesIn(path: string): string[] {
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(path.length + 1))
    .sort();
}

const mode = (...path: string[]) => (statSync(join(...path)).mode & 0o777).toString(8);

describe('generate --out', () => {
  test('writes DIR/<role>/<file>, as the page shows them', () => {
    const out = join(folder(), 'new/out');
    const link = 'https://pod.example.org/en/redis/#workers=2&host=redis.univ.fr';
    const { status, stdout } = generate([link, '--lang', 'en', '--out', out]);
    expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
    expect(filesIn(out)).toEqual([
      'redis/redis-pod.nft',
      'redis/redis.conf',
      'web/settings_local.py',
      'web/verify.sh',
      'worker/pod-worker.service',
      'worker/settings_local.py',
      'worker/verify.sh',
    ]);
    const files = emitted({ workers: 2, host: 'redis.univ.fr' }, { language: 'en' });
    for (const path of filesIn(out))
      expect(readFileSync(join(out, path), 'utf8')).toBe(textAt(files, path));
    expect(readdirSync(join(out, '..'))).toEqual(['out']);
  });

  test('writes a shared file into `all`', () => {
    const out = folder();
    generate(['arch=microservices&workers=1&shared=1&host=10.0.0.5&firewall=none', '--out', out]);
    expect(filesIn(out)).toEqual([
      'all/settings_local.py',
      'encoding/pod-encoding.service',
      'encoding/podceleryconf.py',
      'encoding/verify.sh',
      'redis/redis.conf',
      'web/verify.sh',
    ]);
  });

  test('writes comments in French by default, in English with --lang, and none with comments=0', () => {
    const settings = (...args: string[]) => {
      const out = folder();
      expect(generate([...args, '--out', out]).status).toBe(0);
      return readFileSync(join(out, 'web/settings_local.py'), 'utf8');
    };
    expect(settings('')).toBe(textAt(emitted({}), 'web/settings_local.py'));
    expect(settings('', '--lang', 'fr')).toContain('# Les sessions des utilisateurs.');
    expect(settings('', '--lang', 'en')).toContain('# The users’ sessions.');
    expect(settings('comments=0')).not.toContain('#');
  });

  test('writes REDIS_PASSWORD into files that only their owner can read', () => {
    const out = folder();
    const { status, stdout, stderr } = generate(['', '--out', out], {
      password: `s@cr"t-Vx7kQ2mLw9`,
    });
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '', stderr: '' });
    const files = emitted({ auth: 'password' }, { password: `s@cr"t-Vx7kQ2mLw9` });
    for (const path of filesIn(out)) {
      expect(readFileSync(join(out, path), 'utf8')).toBe(textAt(files, path));
      expect({ path, mode: mode(out, path) }).toEqual({
        path,
        mode: path.endsWith('.sh') ? '700' : '600',
      });
    }
    expect(readFileSync(join(out, 'web/settings_local.py'), 'utf8')).toContain(
      ':s%40cr%22t-Vx7kQ2mLw9@',
    );
    expect(readFileSync(join(out, 'web/verify.sh'), 'utf8')).not.toContain('s@cr');
  });

  test('gives REDIS_PASSWORD to the administrator, and each server the password of its user', () => {
    const out = folder();
    const { status } = generate(['auth=acl&user=pod4', '--out', out], {
      password: 's@crt-Vx7kQ2mLw9',
    });
    expect(status).toBe(0);
    const read = (name: string) => readFileSync(join(out, name), 'utf8');
    const own = derived('s@crt-Vx7kQ2mLw9', 'pod4-web');
    expect(read('web/settings_local.py')).toContain(`redis://pod4-web:${own}@127.0.0.1:6379/5`);
    expect(read('redis/redis.conf')).toMatch(/^user pod4-web on #[0-9a-f]{64} ~/m);
    expect(read('redis/redis.conf')).not.toContain('s@crt');
    expect(read('redis/redis-users.txt')).toMatch(/^pod4-admin +s@crt-Vx7kQ2mLw9$/m);
  });

  test('writes nothing for ACL users with a password that can be guessed', () => {
    const out = folder();
    const { status, stderr } = generate(['auth=acl', '--lang', 'en', '--out', out], {
      password: 's@crt',
    });
    expect(status).toBe(2);
    expect(stderr).toMatch(/^password: The passwords of all ACL users are made from this one/m);
    expect(stderr).not.toContain('s@crt');
    expect(readdirSync(out)).toEqual([]);
  });

  test('says that REDIS_PASSWORD is not used', () => {
    const { status, stderr } = generate(['redis=docker', '--lang', 'en', '--out', folder()], {
      password: 's@crt',
    });
    expect(status).toBe(0);
    expect(stderr).toMatch(/^password: The password is not used/);
  });

  test('makes scripts executable', () => {
    const out = folder();
    generate(['', '--out', out]);
    expect(mode(out, 'web/verify.sh')).toBe('755');
    // Readable by its owner under any umask.
    expect(mode(out, 'web/settings_local.py')).toMatch(/^6/);
  });

  test('makes folders for this account alone, under any umask', () => {
    const out = join(folder(), 'new/out');
    expect(generate(['', '--out', out]).status).toBe(0);
    for (const path of ['..', '.', 'web', 'redis']) expect(mode(out, path)).toBe('700');
  });

  test('asks for --force before it replaces a file that differs, and keeps the others', () => {
    const out = folder();
    writeFileSync(join(out, 'kept'), 'kept');
    const run = (...args: string[]) => generate([...args, '--lang', 'en', '--out', out]);
    const conf = () => readFileSync(join(out, 'redis/redis.conf'), 'utf8');
    expect(run('port=6380').status).toBe(0);
    // The same files again are no reason to ask.
    expect(run('port=6380').status).toBe(0);
    const before = conf();
    const { status, stderr } = run('port=6381');
    expect(status).toBe(2);
    expect(stderr).toContain(`${out}/redis/redis.conf exists and differs.`);
    expect(stderr).toContain(`${out}/web/settings_local.py exists and differs.`);
    expect(conf()).toBe(before);
    expect(run('port=6381', '--force').status).toBe(0);
    expect(conf()).toContain('port 6381\n');
    expect(filesIn(out)).toContain('kept');
  });

  test('does not put the files with a password back to placeholders without --force', () => {
    const out = folder();
    generate(['', '--out', out], { password: 's3cret' });
    expect(generate(['auth=password', '--out', out]).status).toBe(2);
    expect(readFileSync(join(out, 'redis/redis.conf'), 'utf8')).toContain('s3cret');
    expect(mode(out, 'redis/redis.conf')).toBe('600');
  });

  test('makes a file that everyone could read its owner’s alone when it has a password', () => {
    const out = folder();
    generate(['', '--out', out], { password: 's3cret' });
    chmodSync(join(out, 'redis/redis.conf'), 0o644);
    generate(['', '--out', out], { password: 's3cret' });
    expect(mode(out, 'redis/redis.conf')).toBe('600');
  });

  test('names the files that an earlier architecture left over, and only those', () => {
    const out = folder();
    const run = (link: string) =>
      generate([link, '--lang', 'en', '--force', '--out', out], { password: 's3cret' });
    run('arch=microservices&workers=1&host=10.0.0.5');
    mkdirSync(join(out, 'elsewhere'));
    writeFileSync(join(out, 'elsewhere/settings_local.py'), '');
    const { status, stderr } = run('');
    expect(status).toBe(0);
    expect(
      stderr
        .split('\n')
        .filter((line) => line.includes(' is not a file of this architecture. '))
        .map((line) => line.slice(out.length + 1, line.indexOf(' '))),
    ).toEqual([
      'encoding/pod-encoding.service',
      'encoding/podceleryconf.py',
      'encoding/settings_local.py',
      'encoding/verify.sh',
      'redis/redis-pod.nft',
    ]);
    expect(filesIn(out)).toContain('encoding/settings_local.py');
    expect(run('arch=microservices&workers=1&host=10.0.0.5').stderr).not.toContain('/encoding/');
  });

  test('replaces a link in the place of a file, and does not follow it', () => {
    const out = folder();
    const victim = join(folder(), 'victim');
    writeFileSync(victim, 'kept');
    mkdirSync(join(out, 'web'));
    symlinkSync(victim, join(out, 'web/settings_local.py'));
    expect(generate(['', '--out', out]).status).toBe(2);
    expect(generate(['', '--out', out, '--force']).status).toBe(0);
    expect(readFileSync(victim, 'utf8')).toBe('kept');
    expect(lstatSync(join(out, 'web/settings_local.py')).isFile()).toBe(true);
  });

  test('reports missing values, and writes files with placeholders', () => {
    const out = folder();
    const { status, stderr } = generate(['workers=1&auth=password', '--lang', 'en', '--out', out]);
    expect(status).toBe(0);
    expect(stderr).toMatch(/^host: Give the address.*\npassword: Type the password/);
    expect(readFileSync(join(out, 'web/settings_local.py'), 'utf8')).toContain(
      'redis://:{REDIS_PASSWORD_TO_REPLACE}@REDIS-ADDRESS.invalid:6379/5',
    );
  });
});

describe('generate --json', () => {
  test('prints the deployment', () => {
    const { status, stdout, stderr } = generate(
      ['#settings&workers=2&host=redis.univ.fr&from.workers=10.0.0.0/24', '--json'],
      {
        password: 'Vx7kQ2mLw9RtBn4s',
      },
    );
    expect(status).toBe(0);
    expect(stderr).toMatch(
      /^Vérifiez.*\n {2}Adresse de Redis\s: redis\.univ\.fr \(par défaut\s: vide\)\n/,
    );
    expect(stderr).toMatch(/Le lien choisit aussi\s:\n.*2 \(par défaut.: 0\)/);
    expect(JSON.parse(stdout)).toEqual(
      JSON.parse(
        JSON.stringify(
          plan({ ...DEFAULTS, workers: 2, host: 'redis.univ.fr', 'from.workers': '10.0.0.0/24' }),
        ),
      ),
    );
  });

  test('has no password, but whether there is one', () => {
    const { stdout, stderr } = generate(['', '--json'], { password: 'very-secret' });
    expect(stdout + stderr).not.toContain('very-secret');
    expect(JSON.parse(stdout)).toMatchObject({
      redis: { password: true },
      architecture: { auth: 'password' },
    });
  });
});

describe('generate refuses, with status 2 and nothing written,', () => {
  const refused: [what: string, args: string[], message: RegExp][] = [
    ['no link', [], /^npm run --silent generate/],
    ['two links', ['', ''], /^npm run/],
    ['an unknown option', ['', '--language', 'fr'], /--language.*\n\nnpm run/s],
    ['an unknown language', ['', '--lang', 'de'], /^--lang: fr, en\n\nnpm run/],
    ['the name of a method for a language', ['', '--lang', 'toString'], /^--lang: fr, en\n/],
    ['an unknown name', ['color=red'], /^link: .*“color”/],
    ['an invalid value', ['web=many'], /^link: .*“web”.*“many”/],
    ['a repeated name', ['web=1&web=2'], /^link: .*“web”/],
    ['malformed percent-encoding', ['prefix=%E9'], /^link: .*“prefix”/],
    ['a URL for an address', ['host=redis://h'], /^link: .*“host”/],
    ['several errors, and reports all of them', ['web=x&color=red'], /“web”.*\nlink: .*“color”/],
    ['an architecture that cannot work', ['workers=2&host=127.0.0.1'], /^host: 127\.0\.0\.1/],
    ['a socket that several servers would share', ['workers=1&socket=/s'], /^socket: /],
    ['workers as root', ['account=root'], /^account: /],
    ['a folder that anyone may write to', ['venv=/tmp/x'], /^venv: .*\/tmp\/x/],
    [
      'the whole Internet in two halves',
      ['workers=1&host=10.0.0.5&from.workers=0.0.0.0/1,128.0.0.0/1'],
      /^from\.workers: 0\.0\.0\.0\/1/m,
    ],
    ['two uses of one database', ['db.sessions=3'], /^db\.sessions: /],
  ];
  test.each(refused)('%s', (_, args, message) => {
    const out = join(folder(), 'out');
    const { status, stdout, stderr } = generate(['--lang', 'en', ...args, '--out', out]);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(message);
    expect(existsSync(out)).toBe(false);
  });

  test('a password of two lines', () => {
    const out = join(folder(), 'out');
    const { status, stderr } = generate(['', '--out', out], { password: 'two\nlines' });
    expect(status).toBe(2);
    expect(stderr).toMatch(/^password: /);
    expect(existsSync(out)).toBe(false);
  });

  test('neither --out nor --json, and both', () => {
    expect(generate(['']).status).toBe(2);
    const out = join(folder(), 'out');
    const { status, stdout } = generate(['', '--json', '--out', out]);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(existsSync(out)).toBe(false);
  });

  test('a folder that cannot be made', () => {
    const path = folder();
    writeFileSync(join(path, 'file'), '');
    const { status, stderr } = generate(['', '--out', join(path, 'file/out')]);
    expect(status).toBe(2);
    expect(stderr).toContain('file/out: E');
    expect(filesIn(path)).toEqual(['file']);
  });

  test.each(['redis', 'redis/redis.conf/in-the-way', 'web/verify.sh/in-the-way'])(
    'a folder where %s is in the way, also with --force',
    (way) => {
      const out = folder();
      const obstacle = join(out, way);
      mkdirSync(dirname(obstacle), { recursive: true });
      writeFileSync(obstacle, '');
      const { status, stderr } = generate(['', '--force', '--out', out]);
      expect(status).toBe(2);
      expect(stderr).toContain(`${out}/${way.replace('/in-the-way', '')} `);
      expect(filesIn(out)).toEqual([way]);
      for (const place of [out, dirname(out)])
        expect(readdirSync(place).filter((name) => name.includes('.draft-'))).toEqual([]);
    },
  );

  const refusedFolders: [
    what: string,
    message: RegExp,
    prepare: (out: string) => void,
    below?: string,
  ][] = [
    [
      'that is a link',
      /\/out is a symbolic link/,
      (out) => {
        mkdirSync(`${out}-real`);
        symlinkSync(`${out}-real`, out);
      },
    ],
    [
      'with a link to another folder',
      /\/out\/web is a symbolic link/,
      (out) => {
        mkdirSync(`${out}-victim`);
        mkdirSync(out);
        symlinkSync(`${out}-victim`, join(out, 'web'));
      },
    ],
    [
      'with a link to nothing',
      /\/out\/web is a symbolic link/,
      (out) => {
        mkdirSync(out);
        symlinkSync('nothing', join(out, 'web'));
      },
    ],
    [
      'that everyone may write to',
      /Other accounts may write to .*\/out,/,
      (out) => {
        mkdirSync(out);
        chmodSync(out, 0o1777);
      },
    ],
    [
      'below one that others may write to',
      /Other accounts may write to .*\/out,/,
      (out) => {
        mkdirSync(out);
        chmodSync(out, 0o775);
      },
      'new/below',
    ],
    [
      'below a link into one that others may write to',
      /Other accounts may write to .*\/out\/open,/,
      (out) => {
        mkdirSync(join(out, 'open/below'), { recursive: true });
        chmodSync(join(out, 'open'), 0o777);
        symlinkSync('open/below', join(out, 'link'));
      },
      'link/new',
    ],
    [
      'with one that a group may write to',
      /Other accounts may write to .*\/out\/redis,/,
      (out) => {
        mkdirSync(join(out, 'redis'), { recursive: true });
        chmodSync(join(out, 'redis'), 0o770);
      },
    ],
  ];
  test.each(refusedFolders)('a folder %s, also with --force', (_, message, prepare, below = '') => {
    const path = folder();
    prepare(join(path, 'out'));
    const { status, stderr } = generate(
      ['', '--lang', 'en', '--force', '--out', join(path, 'out', below)],
      { password: 's3cret' },
    );
    expect(status).toBe(2);
    expect(stderr).toMatch(message);
    expect(filesIn(path)).toEqual([]);
  });

  // Only root can give a folder to another account.
  test.skipIf(process.getuid?.() !== 0)('a folder of another account', () => {
    const out = folder();
    mkdirSync(join(out, 'web'), 0o755);
    chownSync(join(out, 'web'), 65534, 65534);
    const { status, stderr } = generate(['', '--lang', 'en', '--force', '--out', out]);
    expect(status).toBe(2);
    expect(stderr).toContain(`${out}/web belongs to another account`);
    expect(filesIn(out)).toEqual([]);
  });

  test.skipIf(process.getuid?.() !== 0)('a folder below one of another account', () => {
    const theirs = folder();
    chownSync(theirs, 65534, 65534);
    const { status, stderr } = generate(['', '--lang', 'en', '--out', join(theirs, 'out')]);
    expect(status).toBe(2);
    expect(stderr).toContain(`${theirs} belongs to another account`);
    expect(filesIn(theirs)).toEqual([]);
  });

  test.skipIf(process.getuid?.() !== 0)('a folder below a link of another account', () => {
    // As in /tmp, anybody may make a link there, and only its owner may change it.
    const shared = folder();
    chmodSync(shared, 0o1777);
    const real = folder();
    symlinkSync(real, join(shared, 'first'));
    symlinkSync(join(shared, 'first'), join(real, 'second'));
    lchownSync(join(shared, 'first'), 65534, 65534);
    for (const out of [join(shared, 'first/out'), join(real, 'second/out')]) {
      const { status, stderr } = generate(['', '--lang', 'en', '--out', out]);
      expect(status).toBe(2);
      expect(stderr).toContain(`${shared}/first belongs to another account`);
    }
    expect(filesIn(real)).toEqual([]);
    lchownSync(join(shared, 'first'), 0, 0);
    expect(generate(['', '--lang', 'en', '--out', join(real, 'second/out')]).status).toBe(0);
  });

  test('an empty name of a folder, and --force without --out', () => {
    const here = folder();
    const { status, stderr } = generate(['', '--out', ''], { cwd: here });
    expect(status).toBe(2);
    expect(stderr).toMatch(/^--out: DIR\n\nnpm run/);
    expect(filesIn(here)).toEqual([]);
    expect(generate(['', '--json', '--force']).status).toBe(2);
  });
});
