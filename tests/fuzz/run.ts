import { parseArgs } from 'node:util';
import { gatherUndos, run } from '../software-run/processes.ts';
import { redisServer } from '../software.ts';
import { fuzz, type Options } from './fuzz.ts';

const USAGE = `Usage: npm run fuzz -- [--runs NUMBER] [--seed NUMBER]

  --runs   how many architectures, from 1 to 1000000 (2000); one of 20 also runs on Redis
  --seed   which ones, from 0 to 2147483647 (another time by time)`;

/** How many failures are printed. */
const SHOWN = 3;

/** A whole number within bounds; throws an error that says what is wrong with it. */
function integer(option: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (!/^\d{1,15}$/.test(text) || value < min || value > max)
    throw new Error(`--${option} must be a number from ${min} to ${max}, and not “${text}”.`);
  return value;
}

function readArguments(): Options {
  const { values } = parseArgs({
    options: {
      runs: { type: 'string', default: '2000' },
      seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
    },
  });
  return {
    runs: integer('runs', values.runs, 1, 1_000_000),
    seed: integer('seed', values.seed, 0, 2 ** 31 - 1),
  };
}

let options: Options;
try {
  options = readArguments();
} catch (error) {
  console.error(`${(error as Error).message}\n\n${USAGE}`);
  process.exit(2);
}

const { atEnd, undo } = gatherUndos();
const interruption = new AbortController();
let status = 1;
for (const [name, itsStatus] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)
  process.once(name, () => {
    status = itsStatus;
    interruption.abort();
    // Whatever runs fails by this, and so comes to its end below.
    undo().catch(() => undefined);
  });

try {
  const { stdout } = await run(redisServer(), ['--version']);
  const version = /v=(\S+)/.exec(stdout)?.[1] ?? 'unknown';
  const start = Date.now();
  console.log(`Seed ${options.seed}`);
  const { read, ran, failures } = await fuzz(
    { ...options, signal: interruption.signal },
    atEnd,
    (progress) => {
      console.log(`${Math.round((Date.now() - start) / 1000)} s: ${progress}`);
    },
  );
  for (const failure of failures.slice(0, SHOWN)) console.error(`\n${failure}`);
  if (failures.length > SHOWN) console.error(`\nand ${failures.length - SHOWN} more`);
  console.log(
    `${read} architectures, ${ran} on Redis ${version}, seed ${options.seed}, ${failures.length} failures`,
  );
  if (failures.length === 0) status = 0;
} catch (error) {
  // An interrupted run fails in any way; that is no news.
  if (!interruption.signal.aborted) console.error(error instanceof Error ? error.message : error);
}
await undo().catch(() => undefined);
process.exit(status);
