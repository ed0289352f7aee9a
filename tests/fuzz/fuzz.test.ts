import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addressKind } from '../../src/model/address.ts';
import { DEFAULTS } from '../../src/model/architecture.ts';
import { plan, type Deployment } from '../../src/model/deployment.ts';
import { formatLink } from '../../src/model/link.ts';
import { sentinelsOf } from '../../src/model/servers.ts';
import { fileText, type ConfigFile } from '../../src/emit/files.ts';
import { emitted } from '../emit/emitted.ts';
import { limit, runs } from '../sets.ts';
import { environment, stack, stackServer } from '../stacks/environment.ts';
import { needStack } from '../stacks/need.ts';
import { deploy } from '../software-run/deployed.ts';
import { gatherUndos, run, temporaryFolder, type Finally } from '../software-run/processes.ts';
import { keysOf } from '../software-run/redis.ts';
import { soundCases, type Case } from './cases.ts';
import { expectedValues } from './expected.ts';

needStack();

/** How many architectures are read, and how many run on Redis in each of four tests. */
const READ = Number(process.env['RUNS'] ?? runs(500, 2000));
const RUN = Math.ceil(READ / 20 / 4);
if (!(READ > 0)) throw new Error('RUNS must be a number above 0.');

/**
 * Tries random cases. The error names the smallest case that fails and the command that tries it
 * again.
 *
 * @param part the number of a test with cases that take long: it has its own cases, and does not look
 *   for a smaller one
 */
async function tryCases(
  numRuns: number,
  attempt: (each: Case) => Promise<void>,
  part = 0,
): Promise<void> {
  const seed = Number(process.env['SEED']);
  const property = fc.asyncProperty(soundCases, attempt);
  const found = await fc.check(property, {
    seed: seed + part,
    numRuns,
    endOnFailure: part > 0,
  });
  const [smallest] = found.counterexample ?? [];
  if (smallest === undefined) return;
  const lines = [
    `Link: #${formatLink(smallest.architecture)}`,
    `Password: ${JSON.stringify(smallest.password)}`,
    `Again: SEED=${seed} RUNS=${READ} npm run fuzz`,
  ];
  throw new Error(lines.join('\n'), { cause: found.errorInstance });
}

/** The answer of read.py to a list of sources. */
type ReadPython = (sources: readonly string[]) => Promise<unknown>;

