import { describe, expect, test } from 'vitest';
import { codeText, plain } from '../../src/emit/code.ts';
import { ask } from '../../src/emit/cli.ts';
import { answers } from '../emit/answers.ts';
import { quoteText, quotesOf } from '../emit/quotes/quoted.ts';
import { needStack } from '../stacks/need.ts';
import { deploy, type Choices } from './deployed.ts';
import { run } from './processes.ts';

needStack();

const SENTINELS = ['127.0.0.1', '127.0.0.2', '127.0.0.3'];

describe.concurrent('redis-cli gets in as the pages have it', () => {
  test.for<[what: string, choices: Choices]>([
    ['with a password', {}],
    ['at another address, with several servers', { workers: 1, host: '127.0.0.1' }],
    ['at an IPv6 address', { host: '::1' }],
    ['as an ACL user', { auth: 'acl', user: 'podcast' }],
    ['by TLS', { tls: true, host: 'localhost' }],
    ['by a Unix socket', { socket: 'redis.sock' }],
    ['by sentinels', { sentinelHosts: SENTINELS }],
    [
      'by sentinels that ask for the password, as an ACL user by TLS',
      { sentinelHosts: SENTINELS, sessions: 'cache', tls: true, auth: 'acl' },
    ],
  ])('%s', async ([, choices], { onTestFinished }) => {
    const { deployment, password } = await deploy(choices, onTestFinished);
    const written = codeText([
      ask(deployment, [plain('SET mine 1')], 'xapi'),
      ask(deployment, [plain('EXISTS mine')], 'encoding'),
      ask(deployment, [plain('EXISTS mine')], 'xapi'),
    ]);
    const script = `${quoteText('cli.access', deployment)}${written}`;
    const { stdout, stderr } = await run('bash', ['-c', script], {
      input: answers(script, password),
    });
    expect({ stdout, stderr }).toEqual({ stdout: 'OK\n0\n1\n', stderr: '' });
  });

  test('each sentinel that asks for the password names the master', async ({ onTestFinished }) => {
    const { deployment, password } = await deploy(
      { sentinelHosts: SENTINELS, sessions: 'cache', tls: true, auth: 'acl' },
      onTestFinished,
    );
    const ids = ['cli.access', 'troubleshoot.sentinels'] as const;
    const script = ids.map((id) => quoteText(id, deployment)).join('');
    const { stdout, stderr } = await run('bash', ['-c', script], {
      input: answers(script, password),
    });
    const master = `${deployment.redis.host}\n${deployment.redis.port}\n`;
    expect({ stdout, stderr }).toEqual({ stdout: master.repeat(SENTINELS.length), stderr: '' });
  });

  test('without a password there is nothing to prepare', async ({ onTestFinished }) => {
    const { deployment } = await deploy({ auth: 'none' }, onTestFinished);
    expect(quotesOf('cli.access', deployment)).toEqual([]);
    const script = codeText([ask(deployment, [plain('PING')])]);
    expect((await run('bash', ['-c', script])).stdout).toBe('PONG\n');
  });
});
