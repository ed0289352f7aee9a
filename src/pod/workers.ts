import type { Role, WorkerRole } from './roles.ts';

/** The queue each worker consumes (pod/main/celery.py, the `-Q` of Pod's own commands). */
export const QUEUES: Readonly<Record<WorkerRole, string>> = {
  worker: 'celery',
  encoding: 'encoding',
  transcription: 'transcripting',
  xapi: 'xapi',
};

/** The Celery app of each worker, as its `-A` argument. */
export const APPS: Readonly<Record<WorkerRole, string>> = {
  worker: 'pod.main',
  encoding: 'pod.video_encode_transcript.encoding_tasks',
  transcription: 'pod.video_encode_transcript.transcripting_tasks',
  xapi: 'pod.xapi.xapi_tasks',
};

/** Each worker's node name, up to the `@` that the machine's name follows. */
export const NODES: Readonly<Record<WorkerRole, string>> = {
  worker: 'worker1',
  encoding: 'encode',
  transcription: 'transcript',
  xapi: 'xapi',
};

/** The name of each worker's systemd unit, without `.service`. */
export const UNITS: Readonly<Record<WorkerRole, string>> = {
  worker: 'pod-worker',
  encoding: 'pod-encoding',
  transcription: 'pod-transcription',
  xapi: 'pod-xapi',
};

/** The name of each worker's init script, and of its file in `/etc/default`. */
export const INIT_SCRIPTS: Readonly<Record<WorkerRole, string>> = { ...UNITS, worker: 'celeryd' };

/** The name of the Python module that the variable `CELERY_CONFIG_MODULE` names. */
export const CONFIG_MODULE = 'podceleryconf';

/** The value of `DJANGO_SETTINGS_MODULE` for Pod (manage.py). */
export const DJANGO_SETTINGS = 'pod.settings';

/**
 * The time limit of an xAPI task, in seconds. Pod posts a statement without a timeout
 * (pod/xapi/xapi_tasks.py), so that a Learning Record Store that hangs would block the queue. With
 * this limit the next statement is sent (run on Celery 5.2.6).
 */
export const XAPI_LIMIT = 300;

/** The setting that has Pod hand each worker's tasks over, instead of running them in the web server. */
export const SWITCHES = {
  worker: 'CELERY_TO_ENCODE',
  encoding: 'USE_REMOTE_ENCODING_TRANSCODING',
  transcription: 'USE_REMOTE_ENCODING_TRANSCODING',
  xapi: 'USE_XAPI',
} as const satisfies Record<WorkerRole, string>;

/**
 * How each role reads settings_local.py: through Django's settings, or as a plain Python file. The
 * workers of the microservices and of xAPI import it without Django
 * (pod/video_encode_transcript/encoding_tasks.py, pod/xapi/xapi_tasks.py).
 */
export const SETTINGS_READERS: Readonly<Record<Role, 'django' | 'file'>> = {
  web: 'django',
  cron: 'django',
  worker: 'django',
  encoding: 'file',
  transcription: 'file',
  xapi: 'file',
  redis: 'file',
};
