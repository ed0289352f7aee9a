import { describe, expect, test } from 'vitest';
import { urlPart } from '../../src/emit/escape.ts';
import { quoteText } from '../emit/quotes/quoted.ts';
import { needStack } from '../stacks/need.ts';
import { altered } from './altered.ts';
import { anotherServer, deploy, type Change, type Choices } from './deployed.ts';
import type { Finally } from './processes.ts';
import { ask } from './redis.ts';
import { answer, compareAnswers, entriesOf, type Question } from './repairPage.ts';

needStack();

const PAGE = [entriesOf('fr', 'symptoms'), entriesOf('en', 'symptoms')];

/** Compares the output of a command in both cases with the page's text under a symptom. */
function compare(id: string, question: Question, faulty: string, well: string): void {
  for (const page of PAGE) compareAnswers(page.get(id) ?? { sure: '' }, question, { faulty, well });
}

/** A web server without started workers, on which the page's commands are run. */
async function siteOf(choices: Choices, atEnd: Finally, change: Change = (files) => files) {
  const site = await deploy({ arch: 'celery', ...choices }, atEnd, { change });
  const pod = await anotherServer(site, atEnd);
  const asked = ({ of }: Question) => answer(of, pod, site.deployment, site.password);
  return { site, pod, asked };
}

/** A symptom, and the command whose output is different without it. */
interface Symptom {
  readonly id: string;
  readonly question: Question;
  readonly choices?: Choices;
  /** The mistake: in the files, or in other choices. */
  readonly change?: Change;
  readonly wrong?: Choices;
  /** The question is for workers. */
  readonly workers?: true;
  /** The part of an answer that is compared. */
  readonly part?: (answer: string) => string;
  /** A pattern of the answer with the mistake, where the page has no text for it. */
  readonly faulty?: RegExp;
}

const TWICE = {
  id: 'runs-twice',
  question: { of: 'troubleshoot.visibility', sound: ['visibility_timeout'] },
  change: (files) => altered(files, /^.*visibility_timeout.*\n/gm, ''),
  workers: true,
  // The rest of Celery's answer has passwords in it.
  faulty: /^(?![^]*redis:)/,
} satisfies Symptom;

