import { describe, expect, test } from 'vitest';
import type { Architecture } from '../../src/model/architecture.ts';
import type { ConfigFile } from '../../src/emit/files.ts';
import { plan } from '../../src/model/deployment.ts';
import { urlPart } from '../../src/emit/escape.ts';
import { quoteText } from '../emit/quotes/quoted.ts';
import { altered } from './altered.ts';
import { deploy, type Choices } from './deployed.ts';
import { PodServer } from './pod.ts';
import type { Finally } from './processes.ts';
import { ask } from './redis.ts';
import { answer, compareAnswers, entriesOf, type Question } from './repairPage.ts';
import { Site } from './site.ts';

const PAGE = [entriesOf('fr', 'symptoms'), entriesOf('en', 'symptoms')];

/** Holds two answers to a question against what the page says under a symptom. */
function compare(id: string, question: Question, faulty: string, well: string): void {
  for (const page of PAGE) compareAnswers(page.get(id) ?? { sure: '' }, question, { faulty, well });
}

/** A web server whose workers are not started, and what its administrator asks. */
interface Asked {
  readonly site: Site;
  readonly pod: PodServer;
  readonly asked: (question: Question) => Promise<string>;
}

async function siteOf(
  choices: Partial<Architecture>,
  atEnd: Finally,
  change?: (files: readonly ConfigFile[]) => readonly ConfigFile[],
): Promise<Asked> {
  const site = await Site.create(choices, atEnd, change);
  const pod = await site.server('web');
  const { password = '' } = site.door;
  return { site, pod, asked: ({ of }) => answer(of, pod, plan(site.architecture), password) };
}

