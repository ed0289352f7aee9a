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
  for (const id of ['monitor.exporter', 'monitor.exporter.start'] as const)
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
    expect(checked).toContain('SUCCESS: 7 rules found');
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

/** Series and the alerts that they raise, in the format of promtool's tests. */
const SCENARIOS = `
rule_files: [rules.yml]
evaluation_interval: 1m
tests:
  - interval: 1m
    input_series:
      - series: 'redis_up{instance="a"}'
        values: '0x30'
      - series: 'redis_memory_used_bytes{instance="a"}'
        values: '95x30'
      - series: 'redis_memory_max_bytes{instance="a"}'
        values: '100x30'
      - series: 'redis_key_size{instance="a", db="db5", key="celery"}'
        values: '2x30'
      - series: 'redis_key_size{instance="a", db="db5", key="unacked"}'
        values: '0x30'
    alert_rule_test:
      - { eval_time: 30s, alertname: PodRedisDown }
      - eval_time: 5m
        alertname: PodRedisDown
        exp_alerts: [{ exp_labels: { instance: a }, exp_annotations: { summary: DOWN } }]
      - { eval_time: 10m, alertname: PodQueueUnserved_celery }
      - eval_time: 20m
        alertname: PodQueueUnserved_celery
        exp_alerts: [{ exp_labels: { instance: a, db: db5, key: celery }, exp_annotations: { summary: UNSERVED } }]
  - interval: 1m
    input_series:
      - series: 'redis_up{instance="a"}'
        values: '1x30'
      - series: 'redis_memory_used_bytes{instance="a"}'
        values: '95x30'
      - series: 'redis_memory_max_bytes{instance="a"}'
        values: '0x30'
      - series: 'redis_key_size{instance="a", db="db5", key="celery"}'
        values: '2x30'
      - series: 'redis_key_size{instance="a", db="db5", key="unacked"}'
        values: '1x30'
    alert_rule_test:
      - { eval_time: 25m, alertname: PodRedisDown }
      - { eval_time: 25m, alertname: PodRedisMemoryNearlyFull }
      - { eval_time: 25m, alertname: PodQueueUnserved_celery }
`;

/** The same with three servers: one follows no more, then the master is gone. */
const SENTINEL_SCENARIOS = `
rule_files: [rules.yml]
evaluation_interval: 1m
tests:
  - interval: 1m
    input_series:
      - series: 'redis_instance_info{instance="a", role="master"}'
        values: '1x15 _x30'
      - series: 'redis_instance_info{instance="b", role="slave"}'
        values: '1x45'
      - series: 'redis_connected_slaves{instance="a"}'
        values: '2x2 1x12 _x30'
      - series: 'redis_connected_slaves{instance="b"}'
        values: '0x45'
      - series: 'redis_key_size{instance="a", db="db5", key="celery"}'
        values: '0x45'
      - series: 'redis_key_size{instance="a", db="db5", key="unacked"}'
        values: '0x45'
      - series: 'redis_key_size{instance="b", db="db5", key="celery"}'
        values: '2x45'
      - series: 'redis_key_size{instance="b", db="db5", key="unacked"}'
        values: '0x45'
    alert_rule_test:
      - { eval_time: 4m, alertname: PodRedisReplicaMissing }
      - eval_time: 10m
        alertname: PodRedisReplicaMissing
        exp_alerts: [{ exp_labels: {}, exp_annotations: { summary: REPLICAS } }]
      - { eval_time: 15m, alertname: PodRedisMasters }
      - eval_time: 40m
        alertname: PodRedisMasters
        exp_alerts: [{ exp_labels: { role: master }, exp_annotations: { summary: MASTERS } }]
      - { eval_time: 40m, alertname: PodQueueUnserved_celery }
  - interval: 1m
    input_series:
      - series: 'redis_instance_info{instance="a", role="master"}'
        values: '1x15'
      - series: 'redis_instance_info{instance="b", role="master"}'
        values: '1x15'
    alert_rule_test:
      - eval_time: 10m
        alertname: PodRedisMasters
        exp_alerts: [{ exp_labels: {}, exp_annotations: { summary: MASTERS } }]
`;

describe('the alert rules', () => {
  test.each([
    ['a single Redis', deploymentOf({}), SCENARIOS],
    ['sentinels', sentinels, SENTINEL_SCENARIOS],
  ])('are told when they should be, and not before, for %s', async (_, deployment, scenarios) => {
    const folder = temporaryFolder(onTestFinished);
    const say = speaker(TEXTS.en, 'en');
    const rules = emitAlertRules(deployment, { say, password: '' });
    writeFileSync(join(folder, 'rules.yml'), codeText(rules));
    const texts = { DOWN: 'down', UNSERVED: 'unserved', MASTERS: 'masters', REPLICAS: 'replicas' };
    const said = Object.entries(texts).reduce(
      (text, [mark, key]) =>
        text.replaceAll(
          `summary: ${mark} }`,
          `summary: ${JSON.stringify(say(`alert.${key}` as TextKey, { queue: 'celery' }))} }`,
        ),
      scenarios,
    );
    writeFileSync(join(folder, 'test.yml'), said);
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
