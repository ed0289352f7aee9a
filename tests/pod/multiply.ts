import { pythonString } from '../../src/emit/escape.ts';
import { ask, type Door } from '../software-run/redis.ts';
import type { Server } from './server.ts';

/** Makes sessions with the content of one, through the session store of Pod's settings. */
export const multiplySession = (web: Server, key: string, count: number): Promise<string> =>
  web.manage(
    'shell',
    '-c',
    `
from importlib import import_module
from django.conf import settings
from django.db import transaction
Store = import_module(settings.SESSION_ENGINE).SessionStore
data = dict(Store(session_key=${pythonString(key)}).items())
with transaction.atomic():
    for _ in range(${count}):
        session = Store()
        session.create()
        session.update(data)
        session.save()
`,
  );

/** Makes copies of a video that is encoded, each with a file for its thumbnail, through Django's ORM. */
export const multiplyVideo = (web: Server, id: number, count: number): Promise<string> =>
  web.manage(
    'shell',
    '-c',
    `
from pathlib import Path
from shutil import copyfile
from django.db import transaction
from pod.podfile.models import CustomImageModel
from pod.video.models import Video
first = Video.objects.get(id=${id})
first.is_draft = False
first.save()
made = [first.encodingvideo_set, first.encodingaudio_set, first.playlistvideo_set]
made = [each for related in made for each in related.all()]
name = Path(first.thumbnail.file.name)
last = Video.objects.latest("id").id
with transaction.atomic():
    for number in range(last + 1, last + 1 + ${count}):
        image = CustomImageModel.objects.get(id=first.thumbnail_id)
        image.pk = None
        copy = name.with_name(f"{number:04d}{name.suffix}")
        copyfile(first.thumbnail.file.path, Path(first.thumbnail.file.path).with_name(copy.name))
        image.file.name = str(copy)
        image.save()
        video = Video.objects.get(id=${id})
        video.pk = None
        video.thumbnail = image
        video.save()
        for each in made:
            each.pk = None
            each.video = video
            each.save()
`,
  );

/** The addresses of all videos' pages. */
export async function videoPages(web: Server): Promise<string[]> {
  const script = `
from pod.video.models import Video
print(*[f"/video/{slug}/" for slug in Video.objects.order_by("id").values_list("slug", flat=True)])
`;
  return (await web.manage('shell', '-c', script)).split('\n').at(-1)?.split(' ') ?? [];
}

/** The functions by which Pod gives a video to a worker, by their queues. */
const GIVES: Readonly<Record<string, string>> = {
  celery: 'pod.video_encode_transcript.encode import start_encode as give',
  encoding: 'pod.video_encode_transcript.encode import encode_video as give',
  transcripting: 'pod.video_encode_transcript.transcript import main_threaded_transcript as give',
};

/** Publishes a number of tasks for a video, by the function that Pod's pages call. */
export const multiplyTask = (
  web: Server,
  queue: string,
  video: number,
  count: number,
): Promise<string> =>
  web.manage('shell', '-c', `from ${GIVES[queue]}\nfor _ in range(${count}):\n    give(${video})`);

/**
 * Copies the keys of a database whose names have a text, each so many times, under names of the same length and with
 * the same expiry.
 */
export const copyKeys = (
  door: Door,
  database: number,
  part: string,
  copies: number,
): Promise<string[]> =>
  ask(
    door,
    '-n',
    String(database),
    'EVAL',
    `
for _, key in ipairs(redis.call('KEYS', '*' .. ARGV[1] .. '*')) do
  local value, expiry = redis.call('DUMP', key), math.max(redis.call('PTTL', key), 0)
  for copy = 1, ARGV[2] do
    local name = string.sub(key, 1, -9) .. string.format('%08x', copy)
    redis.call('RESTORE', name, expiry, value, 'REPLACE')
  end
end`,
    '0',
    part,
    String(copies),
  );

/** Puts copies of the task that waits in a queue into it. */
export const copyTask = (
  door: Door,
  database: number,
  queue: string,
  copies: number,
): Promise<string[]> =>
  ask(
    door,
    '-n',
    String(database),
    'EVAL',
    `
local task = redis.call('LINDEX', KEYS[1], 0)
for _ = 1, ARGV[1] do redis.call('LPUSH', KEYS[1], task) end`,
    '1',
    queue,
    String(copies),
  );
