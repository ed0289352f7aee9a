import type { FieldName } from './architecture.ts';
import type { DatabaseRole } from './databases.ts';
import type { Role } from './servers.ts';

/** What the reference says of a setting that the generator writes. */
interface Setting {
  /** The roles that read it. */
  readonly roles: readonly Role[];
  /** The databases it leads to. */
  readonly databases?: readonly DatabaseRole[];
  /** The fields of the form that it is made from. */
  readonly fields: readonly FieldName[];
}

const ADDRESS = [
  'host',
  'port',
  'socket',
  'sentinels',
  'master',
  'auth',
  'user',
  'tls',
  'ca',
] as const;

/** Every top-level setting of a generated settings_local.py, in its order (pod/settings.py). */
export const SETTINGS = {
  CELERY_TO_ENCODE: { roles: ['web', 'worker'], fields: ['arch'] },
  CELERY_BROKER_URL: {
    roles: ['web', 'worker'],
    databases: ['encoding'],
    fields: [...ADDRESS, 'db.encoding'],
  },
  CELERY_TASK_ACKS_LATE: { roles: ['web', 'worker'], fields: ['arch'] },
  CELERY_BROKER_TRANSPORT_OPTIONS: {
    roles: ['web', 'worker'],
    fields: ['hours', 'sentinels', 'master'],
  },
  USE_REMOTE_ENCODING_TRANSCODING: { roles: ['web'], fields: ['arch'] },
  ENCODING_TRANSCODING_CELERY_BROKER_URL: {
    roles: ['web', 'encoding', 'transcription'],
    databases: ['encoding'],
    fields: [...ADDRESS, 'db.encoding'],
  },
  USE_XAPI: { roles: ['web'], fields: ['xapi'] },
  USE_XAPI_VIDEO: { roles: ['web'], fields: ['xapi'] },
  XAPI_CELERY_BROKER_URL: {
    roles: ['web', 'xapi'],
    databases: ['xapi'],
    fields: [...ADDRESS, 'db.xapi'],
  },
  DJANGO_REDIS_CONNECTION_FACTORY: {
    roles: ['web', 'worker'],
    databases: ['default', 'select2'],
    fields: ['sentinels'],
  },
  CACHES: {
    roles: ['web', 'worker'],
    databases: ['default', 'select2'],
    fields: [...ADDRESS, 'db.default', 'db.select2', 'prefix'],
  },
  SELECT2_CACHE_BACKEND: { roles: ['web', 'worker'], databases: ['select2'], fields: [] },
  SESSION_ENGINE: { roles: ['web'], databases: ['sessions'], fields: [] },
  SESSION_REDIS_SENTINEL_LIST: {
    roles: ['web'],
    databases: ['sessions'],
    fields: ['sentinels'],
  },
  SESSION_REDIS_SENTINEL_MASTER_ALIAS: {
    roles: ['web'],
    databases: ['sessions'],
    fields: ['master'],
  },
  SESSION_REDIS: {
    roles: ['web'],
    databases: ['sessions'],
    fields: [...ADDRESS, 'db.sessions', 'prefix'],
  },
} as const satisfies Record<string, Setting>;

/** The name of a setting in {@link SETTINGS}. */
export type SettingName = keyof typeof SETTINGS;