/** Starts read.py. It keeps running, because its imports take longer than what it reads. */
function startReader(atEnd: Finally): ReadPython {
  const script = join(import.meta.dirname, 'read.py');
  const child = spawn(join(environment(stack.web), 'bin/python'), [script], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  atEnd(() => Promise.resolve(void child.kill()));
  const answers = createInterface(child.stdout)[Symbol.asyncIterator]();
  return async (sources) => {
    child.stdin.write(`${JSON.stringify(sources)}\n`);
    const { value } = await answers.next();
    if (value === undefined) throw new Error('read.py has ended.');
    const { values, error } = JSON.parse(value) as { values?: unknown; error?: string };
    if (error !== undefined) throw new Error(error);
    return values;
  };
}

/** A directive that Redis does not know. It stops there if it understands all lines before it. */
const END = 'the-end-of-the-file';

/** Whether redis-server can read a file without looking up the name of a sentinel. */
const isRead = ({ kind }: ConfigFile, { architecture }: Case) =>
  kind === 'redis-conf' ||
  (kind === 'sentinel-conf' &&
    sentinelsOf(architecture).every(({ host }) => addressKind(host) !== 'name'));

/** The address of this machine of the same kind as an address. */
function loopback(host: string): string {
  const kind = addressKind(host);
  return kind === 'ipv6' ? '::1' : kind === 'ipv4' ? '127.0.0.1' : 'localhost';
}

/** The keys that a visit to the web server is expected to leave, by database. */
function expectedKeys(deployment: Deployment, session: string) {
  const { uses, prefixes, databaseNumbers } = deployment;
  const key =
    deployment.sessions === 'redis'
      ? session
      : `1:django.contrib.sessions.${deployment.sessions}${session}`;
  const { default: cache, select2, sessions } = databaseNumbers;
  const keys: Record<number, string[]> = {
    [cache]: [`${prefixes.default}:1:page`],
    [select2]: [`${prefixes.select2}:1:choice`],
    [sessions]: [`${prefixes.sessions}:${key}`],
  };
  for (const { server, role, database, queue } of uses)
    if (server === 'web' && role === 'web' && queue !== undefined)
      (keys[databaseNumbers[database]] ??= []).push(queue, `_kombu.binding.${queue}`);
  for (const each of Object.values(keys)) each.sort();
  return keys;
}

/** Deploys a case on this machine, visits its web server, and compares the keys in Redis. */
async function visit({ architecture, password }: Case, atEnd: Finally): Promise<void> {
  const { redis, host, socket } = architecture;
  const { project, venv, logs, pids, results, 'venv.encode': light } = DEFAULTS;
  const sentinelHosts = plan(architecture).redis.sentinel
    ? ['127.0.0.1', '127.0.0.2', '127.0.0.3']
    : [];
  const here = {
    ...architecture,
    ...{ project, venv, logs, pids, results, 'venv.encode': light, sentinelHosts, sentinels: '' },
    host: redis === 'docker' ? '127.0.0.1' : loopback(host),
    socket: basename(socket),
  };
  const { deployment, door, pods } = await deploy(here, atEnd, {
    password: password || 'secret',
  });
  const options = deployment.transcription ? ['transcription'] : [];
  const session = (await pods[0]?.visit(...options)) ?? '';
  expect(await keysOf(door)).toEqual(expectedKeys(deployment, session));
}

describe.concurrent('the files of random architectures', { timeout: limit(600 + READ) }, () => {
  test(`Python and the clients of Redis read the settings, for ${READ}`, async ({
    onTestFinished,
  }) => {
    const read = startReader(onTestFinished);
    await tryCases(READ, async ({ architecture, password: typed }) => {
      // Python refuses the placeholder for the password.
      const password = typed || 'secret';
      const deployment = plan(architecture);
      const files = emitted(architecture, { password }).filter(
        ({ kind }) => kind === 'settings' || kind === 'celery-module',
      );
      const expected = files.map((file) => expectedValues(deployment, file, password));
      expect(await read(files.map(fileText))).toEqual(expected);
    });
  });

  test(`redis-server reads its files, for ${READ}`, async ({ onTestFinished }) => {
    const folder = temporaryFolder(onTestFinished);
    await tryCases(READ, async (each) => {
      // Redis refuses the placeholder for the password.
      const files = emitted(each.architecture, { password: each.password || 'secret' });
      const readings = files
        .filter((file) => isRead(file, each))
        .map(async (file, at) => {
          const sentinel = file.kind === 'sentinel-conf';
          const end = `${sentinel ? 'sentinel ' : ''}${END}`;
          const path = join(folder, String(at));
          await writeFile(path, `${fileText(file)}\n${end}\n`);
          const args = [path, ...(sentinel ? ['--sentinel'] : [])];
          const { stdout, stderr } = await run(stackServer(), args);
          expect(stdout + stderr).toContain(`>>> '${end}'`);
        });
      await Promise.all(readings);
    });
  });

  // Most of a visit is waiting for servers to start.
  test.for([1, 2, 3, 4])(
    `a visit to Pod leaves its keys in the right databases of a real Redis, for ${RUN} (%i of 4)`,
    async (part) => {
      const visitOnce = async (each: Case) => {
        const { atEnd, undo } = gatherUndos();
        await visit(each, atEnd).finally(undo);
      };
      await tryCases(RUN, visitOnce, part);
    },
  );
});
