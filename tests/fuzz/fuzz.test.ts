import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { run, serve, temporaryFolder, until } from '../software-run/processes.ts';
import { runs } from '../sets.ts';
import { fuzz } from './fuzz.ts';

/** How many architectures are tried. */
const CASES = runs(500, 2000);

const RUN = join(import.meta.dirname, 'run.ts');

test(`real software reads the files of ${CASES} random architectures, and one of 20 runs on Redis`, async () => {
  const seed = Math.floor(Math.random() * 2 ** 31);
  const { read, ran, failures } = await fuzz({ runs: CASES, seed }, onTestFinished);
  expect(failures.slice(0, 3).join('\n\n')).toBe('');
  expect({ read, ran }).toEqual({ read: CASES, ran: CASES / 20 });
});

test('the command says what it saw', async () => {
  const { status, stdout, stderr } = await run(process.execPath, [
    RUN,
    '--runs',
    '40',
    '--seed',
    '7',
  ]);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout).toMatch(/^40 architectures, 2 on Redis \d+\.\d+\.\d+, seed 7, 0 failures$/m);
});

test.each([
  [['--runs', 'abc'], '--runs must be a number from 1 to 1000000, and not “abc”.'],
  [['--runs', '0'], '--runs must be a number from 1 to 1000000, and not “0”.'],
  [['--seed', '1.5'], '--seed must be a number from 0 to 2147483647, and not “1.5”.'],
  [['--sede', '1'], "Unknown option '--sede'"],
  [['12'], "Unexpected argument '12'"],
])('the command refuses %j', async (args, message) => {
  const { status, stdout, stderr } = await run(process.execPath, [RUN, ...args]);
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  expect(stderr).toContain(message);
  expect(stderr).toContain('Usage: npm run fuzz');
});

/** Whether a process of this machine is there. */
function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

test('the command leaves nothing behind when it is interrupted while Redis runs', async () => {
  const folder = temporaryFolder(onTestFinished);
  const servers = () =>
    readdirSync(folder).filter((name) => existsSync(join(folder, name, 'appendonlydir')));
  const start = { env: { TMPDIR: folder } };
  const service = await serve(process.execPath, [RUN, '--runs', '400'], start, (said) => {
    return said.includes('400 of 400') && servers().length > 1;
  });
  onTestFinished(service.stop);
  process.kill(service.pid, 'SIGINT');
  await until(() => !isRunning(service.pid));
  expect(readdirSync(folder)).toEqual([]);
  expect(service.said()).not.toContain('failures');
});
