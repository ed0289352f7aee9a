import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { needStack } from '../stacks/need.ts';
import { deploy } from './deployed.ts';
import { temporaryFolder } from './processes.ts';
import { ask } from './redis.ts';

needStack();

test('whoever writes to a cache runs commands on the web server, as the page says', async ({
  onTestFinished,
}) => {
  const { deployment, door, pods } = await deploy({}, onTestFinished);
  const [pod] = pods;
  await pod?.visit();
  const canary = join(temporaryFolder(onTestFinished), 'canary');
  // The pickle of a call of os.system.
  const pickle = `cos\nsystem\n(S'touch ${canary}'\ntR.`;
  const database = String(deployment.databaseNumbers.default);
  expect(await ask(door, '-n', database, 'SET', 'pod:1:page', pickle)).toEqual(['OK']);
  const said = await pod?.type(
    `cd ${deployment.paths.project} && python manage.py shell -c 'from django.core.cache import caches; caches["default"].get("page")'`,
  );
  expect([said, existsSync(canary)]).toEqual(['', true]);
});
