import { describe, expect, test } from 'vitest';
import { boot, needMachines } from './machine.ts';

needMachines();

describe('machines', () => {
  test('have systemd, reach each other, and start again with what they had', async ({
    onTestFinished,
  }) => {
    const [a, b] = await boot(onTestFinished, '10.77.0.1', '10.77.0.2');
    expect(await a.done('systemctl is-active redis-server || true')).toBe('inactive\n');
    expect(await a.done('hostname; id -un')).toBe('s1\nroot\n');
    await b.done('systemctl enable --now redis-server && redis-cli SET kept 1');
    await b.done('redis-cli CONFIG SET bind "127.0.0.1 10.77.0.2"');
    expect((await a.run('redis-cli -h s2 PING')).stdout).toContain('DENIED');
    await b.reboot();
    expect(await b.done('redis-cli GET kept')).toBe('1\n');
    expect(await a.done('systemctl is-active redis-server || true')).toBe('inactive\n');
  });
});
