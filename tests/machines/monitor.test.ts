import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { emitAlertRules, RULES_PATH } from '../../src/emit/alerts.ts';
import { codeText } from '../../src/emit/code.ts';
import { PRESETS } from '../../src/model/presets.ts';
import { speaker, type TextKey } from '../../src/model/say.ts';
import { TEXTS } from '../../src/site/texts.ts';
import { plan, type Deployment } from '../../src/model/deployment.ts';
import { run, temporaryFolder } from '../software-run/processes.ts';
import { askRedis, deploymentOf, follow, installRedis, PASSWORD } from './follow.ts';
import { boot, needMachines, type Machine } from './machine.ts';

needMachines();

const SENTINELS = ['10.77.0.1', '10.77.0.2', '10.77.0.3'] as const;

/** Three servers, each with a sentinel. */
const sentinels = deploymentOf({
  redis: 'dedicated',
  sentinels: SENTINELS.map((address) => `${address}:26379`).join(),
  firewall: 'none',
});

/** The metrics of a machine's exporter. */
async function metricsOf(machine: Machine): Promise<string> {
  const url = 'http://127.0.0.1:9121/metrics';
  const fetch = `python3 -c "from urllib.request import urlopen; print(urlopen('${url}').read().decode())"`;
  return (await machine.run(fetch)).stdout;
}

async function installWithExporter(machine: Machine, deployment: Deployment): Promise<void> {
  await installRedis(machine, deployment);
  for (const id of [
    'monitor.exporter.install',
    'monitor.exporter',
    'monitor.exporter.start',
  ] as const)
    await follow(machine, deployment, id, 'redis');
}

/** The metrics that the rules ask for and that an exporter does not have. */
async function missing(machine: Machine, deployment: Deployment): Promise<string[]> {
  await follow(machine, deployment, 'monitor.rules', 'prometheus');
  const rules = await machine.done(`grep expr: ${RULES_PATH}`);
  const metrics = await metricsOf(machine);
  const asked = rules.match(/redis_\w+/g) ?? [];
  return asked.filter((each) => !new RegExp(`^${each}[ {]`, 'm').test(metrics));
}

describe('Redis is watched as the page says', () => {
  test('promtool takes the rules, and the exporter tells what they ask for', async ({
    onTestFinished,
    expect,
  }) => {
    const deployment = deploymentOf({ xapi: true });
    const [machine] = await boot(onTestFinished, '10.77.0.1');
    await installWithExporter(machine, deployment);
    await askRedis(machine, '-n 5 LPUSH celery 1 2 3');
    await expect.poll(() => metricsOf(machine)).toContain('redis_up 1');
    expect(await missing(machine, deployment)).toEqual([]);
    const checked = await follow(machine, deployment, 'monitor.rules.check', 'prometheus');
    expect(checked).toContain('SUCCESS: 8 rules found');
    const metrics = await metricsOf(machine);
    for (const line of [
      'redis_key_size{db="db5",key="celery"} 3',
      'redis_key_size{db="db5",key="unacked"} 0',
      'redis_key_size{db="db6",key="xapi"} 0',
    ])
      expect(metrics).toContain(line);
    // The password is in no list of processes.
    expect(await machine.done('ps -ef')).not.toContain(PASSWORD);

    // The log has slow commands, and no others.
    const busy = 'local i = 0; while i < 20000000 do i = i + 1 end';
    await askRedis(machine, `EVAL "${busy}" 0`);
    const slow = await follow(machine, deployment, 'monitor.slow', 'web');
    expect(slow).toContain(busy);
    expect(slow).not.toContain('LPUSH');
    expect(await askRedis(machine, 'CONFIG GET slowlog-log-slower-than')).toMatch(/^10000$/m);
    expect(await askRedis(machine, 'CONFIG GET slowlog-max-len')).toMatch(/^128$/m);
  });

  test('with sentinels, on each server', async ({ onTestFinished, expect }) => {
    const machines = await boot(onTestFinished, ...SENTINELS);
    const [first] = machines;
    for (const machine of machines) await installWithExporter(machine, sentinels);
    await expect.poll(() => metricsOf(first)).toMatch(/^redis_connected_slaves 2$/m);
    for (const machine of machines) {
      const role = machine === first ? 'master' : 'slave';
      await expect
        .poll(() => metricsOf(machine))
        .toMatch(new RegExp(`^redis_instance_info\\{.*role="${role}".*\\} 1$`, 'm'));
    }
    expect(await missing(first, sentinels)).toEqual([]);
  });
});

const say = speaker(TEXTS.en, 'en');

type Alert = readonly [time: string, alert: string, labels?: object, text?: TextKey];

/** A test of promtool: the values of series by the minute, and the alerts; without labels, none is raised. */
const scenario = (series: Readonly<Record<string, string>>, ...alerts: readonly Alert[]) => ({
  interval: '1m',
  input_series: Object.entries(series).map(([series, values]) => ({ series, values })),
  alert_rule_test: alerts.map(([eval_time, alertname, exp_labels, text]) => ({
    eval_time,
    alertname,
    ...(text && {
      exp_alerts: [{ exp_labels, exp_annotations: { summary: say(text, { queue: 'celery' }) } }],
    }),
  })),
});

