import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { alike, causesOf, messageOf, sentence, type Failure } from './causes.ts';
import { changesOf, described, POD, putBack, type Locks } from './changes.ts';
import { hasEnvironment, NO_PYPI } from './environment.ts';
import { currentLocks, newestLocks } from './lock.ts';
import { makeEnvironment, removeEnvironment } from './make.ts';
import { lockedRelease, podSource, releaseIn } from './release.ts';
import { ENVIRONMENTS, STACKS, type EnvironmentName } from './stacks.ts';

/*
 * Runs the proof with the newest versions that the requirements allow, and names those that make cases fail:
 * POD_SOURCE=<a checkout of Esup-Pod> npm run stacks:newest -- [--project NAME]… [-t CASES] [REQUIREMENT…]. A requirement, such as
 * kombu==5.7.0, replaces those for the same package. The locks stay as they are.
 */

/** A proof. */
interface Proof {
  /** The software that it runs on, for a sentence. */
  readonly where: string;
  readonly environments: readonly EnvironmentName[];
  readonly file: string;
  readonly env?: Readonly<Record<string, string>>;
}

const OF_POD = Object.keys(ENVIRONMENTS).filter(
  (name) => !name.endsWith('next') && !name.endsWith('newest'),
) as EnvironmentName[];

/** The proofs by the names of their projects in vitest.config.ts. */
const PROOFS: Readonly<Record<string, Proof>> = {
  software: {
    where: 'on the stack pod',
    environments: [STACKS.pod.web, STACKS.pod.encode],
    file: 'tests/software-run/proof.test.ts',
  },
  'pod-next': {
    where: 'on the stack pod-next',
    environments: [STACKS['pod-next'].web, STACKS['pod-next'].encode],
    file: 'tests/software-run/proof.test.ts',
    // Only the full set has this project; its cases are a pairwise sample there too.
    env: { TESTS: 'full' },
  },
  pod: { where: 'with Pod itself', environments: OF_POD, file: 'tests/pod/proof.test.ts' },
};

/** Software that a proof is run with. */
interface Software {
  readonly locks: Locks;
  /** A checkout of Esup-Pod. */
  readonly pod: string;
}

/** The results of a run. */
interface Results {
  readonly passed: readonly string[];
  readonly failures: readonly Failure[];
}

/** The part of Vitest's report that is read here. */
interface Report {
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly message: string;
    readonly assertionResults: readonly {
      readonly ancestorTitles: readonly string[];
      readonly title: string;
      readonly status: string;
      readonly failureMessages: readonly string[];
    }[];
  }[];
}

const { values: options, positionals: instead } = parseArgs({
  allowPositionals: true,
  options: {
    project: { type: 'string', multiple: true, default: Object.keys(PROOFS) },
    cases: { type: 'string', short: 't' },
  },
});

const folder = mkdtempSync(join(tmpdir(), 'newest-'));
let count = 0;

/** The id of an installation, which fails before any case. */
const INSTALLATION = 'installation';

/** The results in a report; a file that fails outside its cases is a failure too. */
function resultsIn({ testResults }: Report): Results {
  const passed: string[] = [];
  const failures: Failure[] = [];
  for (const { name: file, status, message, assertionResults } of testResults) {
    let failed = status === 'failed';
    const before = passed.length;
    for (const { ancestorTitles, title, status: state, failureMessages } of assertionResults) {
      // The name that the option -t is compared with.
      const id = [...ancestorTitles, title].join(' > ');
      if (state === 'passed') passed.push(id);
      if (state !== 'failed') continue;
      failures.push({ id, name: title, message: messageOf(failureMessages.join('\n')) });
      failed = false;
    }
    if (failed) failures.push({ id: file, name: basename(file), message: messageOf(message) });
    else if (status !== 'failed' && passed.length > before) passed.push(file);
  }
  return { passed, failures };
}

