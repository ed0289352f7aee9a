import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { Architecture } from '../../src/model/architecture.ts';
import { fileText } from '../../src/emit/files.ts';
import { PASSWORD_PLACEHOLDER, PUBLISHED_PASSWORDS } from '../../src/model/password.ts';
import { checkFiles } from '../../src/checker/check.ts';
import { emitted } from '../emit/emitted.ts';
import { stackServer } from '../stacks/environment.ts';
import { needStack } from '../stacks/need.ts';
import { deploy } from './deployed.ts';
import { run, temporaryFolder } from './processes.ts';

needStack();

const SENTINELS = { redis: 'dedicated', sentinels: '10.0.0.5,10.0.0.6,10.0.0.7' } as const;

/** The ways in which files have a password. */
const WAYS: readonly [string, Partial<Architecture>][] = [
  ['a password', {}],
  ['a password of microservices and xAPI', { arch: 'microservices', xapi: true, workers: 1 }],
  ['ACL users', { auth: 'acl' }],
  ['a socket', { socket: '/run/redis/redis.sock' }],
  ['TLS', { tls: true }],
  ['Sentinel', SENTINELS],
  ['Sentinel with a password', { ...SENTINELS, sessions: 'cached_db', xapi: true }],
];

test.each(WAYS)('no program takes files without the password, with %s', async (_, choices) => {
  const folder = temporaryFolder(onTestFinished);
  const files = emitted({ comments: false, auth: 'password', ...choices });
  let refused = 0;
  for (const [at, file] of files.entries()) {
    // A script refuses the placeholder as a password; the list of users is for no program.
    if (file.kind === 'verify' || file.kind === 'users') continue;
    if (!fileText(file).includes(PASSWORD_PLACEHOLDER)) continue;
    const path = join(folder, `${at}-${file.name}`);
    await writeFile(path, fileText(file));
    const python = file.name.endsWith('.py');
    const sentinel = file.kind === 'sentinel-conf' ? ['--sentinel'] : [];
    const { status, stdout, stderr } = python
      ? await run('python3', [path])
      : await run(stackServer(), [path, ...sentinel]);
    expect([file.name, status]).toEqual([file.name, 1]);
    expect(stdout + stderr).toContain(PASSWORD_PLACEHOLDER);
    expect(stdout + stderr).toContain(
      python ? `name '${PASSWORD_PLACEHOLDER}' is not defined` : 'FATAL CONFIG FILE ERROR',
    );
    refused += 1;
    const codes = checkFiles([{ name: file.name, text: fileText(file) }]).findings;
    expect(codes.map(({ code }) => code)).toContain('password-published');
  }
  expect(refused).toBeGreaterThan(1);
});

test.each(PUBLISHED_PASSWORDS)('verify.sh refuses the password %s', async (password) => {
  const { pods } = await deploy({}, onTestFinished, { password });
  const said = await pods[0]?.verify(password);
  expect(said?.status).toBe(1);
  expect(said?.stdout).toMatch(/mot de passe est dans les exemples du guide[^✓]*$/);
});