const SYMPTOMS: readonly Symptom[] = [
  TWICE,
  { ...TWICE, choices: { arch: 'microservices' } },
  {
    id: 'queue-grows',
    question: { of: 'troubleshoot.listens', shows: /'name': 'encoding'/ },
    choices: { arch: 'microservices' },
    change: (files) => altered(files, /-Q encoding /g, ''),
    workers: true,
  },
  {
    id: 'upload-hangs',
    question: { of: 'troubleshoot.settings', shows: /^CELERY_BROKER_URL = redis:/m },
    change: (files) => altered(files, /^CELERY_BROKER_URL = .*$/gm, ''),
    faulty: /^CELERY_BROKER_URL = None$/m,
  },
  {
    id: 'queue-lost',
    question: {
      of: 'troubleshoot.state',
      fault: ['aof_enabled:0', 'maxmemory_policy:allkeys-lru'],
    },
    change: (files) =>
      altered(
        altered(files, /^appendonly yes$/gm, 'appendonly no'),
        'maxmemory-policy volatile-ttl',
        'maxmemory-policy allkeys-lru',
      ),
    faulty: /^uptime_in_seconds:\d{1,2}\s*$/m,
  },
  {
    id: 'cache-cleared',
    question: {
      of: 'troubleshoot.settings',
      fault: ['/5'],
      shows: /^CACHES = (?!.*\/5').*$/m,
    },
    wrong: { 'db.default': 5 },
    // The broker's own number is well.
    part: (said) => said.replace(/^CELERY_BROKER_URL.*\n/m, ''),
    faulty: /^CELERY_BROKER_URL = .*\/5$/m,
  },
];

describe.concurrent('the page on repairs tells by its questions', () => {
  test.for(SYMPTOMS)('$id: $choices', async (symptom, { expect, onTestFinished }) => {
    const { id, question, choices, change, wrong, workers, part = String } = symptom;
    const good = await siteOf({ ...choices }, onTestFinished);
    const bad = await siteOf({ ...choices, ...wrong }, onTestFinished, change);
    if (workers) for (const { pod } of [good, bad]) await pod.startWorkers();
    const [faulty, well] = [await bad.asked(question), await good.asked(question)];
    compare(id, question, part(faulty), part(well));
    if (symptom.faulty) expect(faulty).toMatch(symptom.faulty);
  });

  test('logged-out, upload-hangs', async ({ onTestFinished }) => {
    const evicted: Question = { of: 'troubleshoot.state', sound: ['evicted_keys:0'] };
    const cleared: Question = { of: 'troubleshoot.sessions', shows: /^[1-9]\d*$/m };
    const reached: Question = { of: 'troubleshoot.ping', sound: ['PONG'] };
    const { site, pod, asked } = await siteOf({}, onTestFinished);
    await pod.visit();
    const [state, sessions, ping] = [
      await asked(evicted),
      await asked(cleared),
      await asked(reached),
    ];
    const { architecture } = site.deployment;
    await ask(site.door, '-n', String(architecture['db.sessions']), 'FLUSHDB');
    compare('logged-out', cleared, await asked(cleared), sessions);
    await ask(site.door, 'CONFIG', 'SET', 'maxmemory', '4mb');
    await pod.fill(8);
    compare('logged-out', evicted, await asked(evicted), state);
    await site.redis[0]?.stop();
    for (const id of ['logged-out', 'upload-hangs'])
      compare(id, reached, await asked(reached), ping);
  });

  test('the numbers of a site, on the page on sizes', async ({ expect, onTestFinished }) => {
    const { pod, asked } = await siteOf({ memory: 128 }, onTestFinished);
    await pod.visit();
    const state = await asked({ of: 'sizing.state' });
    const value = (name: string) => new RegExp(`^${name}:(\\S+)`, 'm').exec(state)?.[1];
    expect(value('maxmemory_human')).toBe('128.00M');
    expect(value('used_memory_peak_human')).toMatch(/^[\d.]+M$/);
    expect(Number(value('connected_clients'))).toBeGreaterThan(0);
    expect(Number(value('maxclients'))).toBeGreaterThan(0);
    for (const none of ['evicted_keys', 'rejected_connections']) expect(value(none)).toBe('0');
    expect(value('instantaneous_ops_per_sec')).toMatch(/^\d+$/);
  });

  test('queue-grows', async ({ expect, onTestFinished }) => {
    const { pod, asked } = await siteOf({ xapi: true }, onTestFinished);
    const silent: Question = { of: 'troubleshoot.listens', fault: ['No nodes replied'] };
    await pod.publish(2);
    const waiting = await asked({ of: 'troubleshoot.queues' });
    expect(waiting.trim().split('\n').slice(-2)).toEqual(['2', '2']);
    const nobody = await asked(silent);
    await pod.startWorkers();
    const well = await asked(silent);
    compare('queue-grows', silent, nobody, well);
    const queues = [...well.matchAll(/'name': '(\w+)'/g)].map(([, queue]) => queue);
    expect(queues).toEqual(['celery', 'xapi']);
  });
});

test.for<[what: string, choices: Choices]>([
  ['in URLs', { arch: 'microservices', xapi: true, tls: true, host: 'localhost' }],
  ['beside them, with several brokers', { sentinelHosts: ['127.0.0.1', '127.0.0.2', '127.0.0.3'] }],
])(
  'the settings are shown without their passwords: %s',
  async ([, choices], { onTestFinished }) => {
    const secret = 'p@;ss/w:rd';
    const { deployment, files, pods } = await deploy(choices, onTestFinished, {
      password: secret,
    });
    const raw = altered(files, urlPart(secret), secret);
    for (const pod of [pods[0], await anotherServer({ deployment, files: raw }, onTestFinished)]) {
      const said = (await pod?.type(quoteText('troubleshoot.settings', deployment))) ?? '';
      expect(said).toMatch(/^CACHES = .*\*\*\*/m);
      expect(said).not.toMatch(/p@|p%40|;ss|w:rd|Error/);
    }
  },
);

test('each symptom of the page is tested here, and has a way to be sure', () => {
  const tested = new Set(['logged-out', ...SYMPTOMS.map(({ id }) => id)]);
  for (const page of PAGE) {
    expect([...page.keys()].sort()).toEqual([...tested].sort());
    for (const { sure } of page.values()) expect(sure).not.toBe('');
  }
});