const SCENARIOS = [
  scenario(
    {
      'redis_up{instance="a"}': '0x30',
      'redis_memory_used_bytes{instance="a"}': '95x30',
      'redis_memory_max_bytes{instance="a"}': '100x30',
      'redis_key_size{instance="a", db="db5", key="celery"}': '2x30',
      'redis_key_size{instance="a", db="db5", key="unacked"}': '0x30',
    },
    ['30s', 'PodRedisDown'],
    ['5m', 'PodRedisDown', { instance: 'a' }, 'alert.down'],
    ['10m', 'PodQueueUnserved_celery'],
    [
      '20m',
      'PodQueueUnserved_celery',
      { instance: 'a', db: 'db5', key: 'celery' },
      'alert.unserved',
    ],
  ),
  scenario(
    {
      'redis_up{instance="a"}': '1x30',
      'redis_memory_used_bytes{instance="a"}': '95x30',
      'redis_memory_max_bytes{instance="a"}': '0x30',
      'redis_key_size{instance="a", db="db5", key="celery"}': '2x30',
      'redis_key_size{instance="a", db="db5", key="unacked"}': '1x30',
    },
    ['25m', 'PodRedisDown'],
    ['25m', 'PodRedisMemoryNearlyFull'],
    ['25m', 'PodQueueUnserved_celery'],
    ['25m', 'PodTaskLeftOver'],
  ),
  // One worker has a task, and another is left over.
  scenario(
    { 'redis_key_size{instance="a", db="db5", key="unacked"}': '1x5 2x30' },
    ['15m', 'PodTaskLeftOver'],
    ['25m', 'PodTaskLeftOver', { instance: 'a', db: 'db5', key: 'unacked' }, 'alert.leftover'],
  ),
];

/** Two servers that encode, one that transcribes, one that sends statements. */
const MICROSERVICES = deploymentOf({
  arch: 'microservices',
  workers: 2,
  transcription: true,
  xapi: true,
});

const MICROSERVICE_SCENARIOS = [
  scenario(
    {
      'redis_key_size{instance="a", db="db5", key="unacked"}': '3x40',
      'redis_key_size{instance="a", db="db6", key="unacked"}': '1x5 2x30',
    },
    ['15m', 'PodTaskLeftOver'],
    ['25m', 'PodTaskLeftOver', { instance: 'a', db: 'db6', key: 'unacked' }, 'alert.leftover'],
  ),
];

const SENTINEL_SCENARIOS = [
  // One server of three follows no more, then the master is gone.
  scenario(
    {
      'redis_instance_info{instance="a", role="master"}': '1x15 _x30',
      'redis_instance_info{instance="b", role="slave"}': '1x45',
      'redis_connected_slaves{instance="a"}': '2x2 1x12 _x30',
      'redis_connected_slaves{instance="b"}': '0x45',
      'redis_key_size{instance="a", db="db5", key="celery"}': '0x45',
      'redis_key_size{instance="a", db="db5", key="unacked"}': '0x45',
      'redis_key_size{instance="b", db="db5", key="celery"}': '2x45',
      'redis_key_size{instance="b", db="db5", key="unacked"}': '0x45',
    },
    ['4m', 'PodRedisReplicaMissing'],
    ['10m', 'PodRedisReplicaMissing', {}, 'alert.replicas'],
    ['15m', 'PodRedisMasters'],
    ['40m', 'PodRedisMasters', { role: 'master' }, 'alert.masters'],
    ['40m', 'PodQueueUnserved_celery'],
  ),
  scenario(
    {
      'redis_instance_info{instance="a", role="master"}': '1x15',
      'redis_instance_info{instance="b", role="master"}': '1x15',
    },
    ['10m', 'PodRedisMasters', {}, 'alert.masters'],
  ),
  // The replica has the keys of its master.
  scenario(
    {
      'redis_instance_info{instance="a", role="master"}': '1x30',
      'redis_instance_info{instance="b", role="slave"}': '1x30',
      'redis_key_size{instance="a", db="db5", key="unacked"}': '2x30',
      'redis_key_size{instance="b", db="db5", key="unacked"}': '2x30',
    },
    ['25m', 'PodTaskLeftOver', { instance: 'a', db: 'db5', key: 'unacked' }, 'alert.leftover'],
  ),
];

describe('the alert rules', () => {
  test.each([
    ['a single Redis', deploymentOf({}), SCENARIOS],
    ['microservices', MICROSERVICES, MICROSERVICE_SCENARIOS],
    ['sentinels', sentinels, SENTINEL_SCENARIOS],
  ])('are told when they should be, and not before, for %s', async (_, deployment, tests) => {
    const folder = temporaryFolder(onTestFinished);
    const rules = emitAlertRules(deployment, { say, password: '' });
    writeFileSync(join(folder, 'rules.yml'), codeText(rules));
    const text = JSON.stringify({ rule_files: ['rules.yml'], evaluation_interval: '1m', tests });
    writeFileSync(join(folder, 'test.yml'), text);
    const { status, stdout, stderr } = await run('promtool', ['test', 'rules', 'test.yml'], {
      cwd: folder,
    });
    expect([status, stdout + stderr]).toEqual([0, expect.stringContaining('SUCCESS')]);
  });

  test('are taken by promtool for every example, in both languages', async ({ onTestFinished }) => {
    const folder = temporaryFolder(onTestFinished);
    const names = PRESETS.flatMap(({ id, architecture }) =>
      (['fr', 'en'] as const).map((language) => {
        const say = speaker(TEXTS[language], language);
        const name = `${id}-${language}.yml`;
        const rules = emitAlertRules(plan(architecture), { say, password: '' });
        writeFileSync(join(folder, name), codeText(rules));
        return name;
      }),
    );
    const { status, stderr } = await run('promtool', ['check', 'rules', ...names], { cwd: folder });
    expect([status, stderr]).toEqual([0, '']);
  });
});
