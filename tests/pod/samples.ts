import { existsSync } from 'node:fs';
import { mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { espeak, ffmpeg } from '../software.ts';
import { output } from './source.ts';

const CACHE = join(import.meta.dirname, '../../.cache/pod/samples');

/** Makes a file once, and keeps it in the cache folder. */
async function sample(name: string, make: (draft: string) => Promise<unknown>): Promise<string> {
  const path = join(CACHE, name);
  if (existsSync(path)) return path;
  await mkdir(CACHE, { recursive: true });
  const draft = join(CACHE, `${process.pid}-${crypto.randomUUID()}-${name}`);
  await make(draft);
  await rename(draft, path);
  return path;
}

const PICTURES = ['-f', 'lavfi', '-i', 'testsrc=size=640x360:rate=25'];
const FORMAT = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-c:a', 'aac'];

/** A video of so many seconds: ffmpeg's test picture with a tone. */
export const testVideo = (seconds: number): Promise<string> =>
  sample(`test-${seconds}.mp4`, (draft) => {
    const sound = ['-f', 'lavfi', '-i', 'sine=frequency=440'];
    const length = ['-t', String(seconds)];
    return output(ffmpeg(), ['-v', 'error', ...PICTURES, ...sound, ...length, ...FORMAT, draft]);
  });

const SPEECH =
  '안녕하세요. 오늘은 날씨가 좋습니다. 저는 학생입니다. 우리는 학교에서 한국어를 배웁니다.';

/** A video in which a voice speaks Korean for some seconds. */
export const spokenVideo = (): Promise<string> =>
  sample('spoken.mp4', async (draft) => {
    const voice = await sample('spoken.wav', (wav) =>
      output(espeak(), ['-v', 'ko', '-s', '130', '-w', wav, SPEECH]),
    );
    const rest = ['-i', voice, '-shortest', '-ar', '44100', ...FORMAT, draft];
    return output(ffmpeg(), ['-v', 'error', ...PICTURES, ...rest]);
  });
