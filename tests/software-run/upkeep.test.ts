import { describe, test } from 'vitest';
import { quoteText, quoteTexts } from '../emit/quotes/quoted.ts';
import { needStack } from '../stacks/need.ts';
import { deploy } from './deployed.ts';
import type { Finally } from './processes.ts';
import { ask } from './redis.ts';

needStack();

/** A web server whose sessions are in the SQL database too, and the numbers of its sessions. */
async function site(atEnd: Finally) {
  const { deployment, door, password, pods } = await deploy({ sessions: 'cached_db' }, atEnd);
  const [pod] = pods;
  if (!pod) throw new Error('There is no web server.');
  const statement = (text: string) =>
    pod.type(
      `cd ${deployment.paths.project} && python manage.py shell -c 'from django.contrib.sessions.models import Session; ${text}'`,
    );
  return {
    deployment,
    password,
    pod,
    statement,
    inSql: async () => Number(await statement('print(Session.objects.count())')),
    inRedis: async () =>
      Number(await ask(door, '-n', String(deployment.databaseNumbers.sessions), 'DBSIZE')),
  };
}

describe('sessions in the SQL database too', () => {
  test('are removed every day once they have expired', async ({ onTestFinished, expect }) => {
    const { deployment, pod, statement, inSql } = await site(onTestFinished);
    await pod.visit();
    await statement('Session.objects.update(expire_date="2000-01-01T00:00Z")');
    await pod.visit();
    expect(await inSql()).toBe(2);
    const cron = quoteText('server.clearsessions', deployment);
    // The times and the account, then a command for a shell.
    const [, account, command = ''] = /^\d+ \d+ \* \* \* (\S+) (.*)\n$/.exec(cron) ?? [];
    expect(account).toBe(deployment.account);
    expect(await pod.type(command)).toBe('');
    expect(await inSql()).toBe(1);
  });

  test('stay where Redis forgets its copies', async ({ onTestFinished, expect }) => {
    const { deployment, password, pod, inRedis, inSql } = await site(onTestFinished);
    await pod.visit();
    const commands = [quoteText('cli.access', deployment), quoteText('server.forget', deployment)];
    expect(await pod.type(commands.join(''), `${password}\n`)).toBe('OK\n');
    expect([await inSql(), await inRedis()]).toEqual([1, 0]);
  });

  test('end where everyone is logged out', async ({ onTestFinished, expect }) => {
    const { deployment, password, pod, inRedis, inSql } = await site(onTestFinished);
    await pod.visit();
    expect([await inSql(), await inRedis()]).toEqual([1, 1]);
    const commands = [
      quoteText('cli.access', deployment),
      ...quoteTexts('operate.logout', deployment),
    ];
    expect(await pod.type(commands.join(''), `${password}\n`)).toBe('OK\n');
    expect([await inSql(), await inRedis()]).toEqual([0, 0]);
  });
});
