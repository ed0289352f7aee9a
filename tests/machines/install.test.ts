import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'vitest';
import { quoteTexts } from '../emit/quotes/quoted.ts';
import { makeCertificates } from '../software-run/certificates.ts';
import {
  askRedis,
  deploymentOf,
  follow,
  installRedis,
  installWebServer,
  PASSWORD,
} from './follow.ts';
import { missingStack } from '../stacks/environment.ts';
import { boot, needMachines } from './machine.ts';

needMachines();

describe('Redis is installed as the page says', () => {
  test('on the web server, and starts with the machine', async ({
    onTestFinished,
    expect,
    skip,
  }) => {
    const missing = missingStack();
    skip(missing !== undefined, missing);
    const deployment = deploymentOf({});
    const [machine] = await boot(onTestFinished, '10.77.0.1');
    await installWebServer(machine);
    await machine.reboot();
    expect(await follow(machine, deployment, 'install.ping', 'web')).toContain('PONG');
    expect(await follow(machine, deployment, 'install.stranger', 'web')).toContain('NOAUTH');
    const listening = await follow(machine, deployment, 'install.listening', 'redis');
    expect(listening).toContain('127.0.0.1:6379');
    expect(listening).not.toContain('0.0.0.0:6379');
    // Written a second time, the line is still there once.
    await follow(machine, deployment, 'install.include', 'redis');
    expect(await machine.done('grep -c pod.conf /etc/redis/redis.conf')).toBe('1\n');
    // The last check of verify.sh needs a worker, which the next page deploys.
    await machine.done('systemctl enable --now pod-worker');
    const verified = quoteTexts('install.verify', deployment).join('');
    const verify = () => machine.run(`cd && ${verified}`, { input: `${PASSWORD}\n` });
    await expect.poll(verify).toMatchObject({ status: 0 });
  });

  test('on a separate server, behind a firewall that lets Pod in', async ({
    onTestFinished,
    expect,
  }) => {
    const deployment = deploymentOf({
      workers: 1,
      redis: 'dedicated',
      host: '10.77.0.1',
      'from.web': '10.77.0.2',
      'from.workers': '10.77.0.3',
    });
    const [redis, web, other] = await boot(onTestFinished, '10.77.0.1', '10.77.0.2', '10.77.0.9');
    await installRedis(redis, deployment);
    await redis.reboot();
    expect(await follow(web, deployment, 'install.ping', 'web')).toContain('PONG');
    expect(await follow(web, deployment, 'install.stranger', 'web')).toContain('NOAUTH');
    const refused = await other.run('timeout 3 redis-cli -h 10.77.0.1 PING');
    expect(refused.stdout).not.toMatch(/PONG|NOAUTH/);
    expect(await follow(redis, deployment, 'install.listening', 'redis')).toContain(
      '10.77.0.1:6379',
    );
  });

  test('with three servers and their sentinels', async ({ onTestFinished, expect }) => {
    const addresses = ['10.77.0.1', '10.77.0.2', '10.77.0.3'] as const;
    const deployment = deploymentOf({
      web: 2,
      redis: 'dedicated',
      sentinels: addresses.map((address) => `${address}:26379`).join(),
      'from.web': '10.77.0.0/24',
    });
    const machines = await boot(onTestFinished, ...addresses);
    for (const machine of machines) await installRedis(machine, deployment);
    const [first] = machines;
    const master = async () =>
      (await first.done('redis-cli -h 10.77.0.1 -p 26379 SENTINEL ckquorum mymaster')).trim();
    await expect.poll(master).toMatch(/^OK 3 usable Sentinels/);
    expect(await follow(first, deployment, 'install.ping', 'redis')).toContain('PONG');
    // A Redis told to stop while it writes its first append-only file goes on, and the machine waits.
    for (const machine of machines)
      await expect
        .poll(() => askRedis(machine, `-h ${machine.address} INFO`))
        .toMatch(
          /aof_rewrite_in_progress:0[^]*aof_rewrite_scheduled:0[^]*(role:master|link_status:up)/,
        );
    // Each keeps its role after a restart, because Sentinel has rewritten the files.
    await Promise.all(machines.map((machine) => machine.reboot()));
    await expect.poll(master).toMatch(/^OK 3 usable Sentinels/);
  });

  test('with TLS', async ({ onTestFinished, expect }) => {
    const deployment = deploymentOf({ tls: true, host: '10.77.0.1', auth: 'acl' });
    const [machine] = await boot(onTestFinished, '10.77.0.1');
    const folder = await makeCertificates(onTestFinished, 'IP:10.77.0.1');
    for (const name of ['redis.crt', 'redis.key', 'ca.crt'])
      await machine.write(`/root/${name}`, readFileSync(join(folder, name), 'utf8'));
    await installRedis(machine, deployment);
    expect(await follow(machine, deployment, 'install.ping', 'web')).toContain('PONG');

    // The reason for the page's warning about CONFIG REWRITE.
    const boss = 'REDISCLI_AUTH=boss redis-cli -h 10.77.0.1 --tls --cacert /etc/redis/tls/ca.crt';
    await machine.done(
      "echo 'user boss on >boss ~* &* +@all' >>/etc/redis/pod.conf; systemctl restart redis-server",
    );
    expect(await machine.done(`${boss} --user boss CONFIG REWRITE`)).toBe('OK\n');
    expect((await machine.run('systemctl restart redis-server')).status).not.toBe(0);
  });

  test('with a Unix socket, which Pod’s account reaches', async ({ onTestFinished, expect }) => {
    const deployment = deploymentOf({ socket: '/run/redis/redis.sock' });
    const [machine] = await boot(onTestFinished, '10.77.0.1');
    await machine.done('useradd --create-home pod');
    await installRedis(machine, deployment);
    expect(await follow(machine, deployment, 'install.listening', 'redis')).toMatch(/^srwxrwx---/);
    const said = machine.run('redis-cli -s /run/redis/redis.sock PING', { user: 'pod' });
    expect((await said).stdout).toContain('NOAUTH');
  });

  test('a Redis that holds data keeps it when it becomes append-only', async ({
    onTestFinished,
    expect,
  }) => {
    const deployment = deploymentOf({});
    const [machine] = await boot(onTestFinished, '10.77.0.1');
    await machine.done('systemctl start redis-server && redis-cli -n 4 SET session kept');
    await follow(machine, deployment, 'install.keep', 'redis');
    await installRedis(machine, deployment);
    expect(await askRedis(machine, '-n 4 GET session')).toBe('kept');
  });
});
