import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { fileText } from '../../src/emit/files.ts';
import { DEFAULTS } from '../../src/model/architecture.ts';
import { architectures, passwords } from '../model/architecture.ts';
import { emitted } from '../emit/emitted.ts';
import { runs } from '../sets.ts';
import { shellcheck } from '../software.ts';
import { run, temporaryFolder } from './processes.ts';

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
