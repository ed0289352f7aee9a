import { DEFAULTS, type Architecture } from '../src/model/architecture.ts';
import { check } from '../src/model/check.ts';
import { filesOf } from '../src/emit/files.ts';
import { plan } from '../src/model/deployment.ts';
import { speaker } from '../src/model/say.ts';
import { TEXTS } from '../src/site/texts.ts';
import { diagram } from '../src/view/diagram.ts';
import { filesHtml } from '../src/view/files.ts';
import { usesTable } from '../src/view/table.ts';
import { addresses } from './addresses.ts';
import { median, ratios } from './statistics.ts';
import { row, type Section } from './table.ts';

const say = speaker(TEXTS.fr, 'fr');
const PASSWORD = 'Zm9v-YmFy-2024';

/** Architectures of a kind that are worked out in one go, and how often. */
const BATCH = 200;
const ROUNDS = 30;
const WARM_UP = 3;

/** The servers of the architectures: a fifth of them for the web, the others for encoding. */
const SIZES = [1, 10, 50] as const;
type Size = (typeof SIZES)[number];

/** An architecture of so many servers, with an address for each; no two are alike. */
function architecture(size: Size, number: number): Architecture {
  const own = { ...DEFAULTS, port: 6379 + number, prefix: `pod-${number}` };
  if (size === 1) return own;
  const web = size / 5;
  return {
    ...own,
    web,
    workers: size - web,
    xapi: true,
    host: `10.0.0.${(number % 200) + 1}`,
    'from.web': addresses(1, web - 1),
    'from.workers': addresses(2, size - web),
    'from.xapi': addresses(3, 1),
  };
}

/** What the form does with a change, without a page. */
const WORK: Readonly<Record<string, (architecture: Architecture) => unknown>> = {
  'checks, deployment and files': (architecture) => {
    const deployment = plan(architecture);
    return [check(architecture, PASSWORD), filesOf(deployment, { say, password: PASSWORD })];
  },
  'the same, drawings, table and files as HTML': (architecture) => {
    const deployment = plan(architecture);
    const files = filesOf(deployment, { say, password: PASSWORD });
    return [
      check(architecture, PASSWORD),
      diagram(deployment, say, 'wide').text,
      diagram(deployment, say, 'narrow').text,
      usesTable(deployment, say).text,
      filesHtml(files, deployment, say).text,
    ];
  },
};

/** Keeps what is worked out from being optimized away. */
let seen = 0;

/** How many seconds of the processor one architecture takes, on average over a batch. */
function time(work: (architecture: Architecture) => unknown, size: Size): number {
  const batch = Array.from({ length: BATCH }, (_, number) => architecture(size, number));
  const start = process.threadCpuUsage();
  for (const each of batch) if (work(each) !== undefined) seen++;
  const { user, system } = process.threadCpuUsage(start);
  return (user + system) / 1e6 / BATCH;
}

/** How fast the model is by itself, and how it grows with the servers. */
export function core(): Section {
  const rows = Object.entries(WORK).flatMap(([what, work]) => {
    const times = new Map(SIZES.map((size) => [size, [] as number[]]));
    for (let round = -WARM_UP; round < ROUNDS; round++)
      for (const size of SIZES) {
        const taken = time(work, size);
        if (round >= 0) times.get(size)?.push(taken);
      }
    const speeds = (size: Size) => (times.get(size) ?? []).map((taken) => 1 / taken);
    return SIZES.map((size, at) => {
      const smaller = SIZES[at - 1];
      const name = `${what}, ${size} ${size === 1 ? 'server' : 'servers'}`;
      if (smaller === undefined)
        return row({ what: name, unit: 'per second', values: speeds(size) });
      const slower = median(ratios(times.get(size) ?? [], times.get(smaller) ?? []));
      const most = size / smaller;
      return row({
        what: name,
        unit: 'per second',
        values: speeds(size),
        comparedWith: {
          what: `${smaller} servers`.replace('1 servers', '1 server'),
          values: speeds(smaller),
        },
        goal: `linear: at least 1/${most} as many`,
        met: slower <= most,
      });
    });
  });
  if (seen === 0) throw new Error('Nothing was worked out.');
  return {
    notes: [
      `Architectures that Node.js works out in a second of the processor: ${BATCH} different ones ` +
        `in one go, ${ROUNDS} times, the sizes in turns.`,
    ],
    rows,
  };
}
