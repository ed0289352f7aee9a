import { ARCHITECTURES, DEFAULTS, type Architecture } from './architecture.ts';

/** An architecture with a name and a page. */
export interface Preset {
  /** The slug of its page and the key of its texts. */
  readonly id: PresetId;
  readonly architecture: Architecture;
}

const CHOICES = {
  standalone: { arch: 'standalone' },
  'standalone-docker': { arch: 'standalone', redis: 'docker' },
  'celery-one-server': { arch: 'celery' },
  'celery-servers': { arch: 'celery', workers: 2 },
  'celery-large': {
    arch: 'celery',
    web: 3,
    workers: 4,
    transcription: true,
    xapi: true,
    redis: 'dedicated',
    sessions: 'cached_db',
  },
  'celery-sentinel': {
    arch: 'celery',
    web: 2,
    workers: 4,
    redis: 'dedicated',
    sentinels: 'redis-1.invalid:26379,redis-2.invalid:26379,redis-3.invalid:26379',
    sessions: 'cached_db',
  },
  microservices: {
    arch: 'microservices',
    workers: 1,
    transcription: true,
    shared: true,
  },
  'microservices-large': {
    arch: 'microservices',
    web: 2,
    workers: 3,
    transcription: true,
    xapi: true,
    redis: 'dedicated',
    sessions: 'cached_db',
  },
  runner: { arch: 'runner' },
  'runner-large': {
    arch: 'runner',
    web: 2,
    xapi: true,
    redis: 'dedicated',
    sessions: 'cached_db',
  },
} as const satisfies Record<string, Partial<Architecture>>;

/** See {@link Preset}. */
type PresetId = keyof typeof CHOICES;

/** The presets, simplest first in each architecture. */
export const PRESETS: readonly Preset[] = (Object.keys(CHOICES) as PresetId[]).map((id) => ({
  id,
  architecture: { ...DEFAULTS, ...CHOICES[id] },
}));

/** The presets of each architecture. */
export const PRESETS_BY_ARCHITECTURE = ARCHITECTURES.map((arch) => ({
  arch,
  presets: PRESETS.filter((preset) => preset.architecture.arch === arch),
}));
