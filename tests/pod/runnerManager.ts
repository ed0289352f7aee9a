import { createReadStream } from 'node:fs';
import { mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { dirname, join, parse } from 'node:path';
import { json } from 'node:stream/consumers';
import { pythonString } from '../../src/emit/escape.ts';
import {
  freePort,
  serve,
  temporaryFolder,
  type Finally,
  type Service,
} from '../software-run/processes.ts';
import { ffmpeg } from '../software.ts';
import type { PodCase } from './case.ts';
import { DOMAIN } from './settings.ts';
import { output } from './source.ts';
import type { Answer } from './visitor.ts';

/*
 * A stand-in for the manager of Esup-Runner with one runner that encodes, written from the calls of Pod 4.2.0
 * (pod/video_encode_transcript: runner_manager.py, views.py, management/commands/process_tasks.py) and from the
 * statuses and the file names of Esup-Runner 1.7.1.
 */

/** A task that Pod hands over (runner_manager.py:213). */
interface TaskRequest {
  readonly etab_name: string;
  readonly app_name: string;
  readonly app_version: string;
  readonly task_type: 'encoding' | 'studio' | 'transcription';
  /** The address of the uploaded file. */
  readonly source_url: string;
  /** The address to which the end is told. */
  readonly notify_url: string;
  /** The parameters of an encoding: `rendition` is JSON in a string, by the height of each rendition. */
  readonly parameters: Readonly<Record<string, unknown>>;
}

/** A request that Pod sent, and the status of its answer. */
interface RunnerRequest {
  readonly method: string;
  readonly path: string;
  readonly status: number;
}

/** The state of a task; the manager knows more of them, which no test needs. */
type TaskStatus = 'running' | 'completed' | 'failed';

/** A task that the manager has accepted. */
interface RunnerTask {
  readonly id: string;
  readonly request: TaskRequest;
  readonly status: TaskStatus;
}

/** A runner manager that listens on this machine, in the process of the test. */
export interface RunnerManager {
  /** The address for Pod's administration, which ends with a slash. */
  readonly url: string;
  readonly token: string;
  /** All requests, in their order. */
  readonly requests: readonly RunnerRequest[];
  /** The tasks in the order in which they came. */
  readonly tasks: readonly RunnerTask[];
  /** Encodes what a task names, so that Pod can fetch the result; Pod is not told. */
  readonly encode: (id: string) => Promise<void>;
  /** Ends a task without a result; Pod is not told. */
  readonly fail: (id: string) => void;
  /** Tells Pod the status of a task, and returns its answer, which comes when Pod has fetched the result. */
  readonly notify: (id: string) => Promise<Answer>;
  /** Refuses connections until it is started again. */
  readonly stop: () => Promise<void>;
  readonly start: () => Promise<void>;
}

/** The address of the manager's health, for Pod's button "Test connection": the new one from Esup-Runner 1.8 on. */
export const HEALTH = { old: '/manager/health', new: '/api/health' } as const;

/**
 * A program that passes connections to a port on to a socket. It runs in the network of the servers, which need not be
 * that of the test; a socket is in none.
 */
const DOOR = `
const { createConnection, createServer } = require('node:net');
const [, socket, port] = process.argv;
createServer((client) => {
  const manager = createConnection(socket);
  for (const end of [client, manager]) end.on('error', () => { client.destroy(); manager.destroy(); });
  client.pipe(manager).pipe(client);
}).listen(Number(port), '127.0.0.1', () => console.log('open'));
`;

/** The facts that a runner manager needs. */
export interface RunnerManagerOptions {
  /** The token, of at most 50 characters (models.py:487). */
  readonly token: string;
  /** The Pod whose tasks come: the manager reaches its site, and its runner the site's media. */
  readonly pod: Pick<PodCase, 'media' | 'visitor'>;
  readonly atEnd: Finally;
  readonly health?: keyof typeof HEALTH;
}

/** Starts a runner manager until the test ends. */
async function startRunnerManager({
  token,
  pod,
  atEnd,
  health = 'old',
}: RunnerManagerOptions): Promise<RunnerManager> {
  const folder = temporaryFolder(atEnd);
  const port = await freePort();
  const requests: RunnerRequest[] = [];
  const tasks: (RunnerTask & { status: TaskStatus })[] = [];
  const taskOf = (id: string) => tasks.find((task) => task.id === id);
  const known = (id: string) => {
    const task = taskOf(id);
    if (!task) throw new Error(`There is no task ${id}.`);
    return task;
  };

  /** The answer to a request: a status, and what is sent as JSON or the path of a file. */
  const answer = async (
    request: IncomingMessage,
    path: string,
  ): Promise<{ status: number; said?: unknown; file?: string }> => {
    if (request.headers.authorization !== `Bearer ${token}`) return { status: 401 };
    if (path === HEALTH[health]) return { status: 200, said: { status: 'healthy' } };
    if (request.method === 'POST' && path === '/task/execute') {
      const asked = (await json(request)) as TaskRequest;
      // No runner is there for it.
      if (asked.task_type !== 'encoding') return { status: 503 };
      const task = { id: crypto.randomUUID(), request: asked, status: 'running' as const };
      tasks.push(task);
      return { status: 200, said: { task_id: task.id, status: task.status } };
    }
    const [, what, id = '', file] =
      /^\/task\/(status|result)\/([^/]+)(?:\/file\/([^/]+))?$/.exec(path) ?? [];
    const task = taskOf(id);
    if (!task) return { status: 404 };
    if (what === 'status') return { status: 200, said: { task_id: id, status: task.status } };
    if (task.status === 'failed') return { status: 400 };
    if (task.status === 'running') return { status: 425 };
    const files = await readdir(join(folder, id));
    if (file === undefined) return { status: 200, said: { task_id: id, files } };
    return files.includes(file) ? { status: 200, file: join(folder, id, file) } : { status: 404 };
  };

  const respond = async (request: IncomingMessage, response: ServerResponse) => {
    const path = decodeURIComponent(request.url ?? '');
    const { status, said, file } = await answer(request, path);
    requests.push({ method: request.method ?? '', path, status });
    response.writeHead(status, {
      'content-type': file === undefined ? 'application/json' : 'application/octet-stream',
    });
    if (file === undefined) response.end(JSON.stringify(said ?? { detail: status }));
    else createReadStream(file).pipe(response);
  };

  const server = createServer((request, response) => {
    respond(request, response).catch((error: unknown) => response.destroy(error as Error));
  });
  const socket = join(temporaryFolder(atEnd), 'manager.sock');
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(socket, resolve);
  });
  atEnd(
    () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );
  let door: Service | undefined;
  const start = async () => {
    door = await serve(process.execPath, ['-e', DOOR, socket, String(port)], {}, (said) =>
      said.includes('open'),
    );
  };
  const stop = async () => {
    await door?.stop();
  };
  await start();
  atEnd(stop);

  return {
    url: `http://127.0.0.1:${port}/`,
    token,
    requests,
    tasks,
    encode: async (id) => {
      const task = known(id);
      const results = join(folder, id);
      await mkdir(results);
      await encode(await sourceOf(task.request, pod.media), task.request, results);
      task.status = 'completed';
    },
    fail: (id) => {
      known(id).status = 'failed';
    },
    notify: (id) => {
      const { request, status } = known(id);
      const { host, pathname } = new URL(request.notify_url);
      if (host !== DOMAIN) throw new Error(`${request.notify_url} is not of ${DOMAIN}.`);
      // The token is the one with which Pod came.
      const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
      const body = { task_id: id, status, error_message: null, script_output: 'Encoded.' };
      return pod.visitor().ask(pathname, { headers, body: JSON.stringify(body) });
    },
    stop,
    start,
  };
}

