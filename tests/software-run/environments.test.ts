import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { test } from 'vitest';
import { codeText } from '../../src/emit/code.ts';
import type { ProcedureId } from '../../src/emit/quotes/procedures.ts';
import { DEFAULTS } from '../../src/model/architecture.ts';
import { plan } from '../../src/model/deployment.ts';
import type { Role } from '../../src/pod/roles.ts';
import { quotesOf } from '../emit/quotes/quoted.ts';
import { lockFile, NO_PYPI } from '../stacks/environment.ts';
import { needStack } from '../stacks/need.ts';
import { run, temporaryFolder } from './processes.ts';

needStack();

/** Requirements as Pod has them: some packages with the versions of a lock, and nothing about kombu. */
async function requirements(lock: string, ...names: readonly string[]): Promise<string> {
  const text = await readFile(lockFile(lock), 'utf8');
  const versions = names.map((name) => new RegExp(`^${name}==[\\w.]+`, 'im').exec(text)?.[0] ?? '');
  return `${versions.join('\n')}\n`;
}

test('environments are made as the page says: with a kombu that Pod can use, and Django only where it must be', async ({
  expect,
  onTestFinished,
  skip,
}) => {
  const folder = temporaryFolder(onTestFinished);
  const [project, venv, light] = ['project', 'web', 'light'].map((each) => join(folder, each));
  const deployment = plan({
    ...DEFAULTS,
    arch: 'microservices',
    workers: 1,
    transcription: true,
    project: project ?? '',
    venv: venv ?? '',
    'venv.encode': light ?? '',
    account: userInfo().username,
  });
  await mkdir(project ?? '');
  const file = (name: string, text: string) => writeFile(join(project ?? '', name), text);
  await file('requirements.txt', await requirements('pod', 'django', 'celery', 'redis'));
  await file('requirements-encode.txt', await requirements('pod-encode', 'celery', 'redis'));

  const type = async (id: ProcedureId, server: Role) => {
    const quotes = quotesOf(id, deployment).filter((each) => each.server === server);
    const script = quotes.map(({ lines }) => codeText(lines)).join('');
    const { status, stdout, stderr } = await run('bash', ['-ec', script]);
    // pip found no index.
    skip(stderr.includes('(from versions: none)'), NO_PYPI);
    expect([server, status, status === 0 ? '' : stdout + stderr]).toEqual([server, 0, '']);
  };
  /** The last line of output of a statement in an environment. */
  const said = async (environment: string | undefined, statement: string) => {
    const { stdout, stderr } = await run(join(environment ?? '', 'bin/python'), ['-c', statement]);
    return (stdout + stderr).trim().split('\n').at(-1);
  };

  for (const server of ['web', 'encoding', 'transcription'] as const)
    await type('workers.environment', server);
  await type('workers.vosk', 'transcription');
  // Celery's transport has to accept the redis-py that Pod pins.
  const transport =
    'from celery import Celery; Celery(broker="redis://x").connection().transport; print("taken")';
  for (const environment of [venv, light]) expect(await said(environment, transport)).toBe('taken');
  const django = 'import django; print("there")';
  expect(await said(venv, django)).toBe('there');
  expect(await said(light, django)).toBe("ModuleNotFoundError: No module named 'django'");
  expect(await said(light, 'import vosk, numpy; print("there")')).toBe('there');
});
