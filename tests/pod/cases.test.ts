import { expect, test } from 'vitest';
import { startCase } from './case.ts';
import { unexplained } from './logs.ts';
import { testVideo } from './samples.ts';
import {
  chooseInForm,
  encoded,
  keysInPlace,
  logIn,
  logOut,
  play,
  upload,
  verify,
} from './scenario.ts';

test('celery-tcp-password', async ({ onTestFinished }) => {
  const running = await startCase({ host: '127.0.0.1', xapi: true }, onTestFinished);
  const visitor = await logIn(running);
  expect(await chooseInForm(visitor)).toBe(4);
  const video = await upload(running, await testVideo(3));
  await encoded(running, video);
  await play(running, visitor);
  await keysInPlace(running);
  await verify(running);
  await logOut(running, visitor);
  expect(unexplained(running.logs())).toEqual([]);
});
