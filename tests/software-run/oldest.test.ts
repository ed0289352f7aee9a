import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { speaker } from '../../src/model/say.ts';
import { OFFERS, offerName } from '../../src/model/offers.ts';
import { OLD_SERVER, type OldServer } from '../../src/site/proof.ts';
import { TEXTS } from '../../src/site/texts.ts';
import { covering } from '../sets.ts';
import { stackServer } from '../stacks/environment.ts';
import { needStack } from '../stacks/need.ts';
import { deploy, deployRedis } from './deployed.ts';
import { inItsNetwork, impossible, TRANSPORTS } from './offered.ts';
import { run } from './processes.ts';

needStack();

/** The file from which the site reads the results. */
const PROVEN = join(import.meta.dirname, '../../src/site/proven/debian-11.json');

/** The forms that are tried, without the container: its image has a Redis of its choice. */
const CASES = covering(OFFERS.filter(({ transport }) => transport !== 'docker'));

/** The message of a Redis that does not start, without what differs from run to run. */
function refusal(error: unknown): string {
  const said = String(error instanceof Error ? error.message : error);
  const [line = ''] =
    /(?<=# )(Could not create server TCP.*|WARNING: Could not.*)|^(?!>>>|\*\*\*|Reading).*(Syntax error|Bad directive|wrong number).*$/m.exec(
      said,
    ) ?? [];
  if (line === '') throw error;
  return line
    .replace(/:\d+: /, ':PORT: ')
    .replace(/'[^']*' > .*/, '')
    .trim();
}

const version = async () =>
  /v=(\S+)/.exec((await run(stackServer(), ['--version'])).stdout)?.[1] ?? '';

const starts: string[] = [];
const refused: Record<string, string[]> = {};

describe.concurrent('the server of Debian 11', () => {
  for (const offer of CASES)
    test(offerName(offer), async ({ onTestFinished, skip }) => {
      const why = await impossible(offer);
      skip(why !== undefined, why);
      const { transport, arch, auth } = offer;
      await inItsNetwork(offer, onTestFinished, async () => {
        try {
          await deployRedis({ arch, auth, ...TRANSPORTS[transport] }, onTestFinished);
          starts.push(offerName(offer));
        } catch (error) {
          (refused[refusal(error)] ??= []).push(offerName(offer));
        }
      });
    });
});

test('verify.sh says that its version is too old', async ({ onTestFinished }) => {
  const { pods, password } = await deploy({ ...TRANSPORTS.socket }, onTestFinished);
  const said = await pods[0]?.verify(password);
  expect(said?.stdout).toContain(
    `Redis ${await version()}: ${speaker(TEXTS.fr, 'fr')('verify.old', { version: '7.0' })}`,
  );
});

afterAll(async () => {
  const found: OldServer = {
    date: new Date().toISOString().slice(0, 10),
    version: await version(),
    starts: starts.sort(),
    refused: Object.fromEntries(
      Object.entries(refused)
        .map(([message, names]) => [message, names.sort()] as const)
        .sort(),
    ),
  };
  if (process.env['PROVE'] === '1') await writeFile(PROVEN, `${JSON.stringify(found, null, 2)}\n`);
  else expect(found).toEqual({ ...OLD_SERVER, date: found.date });
});
