import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { asPod, asPodInProject, asPodWithScript } from '../../src/emit/account.ts';
import { codeText, lineText, plain } from '../../src/emit/code.ts';
import { shellString } from '../../src/emit/escape.ts';
import { fileText } from '../../src/emit/files.ts';
import { UNDERSTAND } from '../../src/emit/quotes/understand.ts';
import { DEFAULTS } from '../../src/model/architecture.ts';
import { plan } from '../../src/model/deployment.ts';
import { architectures, passwords } from '../model/architecture.ts';
import { emitted, textAt } from '../emit/emitted.ts';
import { quotesOf } from '../emit/quotes/quoted.ts';
import { runs } from '../sets.ts';
import { shellcheck } from '../software.ts';
import { run, temporaryFolder } from './processes.ts';

/** The output of a command of bash that root types at a terminal. */
async function atTerminal(command: string): Promise<string> {
  const { stdout } = await run('script', ['-qec', `bash -c ${shellString(command)}`, '/dev/null']);
  return stdout;
}

// Only root can take the place of another account.
test.skipIf(process.getuid?.() !== 0)(
  'programs that run under Pod’s account cannot type into root’s terminal',
  async () => {
    const architecture = { ...DEFAULTS, account: 'nobody', project: '/usr' };
    const deployment = plan(architecture);
    const verify = textAt(emitted(architecture), 'web/verify.sh');
    const [asPodFunction = ''] = /^ *as_pod\(\) \{ .*runuser.*$/m.exec(verify) ?? [];
    // The three descriptors that a program always has, and the terminal by its name.
    const script =
      'for each in 0 1 2; do [ ! -t $each ] || echo "terminal $each"; done; exec 3<>/dev/tty && echo opened';
    const program = plain(`bash -c ${shellString(script)}`);
    expect(await atTerminal(`runuser -u nobody -- ${program.text}`)).toBe(
      'terminal 0\r\nterminal 1\r\nterminal 2\r\nopened\r\n',
    );
    for (const command of [
      `${asPodFunction}; as_pod ${program.text} </dev/null`,
      lineText(asPod(deployment, [program])),
      lineText(asPodInProject(deployment, [program])),
      codeText(asPodWithScript(deployment, [program], [])),
    ])
      expect(await atTerminal(command)).toMatch(
        /^[^\r]*\/dev\/tty: No such device or address\r\n$/,
      );
    // A program in the foreground has another terminal.
    const [understood] = UNDERSTAND['understand.arguments'].emit(deployment);
    const [prefix = ''] = /^env .*? -- /.exec(lineText(understood?.lines.at(-1) ?? [])) ?? [];
    const said = await atTerminal(`tty; ${prefix}tty`);
    const terminals = said.match(/\/dev\/pts\/\d+/g) ?? [];
    expect([terminals.length, new Set(terminals).size]).toEqual([2, 2]);
  },
);

test('the administrator’s password goes to redis-cli and to no other program', async () => {
  const [quote] = quotesOf('cli.access', plan({ ...DEFAULTS, auth: 'acl' }));
  const folder = temporaryFolder(onTestFinished);
  await writeFile(join(folder, 'redis-cli'), '#!/bin/sh\necho "redis-cli has $REDISCLI_AUTH"\n', {
    mode: 0o755,
  });
  const script = `${codeText(quote?.lines ?? [])}env; redis-cli PING`;
  const { stdout } = await run('bash', ['-c', script], {
    input: 'typed\n',
    env: { PATH: `${folder}:${process.env['PATH'] ?? ''}`, REDISCLI_AUTH: 'before' },
  });
  expect(stdout).toContain('redis-cli has typed\n');
  expect(stdout.match(/typed|before/g)).toEqual(['typed']);
});

test('shells read every script, and shellcheck finds nothing in it, whatever the architecture', async () => {
  const folder = temporaryFolder(onTestFinished);
  const texts = new Map<string, string>();
  const random = fc.sample(fc.tuple(architectures, passwords), runs(60, 200));
  // A random sample need not have each kind of script.
  const sample = [...random, [{ ...DEFAULTS, redis: 'docker' }, ''] as const];
  for (const [at, [architecture, password]] of sample.entries())
    for (const language of ['fr', 'en'] as const)
      for (const file of emitted(architecture, { language, password }))
        if (file.path.startsWith('/etc/default/') || file.name.endsWith('.sh'))
          texts.set(`${at}-${language}-${file.folder}-${file.name}`, fileText(file));
  const names = [...texts.keys()];
  expect(names.length).toBeGreaterThan(100);
  for (const kind of ['verify.sh', 'firewall.sh', 'celeryd', 'start-worker.sh'])
    expect([kind, names.some((name) => name.endsWith(kind))]).toEqual([kind, true]);
  for (const [name, text] of texts) {
    await writeFile(join(folder, name), text);
    const shell = name.endsWith('verify.sh') ? 'bash' : 'sh';
    const read = await run(shell, ['-n', join(folder, name)]);
    expect([name, read]).toEqual([name, { status: 0, stdout: '', stderr: '' }]);
  }
  // Celery's init script uses the variables of the files that it sources.
  const checked = names.filter((name) => name.endsWith('.sh'));
  for (let at = 0; at < checked.length; at += 30) {
    const found = await run(shellcheck(), ['--norc', ...checked.slice(at, at + 30)], {
      cwd: folder,
    });
    expect(found).toEqual({ status: 0, stdout: '', stderr: '' });
  }
});