/** A pattern of Vitest's option -t for these cases; none where a file is one of them, which is run as a whole. */
function patternOf(failures: readonly Failure[]): string | undefined {
  if (failures.some(({ id }) => id.startsWith('/'))) return options.cases;
  const names = failures.map(({ id }) => id.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return `^(${names.join('|')})$`;
}

/** Runs a proof, or the cases of it that failed. The environments that only this run needs are removed. */
function run(
  project: string,
  { where, environments, file, env }: Proof,
  { locks, pod }: Software,
  again?: readonly Failure[],
): Results {
  const report = join(folder, `${++count}.json`);
  const place = mkdtempSync(join(folder, 'locks-'));
  for (const [name, text] of Object.entries(locks))
    writeFileSync(join(place, `${name}.lock`), text);
  // Read by environment.ts, in this process too.
  process.env['LOCKS'] = place;
  const made = environments.filter((name) => !hasEnvironment(name));
  try {
    try {
      if (!environments.every(makeEnvironment)) throw new NoPyPI(NO_PYPI);
    } catch (error) {
      if (error instanceof NoPyPI) throw error;
      const message = messageOf(String(error));
      return { passed: [], failures: [{ id: INSTALLATION, name: INSTALLATION, message }] };
    }
    if (again?.every(({ id }) => id === INSTALLATION))
      return { passed: [INSTALLATION], failures: [] };
    const pattern = again ? patternOf(again) : options.cases;
    const args = [
      ...['vitest', 'run', file, '--project', project, ...(pattern ? ['-t', pattern] : [])],
      ...['--reporter=default', '--reporter=tests/report.ts', '--reporter=json'],
      `--outputFile.json=${report}`,
    ];
    const { status } = spawnSync('npx', args, {
      stdio: 'inherit',
      env: { ...process.env, ...env, POD_SOURCE: pod, PROVE: '' },
    });
    if (!existsSync(report)) throw new Error(`Vitest ended with ${status} and wrote no report.`);
    const results = resultsIn(JSON.parse(readFileSync(report, 'utf8')) as Report);
    if (results.passed.length === 0 && results.failures.length === 0)
      throw new Error(`No case was run ${where}.`);
    return results;
  } finally {
    if (again) made.forEach(removeEnvironment);
  }
}

/** An error that says nothing of the versions. */
class NoPyPI extends Error {}

/** A checkout of the locked release, made from that of another one. */
function olderPod(source: string): string {
  const place = join(folder, 'pod');
  if (existsSync(place)) return place;
  const args = ['clone', '--quiet', '--shared', '--branch', lockedRelease(), source, place];
  const { status, stderr } = spawnSync('git', args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`POD_SOURCE needs the tag of the locked release.\n${stderr}`);
  return place;
}

/** Runs a proof with the newest versions, and returns a sentence for each cause of a failure. */
function tried(project: string, proof: Proof, before: Software, newest: Software): string[] {
  const { where, environments } = proof;
  const only = (locks: Locks) =>
    Object.fromEntries(
      Object.entries(locks).filter(([name]) => ['build', ...environments].includes(name)),
    );
  const release =
    project === 'pod' ? { from: releaseIn(before.pod), to: releaseIn(newest.pod) } : {};
  const changes = changesOf(only(before.locks), only(newest.locks), release);
  const { failures } = run(project, proof, newest);
  if (failures.length === 0) return [];

  // Of the cases that fail alike, the first stands for all.
  const groups = alike(failures);
  const firsts = groups.flatMap(([first]) => first ?? []);
  console.log(
    `${failures.length} failed ${where}; with different messages, run again: ${firsts.length}.`,
  );
  const repeated = run(project, proof, newest, firsts).passed;
  const failed = firsts.filter(({ id }) => !repeated.includes(id));
  for (const { name, message } of firsts.filter((each) => !failed.includes(each)))
    console.warn(`${name} failed ${where} and passed when it was run again: ${message}`);
  if (failed.length === 0) return [];
  const causes = causesOf(changes, failed, (back, cases) => {
    const names = back.map(({ name }) => name);
    console.log(`As before: ${names.join(', ')}`);
    const whole = back.length === changes.length;
    const software = {
      locks: whole ? before.locks : putBack(before.locks, newest.locks, names),
      pod: names.includes(POD) ? before.pod : newest.pod,
    };
    const again = run(project, proof, software, cases).passed;
    return cases.filter(({ id }) => again.includes(id));
  });
  return causes.map((cause) => {
    const all = groups.filter(([first]) => first && cause.failures.includes(first)).flat();
    return sentence({ ...cause, failures: all }, where);
  });
}

try {
  const projects = options.project.map((name) => {
    const proof = PROOFS[name];
    if (!proof) throw new Error(`No such project: ${name}`);
    return [name, proof] as const;
  });
  // The same samples in every run.
  process.env['SEED'] ??= String(Math.floor(Math.random() * 2 ** 31));
  const pod = podSource();
  const release = { from: lockedRelease(), to: releaseIn(pod) };
  const before = {
    locks: currentLocks(),
    pod: release.from === release.to ? pod : olderPod(pod),
  };
  const newest = { locks: newestLocks(pod, [], instead), pod };
  const changes = changesOf(before.locks, newest.locks, release).map(described);
  const list = changes.join(', ') || 'nothing';
  console.log(`Newer than the locks: ${list}.`);
  const sentences = projects.flatMap(([name, proof]) => tried(name, proof, before, newest));
  if (sentences.length === 0) console.log(`All passed. Newer than the locks: ${list}.`);
  // A workflow's page shows lines that begin in this way.
  const start = process.env['GITHUB_ACTIONS'] === 'true' ? '::error::' : '';
  for (const each of sentences) console.error(start + each);
  if (sentences.length > 0) process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
