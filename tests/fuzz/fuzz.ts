import fc from 'fast-check';
import { DEFAULTS } from '../../src/model/architecture.ts';
import { FIELD_NAMES } from '../../src/model/fields.ts';
import { formatLink } from '../../src/model/link.ts';
import type { AskPython } from './targets.ts';
import { makeCertificates } from '../software-run/certificates.ts';
import { gatherUndos, type Finally } from '../software-run/processes.ts';
import { anyCases, errorsOf, soundCases, type Case } from './cases.ts';
import { startPython } from './python.ts';
import { readFiles, readLinks } from './reading.ts';
import { runOnRedis } from './running.ts';

/** The number of cases, and their seed. */
export interface Options {
  /** How many cases without an error. */
  readonly runs: number;
  readonly seed: number;
  /** Aborted when nothing more is to be started. */
  readonly signal?: AbortSignal;
}

/** The outcome of a run. */
export interface Outcome {
  readonly read: number;
  /** How many of them ran on Redis. */
  readonly ran: number;
  /** The failures, of which the first is as small as it could be made. */
  readonly failures: readonly string[];
}

/** One case of as many runs on Redis. */
const SHARE = 20;

/** One case of as many whose choices may not go together comes on top. */
const WRONG_SHARE = 5;

/** How many cases are read at once. */
const BATCH = 250;

/** How many Redis servers run at once. */
const SERVERS = 4;

/** How long a smaller case is looked for, in milliseconds. */
const PATIENCE = 30_000;

/** The message of a check on a case that fails; nothing on one that does not. */
type Check = (each: Case) => Promise<string | undefined>;

/** A failure: the case, and the check that found it. */
interface Fault {
  readonly index: number;
  readonly cases: fc.Arbitrary<Case>;
  readonly check: Check;
  readonly says: string;
}

/** The cases of a seed: the same that a property sees one by one. */
function draw(cases: fc.Arbitrary<Case>, numRuns: number, seed: number): Case[] {
  const drawn: Case[] = [];
  const property = fc.property(cases, (each) => {
    drawn.push(each);
  });
  fc.assert(property, { seed, numRuns });
  return drawn;
}

/** A case that fails as one does, with as many defaults as can be: its link is the shorter. */
async function plainest(
  found: [Case, string],
  { cases, check }: Fault,
  end: number,
): Promise<[Case, string]> {
  let [each, says] = found;
  for (const name of FIELD_NAMES) {
    if (each.architecture[name] === DEFAULTS[name] || Date.now() > end) continue;
    const plainer = { ...each, architecture: { ...each.architecture, [name]: DEFAULTS[name] } };
    if (cases === soundCases && errorsOf(plainer).length > 0) continue;
    const still = await check(plainer);
    if (still !== undefined) [each, says] = [plainer, still];
  }
  return [each, says];
}

/** The smallest case that fails like one, as far as it is found in time, and what is wrong with it. */
async function smallest(fault: Fault, seed: number): Promise<[Case, string]> {
  const end = Date.now() + PATIENCE;
  const property = fc.asyncProperty(fault.cases, async (each) => {
    const says = await fault.check(each);
    if (says !== undefined) throw new Error(says);
  });
  const { counterexample, errorInstance } = await fc.check(property, {
    seed,
    path: String(fault.index),
    numRuns: 1,
    plugins: [fc.interruptAfterTimeLimit(PATIENCE / 2)],
  });
  const [found] = (counterexample ?? []) as [Case?];
  if (found === undefined)
    throw new Error(`It fails among others, and does not alone: ${fault.says}`);
  return plainest([found, (errorInstance as Error).message], fault, end);
}

/** Says how a case failed and how to see it again. */
function describe([{ architecture, password }, says]: [Case, string], options: Options): string {
  return [
    says,
    `Link: #${formatLink(architecture)}`,
    `Password: ${JSON.stringify(password)}`,
    `Again: npm run fuzz -- --seed ${options.seed} --runs ${options.runs}`,
  ].join('\n');
}

/** Does something, then undoes what it has to. */
async function undoing<T>(act: (atEnd: Finally) => Promise<T>, around: Finally): Promise<T> {
  const { atEnd, undo } = gatherUndos();
  around(undo);
  try {
    return await act(atEnd);
  } finally {
    await undo();
  }
}

/** Does something with each of a list, {@link SERVERS} at a time; a failure waits for what is being done. */
async function forEach<T>(list: readonly T[], act: (each: T) => Promise<void>): Promise<void> {
  const waiting = [...list];
  const work = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await act(next);
  };
  const ends = await Promise.allSettled(Array.from({ length: SERVERS }, work));
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
}

/** Checks a case on Redis. */
function checkOnRedis(
  certificates: string,
  ask: AskPython,
  atEnd: Finally,
  signal: AbortSignal | undefined,
): Check {
  return async (each) => {
    for (let tries = 1; ; tries++) {
      signal?.throwIfAborted();
      try {
        await undoing((end) => runOnRedis(each, certificates, ask, end), atEnd);
        return undefined;
      } catch (error) {
        signal?.throwIfAborted();
        const { message } = error as Error;
        // A port that was free may be taken before it is listened on.
        if (tries === 3 || !message.includes('Address already in use')) return message;
      }
    }
  };
}

/**
 * Makes random architectures and has real software read their files, and some of them run.
 *
 * @param report gets how far it is, now and then
 */
export async function fuzz(
  options: Options,
  atEnd: Finally,
  report: (progress: string) => void = () => undefined,
): Promise<Outcome> {
  const { runs, seed, signal } = options;
  const ask = startPython(atEnd);
  const faults: Fault[] = [];

  const checkLinks: Check = (each) => Promise.resolve(readLinks([each]).get(0));
  const wrong = draw(anyCases, Math.ceil(runs / WRONG_SHARE), seed);
  for (const [index, says] of readLinks(wrong))
    faults.push({ index, says, cases: anyCases, check: checkLinks });

  const sound = draw(soundCases, runs, seed);
  const read = (cases: readonly Case[]) => undoing((end) => readFiles(cases, ask, end), atEnd);
  const checkFiles: Check = async (each) => (await read([each])).get(0);
  for (let from = 0; from < runs; from += BATCH) {
    for (const [at, says] of await read(sound.slice(from, from + BATCH)))
      faults.push({ index: from + at, says, cases: soundCases, check: checkFiles });
    report(`${Math.min(from + BATCH, runs)} of ${runs} architectures read`);
  }

  const certificates = await makeCertificates(atEnd, 'DNS:localhost,IP:127.0.0.1,IP:::1');
  const check = checkOnRedis(certificates, ask, atEnd, signal);
  const chosen = [...sound.entries()].filter(([index]) => index % SHARE === 0);
  let ran = 0;
  await forEach(chosen, async ([index, each]) => {
    const says = await check(each);
    if (says !== undefined) faults.push({ index, says, cases: soundCases, check });
    ran++;
    if (ran % 25 === 0) report(`${ran} of ${chosen.length} run on Redis`);
  });

  const [first, ...others] = faults;
  const failures = others.map(({ index, cases, says }) => {
    const each = (cases === anyCases ? wrong : sound)[index];
    return each === undefined ? says : describe([each, says], options);
  });
  if (first !== undefined) {
    report('looking for the smallest case that fails');
    failures.unshift(describe(await smallest(first, seed), options));
  }
  return { read: sound.length, ran, failures };
}
