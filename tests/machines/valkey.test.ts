import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'vitest';
import type { ProcedureId } from '../../src/emit/quotes/procedures.ts';
import { needStack } from '../stacks/need.ts';
import { NO_VALKEY, VALKEY_PACKAGES } from './valkeyPackages.ts';
import { askRedis, deploymentOf, follow, installWebServer, PASSWORD } from './follow.ts';
import { boot, needMachines, type Machine } from './machine.ts';

needMachines();
needStack();

/** Offers packages to a machine, which reaches no other repository. */
async function offer(machine: Machine, folder: string): Promise<void> {
  await machine.done('rm -rf /etc/apt/sources.list /etc/apt/sources.list.d/* && mkdir /srv/debs');
  for (const name of readdirSync(folder).filter((each) => each.endsWith('.deb')))
    await machine.done(`base64 -d >/srv/debs/${name}`, {
      input: readFileSync(join(folder, name)).toString('base64'),
    });
  await machine.done(
    `cd /srv/debs && for deb in *.deb; do
      dpkg-deb -f "$deb"
      echo "Filename: ./$deb"
      echo "Size: $(stat -c %s "$deb")"
      echo "SHA256: $(sha256sum "$deb" | cut -d ' ' -f 1)"
      echo
    done >Packages
    echo 'deb [trusted=yes] file:/srv/debs ./' >/etc/apt/sources.list
    apt-get update`,
  );
}

describe('Valkey takes the place of Redis', () => {
  test('with its sessions and tasks, and there is a way back', async ({
    onTestFinished,
    expect,
    skip,
  }) => {
    skip(VALKEY_PACKAGES === undefined, NO_VALKEY);
    const deployment = deploymentOf({});
    const [machine] = await boot(onTestFinished, '10.77.0.1');
    const pod = await installWebServer(machine);
    await offer(machine, VALKEY_PACKAGES ?? '');
    const type = (id: ProcedureId, role = 'redis') => follow(machine, deployment, id, role);
    const ask = (command: string) => askRedis(machine, command);

    // A visitor logs in and uploads a video, and two more are to be encoded.
    await pod.python('web.py');
    await pod.publish(2);
    const session = await ask('-n 4 KEYS "*"');
    expect(session).not.toBe('');
    expect(await type('operate.valkey.package')).toContain('valkey-server');
    expect(await ask('PING')).toBe('PONG');
    await type('operate.valkey.conf');
    await type('operate.valkey.move');
    const told = await type('operate.valkey.check');
    expect(told).toMatch(/server_name:valkey\s+valkey_version:8\./);
    expect(told).toMatch(/db5:keys=/);
    expect(await ask('-n 4 KEYS "*"')).toBe(session);
    expect(await ask('-n 5 LLEN celery')).toBe('3');
    for (const [directive, value] of [
      ['appendonly', 'yes'],
      ['maxmemory-policy', 'volatile-ttl'],
    ])
      expect(await ask(`CONFIG GET ${directive}`)).toContain(value);

    await machine.done('systemctl enable --now pod-worker');
    const done = async () => (await pod.tasks('finished')).length;
    await expect.poll(done).toBe(3);
    expect(await pod.tasks('tasks')).toHaveLength(3);
    expect(await pod.verify(PASSWORD)).toMatchObject({ status: 0 });

    // Valkey starts with the machine, and Redis does not.
    await machine.reboot();
    expect(await ask('INFO server')).toContain('server_name:valkey');
    expect(await ask('-n 4 KEYS "*"')).toContain(session);

    // Redis still has its old data, with tasks that have been run since.
    await machine.done('systemctl stop pod-worker');
    await type('operate.valkey.back');
    expect(await ask('-n 5 LLEN celery')).toBe('3');
    expect(await ask('INFO server')).not.toContain('valkey');
    expect(await ask('-n 4 KEYS "*"')).toBe(session);
    await machine.reboot();
    expect(await ask('INFO server')).not.toContain('valkey');
  });
});