/** The file that the server in front of Pod gives for the address of a source, where its account may read it. */
async function sourceOf({ source_url }: TaskRequest, media: string): Promise<string> {
  const { host, pathname } = new URL(source_url);
  const [, name] = /^\/media\/(.+)$/.exec(decodeURIComponent(pathname)) ?? [];
  if (host !== DOMAIN || name === undefined) throw new Error(`${source_url} is no file of Pod.`);
  const path = join(media, name);
  const { mode } = await stat(path);
  if ((mode & 0o004) === 0) throw new Error(`${path} is readable for Pod alone.`);
  return path;
}

/** A rendition as Pod asks for it. */
interface Rendition {
  readonly resolution: string;
  readonly encode_mp4: boolean;
}

/** The facts that a probe finds out. */
interface Probed {
  readonly streams: readonly { readonly height?: number }[];
  readonly format: { readonly duration: string };
}

/** The share of a video after which each of its pictures is taken. */
const PICTURES = [0.25, 0.5, 0.75];

/**
 * Encodes a video that has sound, as a runner does: into a folder with the renditions that Pod asked for and that
 * are not larger than the video, the sound, three pictures, and the list of these that Pod's importer reads
 * (runner_manager_utils.py:97). A runner also makes an overview, without which Pod does as well.
 */