describe.concurrent('the page on repairs tells by its questions', () => {
  test('logged-out', async ({ onTestFinished }) => {
    const evicted: Question = { of: 'troubleshoot.state', sound: ['evicted_keys:0'] };
    const cleared: Question = { of: 'troubleshoot.sessions', shows: /^[1-9]\d*$/m };
    const reached: Question = { of: 'troubleshoot.ping', sound: ['PONG'] };
    const { site, pod, asked } = await siteOf({ arch: 'celery' }, onTestFinished);
    await pod.visit();
    const well = {
      state: await asked(evicted),
      sessions: await asked(cleared),
      ping: await asked(reached),
    };
    await ask(site.door, '-n', String(site.architecture['db.sessions']), 'FLUSHDB');
    compare('logged-out', cleared, await asked(cleared), well.sessions);
    await ask(site.door, 'CONFIG', 'SET', 'maxmemory', '4mb');
    await pod.fill(8);
    compare('logged-out', evicted, await asked(evicted), well.state);
    await site.stopRedis('stopped');
    compare('logged-out', reached, await asked(reached), well.ping);
  });

  test.for(['celery', 'microservices'] as const)(
    'runs-twice: %s',
    async (arch, { onTestFinished }) => {
      const question: Question = { of: 'troubleshoot.visibility', sound: ['visibility_timeout'] };
      const good = await siteOf({ arch }, onTestFinished);
      await good.pod.startWorkers();
      const bad = await siteOf({ arch }, onTestFinished, (files) =>
        altered(files, /^.*visibility_timeout.*\n/gm, ''),
      );
      await bad.pod.startWorkers();
      const answers = [await bad.asked(question), await good.asked(question)] as const;
      compare('runs-twice', question, ...answers);
      // The rest of Celery's answer has passwords in it.
      expect(answers.join('\n')).not.toMatch(/redis:/);
    },
  );

  test('queue-grows', async ({ onTestFinished }) => {
    const { pod, asked } = await siteOf({ arch: 'celery', xapi: true }, onTestFinished);
    const waiting: Question = { of: 'troubleshoot.queues' };
    const silent: Question = { of: 'troubleshoot.listens', fault: ['No nodes replied'] };
    await pod.publish(2);
    expect((await asked(waiting)).trim().split('\n').slice(-2)).toEqual(['2', '2']);
    const nobody = await asked(silent);
    await pod.startWorkers();
    const well = await asked(silent);
    compare('queue-grows', silent, nobody, well);
    expect([...well.matchAll(/'name': '(\w+)'/g)].map(([, queue]) => queue)).toEqual([
      'celery',
      'xapi',
    ]);
  });

  test('queue-grows: without -Q', async ({ onTestFinished }) => {
    const named: Question = { of: 'troubleshoot.listens', shows: /'name': 'encoding'/ };
    const arch = 'microservices';
    const good = await siteOf({ arch }, onTestFinished);
    await good.pod.startWorkers();
    const bad = await siteOf({ arch }, onTestFinished, (files) =>
      altered(files, /-Q encoding /g, ''),
    );
    await bad.pod.startWorkers();
    compare('queue-grows', named, await bad.asked(named), await good.asked(named));
  });

  test('upload-hangs', async ({ onTestFinished }) => {
    const set: Question = { of: 'troubleshoot.settings', shows: /^CELERY_BROKER_URL = redis:/m };
    const good = await siteOf({ arch: 'celery' }, onTestFinished);
    const bad = await siteOf({ arch: 'celery' }, onTestFinished, (files) =>
      altered(files, /^CELERY_BROKER_URL = .*$/gm, ''),
    );
    const faulty = await bad.asked(set);
    compare('upload-hangs', set, faulty, await good.asked(set));
    expect(faulty).toContain('CELERY_BROKER_URL = None');
    const reached: Question = { of: 'troubleshoot.ping', sound: ['PONG'] };
    const well = await good.asked(reached);
    await good.site.stopRedis('killed');
    compare('upload-hangs', reached, await good.asked(reached), well);
  });

  test('queue-lost', async ({ onTestFinished }) => {
    const question: Question = {
      of: 'troubleshoot.state',
      fault: ['aof_enabled:0', 'maxmemory_policy:allkeys-lru'],
    };
    const good = await siteOf({ arch: 'celery' }, onTestFinished);
    const bad = await siteOf({ arch: 'celery' }, onTestFinished, (files) =>
      altered(
        altered(files, /^appendonly yes$/gm, 'appendonly no'),
        'maxmemory-policy volatile-ttl',
        'maxmemory-policy allkeys-lru',
      ),
    );
    const faulty = await bad.asked(question);
    compare('queue-lost', question, faulty, await good.asked(question));
    expect(faulty).toMatch(/^uptime_in_seconds:\d{1,2}\s*$/m);
  });

  test('cache-cleared', async ({ onTestFinished }) => {
    const question: Question = {
      of: 'troubleshoot.settings',
      fault: ['/5'],
      shows: /^CACHES = (?!.*\/5').*$/m,
    };
    const arch = 'celery';
    const good = await siteOf({ arch }, onTestFinished);
    const bad = await siteOf({ arch, 'db.default': 5 }, onTestFinished);
    // The broker's own number is well.
    const caches = (said: string) => said.replace(/^CELERY_BROKER_URL.*\n/m, '');
    const faulty = await bad.asked(question);
    expect(faulty).toMatch(/^CELERY_BROKER_URL = .*\/5$/m);
    compare('cache-cleared', question, caches(faulty), caches(await good.asked(question)));
  });
});

test.for<[what: string, choices: Choices]>([
  ['in URLs', { arch: 'microservices', xapi: true, auth: 'acl' }],
  ['beside them, with several brokers', { sentinelHosts: ['127.0.0.1', '127.0.0.2', '127.0.0.3'] }],
])(
  'the settings are shown without their passwords: %s',
  async ([, choices], { onTestFinished }) => {
    const secret = 'p@;ss/w:rd';
    const { deployment, files, pods } = await deploy(choices, onTestFinished, secret);
    const raw = altered(files, urlPart(secret), secret);
    const [group] = deployment.servers;
    for (const pod of [pods[0], group && (await PodServer.create(group, raw, onTestFinished))]) {
      const said = (await pod?.type(quoteText('troubleshoot.settings', deployment))) ?? '';
      expect(said).toMatch(/^CACHES = .*\*\*\*/m);
      expect(said).not.toMatch(/p@|p%40|;ss|w:rd|Error/);
    }
  },
);

test('each symptom of the page is tested here, and has a way to be sure', () => {
  const tested = [
    'logged-out',
    'runs-twice',
    'queue-grows',
    'upload-hangs',
    'queue-lost',
    'cache-cleared',
  ];
  for (const page of PAGE) {
    expect([...page.keys()].sort()).toEqual([...tested].sort());
    for (const { sure } of page.values()) expect(sure).not.toBe('');
  }
});
