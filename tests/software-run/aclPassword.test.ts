import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { POD_CONF } from '../../src/emit/secrets.ts';
import { DEFAULTS } from '../../src/model/architecture.ts';
import { plan } from '../../src/model/deployment.ts';
import { derived } from '../emit/answers.ts';
import { emitted, textAt } from '../emit/emitted.ts';
import { quoteText } from '../emit/quotes/quoted.ts';
import { freePort, run, temporaryFolder } from './processes.ts';
import { ask, startRedis } from './redis.ts';

test('the passwords of all ACL users change as the page says: both are good, then the new ones', async () => {
  const port = await freePort();
  const architecture = { ...DEFAULTS, auth: 'acl', port } as const;
  const conf = (password: string) =>
    textAt(emitted(architecture, { password }), 'redis/redis.conf');
  await startRedis(conf('old'), onTestFinished);
  const path = join(temporaryFolder(onTestFinished), 'pod.conf');
  await writeFile(path, conf('new'));
  const type = async (id: 'operate.password.add' | 'operate.password.remove', secret: string) => {
    const script = quoteText(id, plan(architecture)).replaceAll(POD_CONF, path);
    const env = { REDISCLI_AUTH: secret };
    const { stdout, stderr } = await run('bash', ['-c', script], { env });
    // One for each user of the file.
    expect({ stdout, stderr }).toEqual({ stdout: 'OK\n'.repeat(3), stderr: '' });
  };
  const door = { host: '127.0.0.1', port };
  const answers = async (secret: string) =>
    (
      await Promise.all([
        ask({ ...door, user: 'pod-admin', password: secret }, 'PING'),
        ask({ ...door, user: 'pod-web', password: derived(secret, 'pod-web') }, 'PING'),
      ])
    ).map((said) => said.join() === 'PONG');
  expect([await answers('old'), await answers('new')]).toEqual([
    [true, true],
    [false, false],
  ]);
  await type('operate.password.add', 'old');
  expect([await answers('old'), await answers('new')]).toEqual([
    [true, true],
    [true, true],
  ]);
  await type('operate.password.remove', 'old');
  expect([await answers('old'), await answers('new')]).toEqual([
    [false, false],
    [true, true],
  ]);
});