async function encode(source: string, { parameters }: TaskRequest, folder: string): Promise<void> {
  const probe = ['-show_entries', 'stream=height:format=duration', '-of', 'json', source];
  const ffprobe = join(dirname(ffmpeg()), 'ffprobe');
  const { streams, format } = JSON.parse(
    await output(ffprobe, ['-v', 'error', ...probe]),
  ) as Probed;
  const duration = Number(format.duration);
  const lines = Math.max(...streams.map(({ height = 0 }) => height));
  const wanted = JSON.parse(String(parameters['rendition'])) as Record<string, Rendition>;
  // Keys that are numbers are in the order of these.
  const renditions = Object.entries(wanted).filter(
    ([height], at) => at === 0 || Number(height) <= lines,
  );

  const { name } = parse(source);
  const sound = `audio_192k_${name}.mp3`;
  const videos = renditions.flatMap(([height, { resolution: rendition, encode_mp4 }]) => {
    const file = `${height}p_${name}`;
    const scaled = ['-map', '0:v:0', '-map', '0:a', '-vf', `scale=-2:${height}`];
    const args = [...scaled, '-c:v', 'libx264', '-preset', 'ultrafast', '-c:a', 'aac'];
    const hls = ['-hls_playlist_type', 'vod', '-hls_time', '2', '-hls_flags', 'single_file'];
    // The segments of the playlist are in one file of the same name, which ends with .ts.
    const list = { encoding_format: 'video/mp2t', rendition, filename: `${file}.m3u8` };
    const whole = { encoding_format: 'video/mp4', rendition, filename: `${file}.mp4` };
    return [
      { entry: list, args: [...args, ...hls] },
      ...(encode_mp4 ? [{ entry: whole, args }] : []),
    ];
  });
  const pictures = PICTURES.map((share, at) => ({
    entry: { filename: `${name}_${at}.png` },
    args: ['-map', '0:v:0', '-ss', String(duration * share), '-frames:v', '1', '-update', '1'],
  }));
  const outputs = [
    ...videos,
    ...pictures,
    { entry: { filename: sound }, args: ['-map', '0:a', '-c:a', 'libmp3lame', '-q:a', '2'] },
  ].flatMap(({ entry, args }) => [...args, join(folder, entry.filename)]);
  await output(ffmpeg(), ['-v', 'error', '-i', source, ...outputs]);

  const info = {
    duration: Math.floor(duration),
    has_stream_video: true,
    has_stream_audio: true,
    has_stream_thumbnail: true,
    encode_video: videos.map(({ entry }) => entry),
    encode_audio: [{ encoding_format: 'audio/mp3', filename: sound }],
    encode_thumbnail: pictures.map(({ entry }) => entry),
  };
  await writeFile(join(folder, 'info_video.json'), JSON.stringify(info));
}

/** Runs statements in Pod's own shell, which knows the models of the runner manager, and returns what they print. */
export const inRunnerShell = ({ web }: PodCase, statements: string): Promise<string> =>
  web.manage(
    'shell',
    '-c',
    `import json\nfrom pod.video_encode_transcript.models import *\n${statements}`,
  );

/** Starts a runner manager until the test ends, and adds it to Pod's administration, for the first site. */
export async function addRunnerManager(
  running: PodCase,
  atEnd: Finally,
  options: Pick<RunnerManagerOptions, 'health'> = {},
): Promise<RunnerManager> {
  const manager = await startRunnerManager({ token: 'a token', pod: running, atEnd, ...options });
  const { url, token } = manager;
  await inRunnerShell(
    running,
    `RunnerManager.objects.create(name="manager", url=${pythonString(url)}, token=${pythonString(token)}, site_id=1)`,
  );
  return manager;
}
