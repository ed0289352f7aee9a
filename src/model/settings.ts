import { DOCKER_HOST, REDIS_PORT } from '../pod/limits.ts';
import type { Architecture, FieldName } from './architecture.ts';
import type { DatabaseRole } from '../pod/databases.ts';
import type { Role } from '../pod/roles.ts';

/** The kinds of values that settings, directives and options have. */
export type ValueType =
  | 'acl'
  | 'address'
  | 'addresses'
  | 'dict'
  | 'flag'
  | 'list'
  | 'milliseconds'
  | 'number'
  | 'path'
  | 'policy'
  | 'rights'
  | 'seconds'
  | 'size'
  | 'text'
  | 'url'
  | 'user'
  | 'word'
  | 'yesno';

/** The value of a setting that nobody sets, and the software that it comes from. */
export interface Default {
  /** Celery, django-redis and django-redis-sessions as Pod 4.2.0 installs them, Pod 4.2.0, Redis 7.0.15. */
  readonly of: 'pod' | 'django' | 'celery' | 'django-redis' | 'redis-sessions' | 'redis' | 'init';
  /** The value in the syntax of its file; none where it is empty. */
  readonly value: readonly string[];
}

/** A setting in the reference. */
export interface Setting {
  readonly type: ValueType;
  /** Not there where the setting is required. */
  readonly default?: Default;
  /** The roles that read it. */
  readonly roles: readonly Role[];
  /** The databases that it connects to. */
  readonly databases?: readonly DatabaseRole[];
  /** The fields of the form that its value comes from. */
  readonly fields: readonly FieldName[];
  /** The first release of Pod that reads or sets it; not there where 3.0 does (tests/pod/releases.unit.test.ts). */
  readonly since?: string;
  /** Further reading: `page#anchor`, or the name of another setting. */
  readonly see: readonly string[];
  /** Choices of an architecture with it, for readers whose own has none. */
  readonly example?: Partial<Architecture>;
}

const ADDRESS = ['host', 'port', 'socket', 'sentinels', 'auth', 'user', 'tls', 'ca'] as const;

const none = (of: Default['of']): Default => ({ of, value: [] });
const FALSE: Default = { of: 'pod', value: ['False'] };

/** Celery's default, where Pod has none: RabbitMQ on the same machine. */
const RABBITMQ: Default = { of: 'celery', value: ['amqp://guest@localhost:5672//'] };

/** Pod's default address of Redis, which resolves in its Docker set-up only (pod/settings.py:371-396). */
const POD_ADDRESS = `${DOCKER_HOST}:${REDIS_PORT}`;

/** The choices of an example with microservices. */
const MICROSERVICES = { arch: 'microservices', workers: 1, transcription: true } as const;

/** The choices of an example with sentinels. */
export const SENTINEL_EXAMPLE = {
  web: 2,
  redis: 'dedicated',
  sentinels: '192.0.2.11:26379,192.0.2.12:26379,192.0.2.13:26379',
} as const;

/** The facts that the settings for Esup-Runner have in common. */
const RUNNER = { roles: ['web', 'worker'], fields: ['arch'], example: { arch: 'runner' } } as const;

/** Every top-level setting of a generated settings_local.py, in its order (pod/settings.py). */
export const SETTINGS = {
  USE_RUNNER_MANAGER: {
    ...RUNNER,
    type: 'flag',
    default: FALSE,
    since: '4.2',
    see: ['workers#settings', 'CELERY_TO_ENCODE'],
  },
  RM_TASKS_DELETED_AFTER_DAYS: {
    ...RUNNER,
    type: 'number',
    default: { of: 'pod', value: ['None'] },
    roles: ['cron'],
    since: '4.2',
    see: ['USE_RUNNER_MANAGER'],
  },
  SECURE_SSL_REDIRECT: {
    ...RUNNER,
    type: 'flag',
    default: { of: 'django', value: ['False'] },
    see: ['USE_RUNNER_MANAGER'],
  },
  FILE_UPLOAD_PERMISSIONS: {
    ...RUNNER,
    type: 'rights',
    default: { of: 'django', value: ['0o644'] },
    see: ['USE_RUNNER_MANAGER'],
  },
  CELERY_TO_ENCODE: {
    type: 'flag',
    default: FALSE,
    roles: ['web', 'worker'],
    fields: ['arch'],
    see: ['workers#settings', 'USE_REMOTE_ENCODING_TRANSCODING'],
  },
  CELERY_BROKER_URL: {
    type: 'url',
    default: RABBITMQ,
    roles: ['web', 'worker'],
    databases: ['encoding'],
    fields: [...ADDRESS, 'db.encoding'],
    see: ['understand#broker-url', 'troubleshoot#broker-unset', 'pod-3#settings'],
  },
  CELERY_TASK_ACKS_LATE: {
    type: 'flag',
    default: { of: 'celery', value: ['False'] },
    roles: ['web', 'worker'],
    fields: ['arch'],
    see: ['understand#acks-late', 'task_acks_late'],
  },
  CELERY_BROKER_TRANSPORT_OPTIONS: {
    type: 'dict',
    default: { of: 'celery', value: ['{}'] },
    roles: ['web', 'worker'],
    fields: ['hours', 'sentinels', 'master', 'auth', 'user', 'tls', 'ca', 'sessions'],
    see: ['understand#visibility-timeout', 'server#sentinel', 'broker_transport_options'],
  },
  CELERY_BROKER_USE_SSL: {
    type: 'dict',
    default: { of: 'celery', value: ['False'] },
    roles: ['web', 'worker'],
    fields: ['tls', 'ca'],
    see: ['server#sentinel', 'server#tls', 'broker_use_ssl'],
    example: { ...SENTINEL_EXAMPLE, tls: true },
  },
  USE_REMOTE_ENCODING_TRANSCODING: {
    type: 'flag',
    default: FALSE,
    roles: ['web'],
    fields: ['arch'],
    since: '3.5.1',
    see: ['understand#microservices', 'CELERY_TO_ENCODE'],
    example: MICROSERVICES,
  },
  ENCODING_TRANSCODING_CELERY_BROKER_URL: {
    type: 'url',
    default: RABBITMQ,
    roles: ['web', 'encoding', 'transcription'],
    databases: ['encoding'],
    fields: [...ADDRESS, 'db.encoding'],
    since: '3.4',
    see: ['understand#broker-url', 'understand#shared-settings', 'troubleshoot#broker-unset'],
    example: MICROSERVICES,
  },
  USE_XAPI: {
    type: 'flag',
    default: FALSE,
    roles: ['web'],
    fields: ['xapi'],
    since: '3.1.1',
    see: ['understand#xapi', 'XAPI_LRS_URL'],
    example: { xapi: true },
  },
  USE_XAPI_VIDEO: {
    type: 'flag',
    default: FALSE,
    roles: ['web'],
    fields: ['xapi'],
    since: '3.1.1',
    see: ['understand#xapi', 'USE_XAPI'],
    example: { xapi: true },
  },
  XAPI_CELERY_BROKER_URL: {
    type: 'url',
    default: RABBITMQ,
    roles: ['web', 'xapi'],
    databases: ['xapi'],
    fields: [...ADDRESS, 'db.xapi'],
    since: '3.3',
    see: ['understand#broker-url', 'understand#xapi'],
    example: { xapi: true },
  },
  DJANGO_REDIS_CONNECTION_FACTORY: {
    type: 'text',
    default: { of: 'django-redis', value: ['"django_redis.pool.ConnectionFactory"'] },
    roles: ['web', 'worker'],
    databases: ['default', 'select2'],
    fields: ['sentinels'],
    see: ['server#sentinel', 'troubleshoot#sentinel-factory'],
    example: SENTINEL_EXAMPLE,
  },
  DJANGO_REDIS_IGNORE_EXCEPTIONS: {
    type: 'flag',
    default: { of: 'django-redis', value: ['False'] },
    roles: ['web', 'worker'],
    databases: ['default', 'select2', 'sessions'],
    fields: ['sessions'],
    see: ['server#away', 'SESSION_ENGINE'],
    example: { sessions: 'cached_db' },
  },
  DJANGO_REDIS_LOG_IGNORED_EXCEPTIONS: {
    type: 'flag',
    default: { of: 'django-redis', value: ['False'] },
    roles: ['web', 'worker'],
    fields: ['sessions'],
    see: ['server#away', 'DJANGO_REDIS_IGNORE_EXCEPTIONS'],
    example: { sessions: 'cached_db' },
  },
  DJANGO_REDIS_LOGGER: {
    type: 'text',
    default: { of: 'django-redis', value: ['"django_redis.cache"'] },
    roles: ['web', 'worker'],
    fields: ['sessions'],
    see: ['server#away', 'DJANGO_REDIS_LOG_IGNORED_EXCEPTIONS'],
    example: { sessions: 'cached_db' },
  },
  CACHES: {
    type: 'dict',
    default: { of: 'pod', value: [`"redis://${POD_ADDRESS}/3"`, `"redis://${POD_ADDRESS}/2"`] },
    roles: ['web', 'worker'],
    databases: ['default', 'select2'],
    fields: [...ADDRESS, 'master', 'sessions', 'db.default', 'db.select2', 'db.sessions', 'prefix'],
    see: [
      'understand#databases',
      'understand#worker-caches',
      'understand#key-prefix',
      'troubleshoot#redis-localhost',
    ],
  },
  SELECT2_CACHE_BACKEND: {
    type: 'text',
    default: { of: 'pod', value: ['"select2"'] },
    roles: ['web', 'worker'],
    databases: ['select2'],
    fields: [],
    see: ['understand#worker-caches', 'CACHES'],
  },
  SESSION_ENGINE: {
    type: 'text',
    default: { of: 'pod', value: ['"redis_sessions.session"'] },
    roles: ['web'],
    databases: ['sessions'],
    fields: ['sessions', 'sentinels', 'tls', 'auth'],
    since: '3.3',
    see: ['server#sessions', 'troubleshoot#logged-out', 'SESSION_REDIS'],
  },
  SESSION_CACHE_ALIAS: {
    type: 'text',
    default: { of: 'django', value: ['"default"'] },
    roles: ['web'],
    databases: ['sessions'],
    fields: ['sessions'],
    see: ['server#sessions', 'SESSION_ENGINE'],
    example: { sessions: 'cache' },
  },
  SESSION_REDIS_SENTINEL_LIST: {
    type: 'list',
    default: { of: 'redis-sessions', value: ['None'] },
    roles: ['web'],
    databases: ['sessions'],
    fields: ['sentinels'],
    see: ['server#sentinel', 'troubleshoot#sentinel-localhost'],
    example: SENTINEL_EXAMPLE,
  },
  SESSION_REDIS_SENTINEL_MASTER_ALIAS: {
    type: 'text',
    default: { of: 'redis-sessions', value: ['None'] },
    roles: ['web'],
    databases: ['sessions'],
    fields: ['master'],
    see: ['server#sentinel', 'SESSION_REDIS_SENTINEL_LIST'],
    example: SENTINEL_EXAMPLE,
  },
  SESSION_REDIS: {
    type: 'dict',
    default: { of: 'pod', value: [`"host": "${DOCKER_HOST}"`, `"port": ${REDIS_PORT}`, '"db": 4'] },
    roles: ['web'],
    databases: ['sessions'],
    fields: [...ADDRESS, 'db.sessions', 'prefix'],
    since: '3.3',
    see: ['operate#logout', 'server#password', 'troubleshoot#redis-localhost'],
  },
} as const satisfies Record<string, Setting>;

/** The name of a setting in {@link SETTINGS}. */
export type SettingName = keyof typeof SETTINGS;

/**
 * `CELERY_CONFIG_MODULE` and the variables of the module that it names: Celery's configuration in the
 * microservices and in xAPI, which ignore the `CELERY_*` of settings_local.py (run).
 */
export const MODULE_SETTINGS = {
  CELERY_CONFIG_MODULE: {
    type: 'text',
    default: none('celery'),
    roles: ['web', 'encoding', 'transcription', 'xapi'],
    fields: ['arch', 'xapi', 'sentinels', 'sessions', 'service'],
    see: ['understand#microservices', 'server#sentinel'],
    example: MICROSERVICES,
  },
  broker_transport_options: {
    type: 'dict',
    default: { of: 'celery', value: ['{}'] },
    roles: ['web', 'encoding', 'transcription', 'xapi'],
    fields: ['arch', 'hours', 'sentinels', 'master', 'auth', 'user', 'tls', 'ca', 'sessions'],
    see: ['understand#visibility-timeout', 'CELERY_BROKER_TRANSPORT_OPTIONS'],
    example: MICROSERVICES,
  },
  broker_use_ssl: {
    type: 'dict',
    default: { of: 'celery', value: ['False'] },
    roles: ['web', 'encoding', 'transcription', 'xapi'],
    fields: ['tls', 'ca'],
    see: ['server#sentinel', 'CELERY_BROKER_USE_SSL'],
    example: { ...SENTINEL_EXAMPLE, arch: 'microservices', tls: true },
  },
  task_acks_late: {
    type: 'flag',
    default: { of: 'celery', value: ['False'] },
    roles: ['encoding', 'transcription', 'xapi'],
    fields: [],
    see: ['understand#acks-late', 'CELERY_TASK_ACKS_LATE'],
    example: MICROSERVICES,
  },
  worker_prefetch_multiplier: {
    type: 'number',
    default: { of: 'celery', value: ['4'] },
    roles: ['encoding', 'transcription', 'xapi'],
    fields: [],
    see: ['understand#acks-late', 'directives#workers'],
    example: MICROSERVICES,
  },
} as const satisfies Record<string, Setting>;

/** The name of one of {@link MODULE_SETTINGS}. */
export type ModuleSettingName = keyof typeof MODULE_SETTINGS;

/** A setting that a generated file mentions in a comment only: its value has nothing to do with Redis. */
export type Reminder = Pick<Setting, 'type' | 'default' | 'roles' | 'see'>;

/**
 * Every other setting that the comments of a generated settings_local.py mention, by name; `_*` ends
 * the name of a family. The defaults are those of the workers' own code, which reads the file without
 * Django (pod/video_encode_transcript/encoding_tasks.py, pod/xapi/xapi_tasks.py).
 */
export const REMINDERS = {
  POD_API_URL: {
    type: 'url',
    default: none('pod'),
    roles: ['encoding', 'transcription'],
    see: ['workers#prerequisites', 'POD_API_TOKEN'],
  },
  POD_API_TOKEN: {
    type: 'text',
    default: none('pod'),
    roles: ['encoding', 'transcription'],
    see: ['workers#prerequisites', 'POD_API_URL'],
  },
  MEDIA_ROOT: { type: 'path', roles: ['transcription'], see: ['workers#prerequisites'] },
  'TRANSCRIPTION_*': { type: 'text', roles: ['transcription'], see: ['workers#prerequisites'] },
  EMAIL_HOST: {
    type: 'address',
    default: none('pod'),
    roles: ['encoding', 'transcription'],
    see: ['ADMINS'],
  },
  DEFAULT_FROM_EMAIL: {
    type: 'text',
    default: none('pod'),
    roles: ['encoding', 'transcription'],
    see: ['ADMINS'],
  },
  ADMINS: {
    type: 'list',
    default: { of: 'pod', value: ['()'] },
    roles: ['encoding', 'transcription'],
    see: ['EMAIL_HOST', 'DEFAULT_FROM_EMAIL'],
  },
  DEBUG: {
    type: 'flag',
    default: { of: 'pod', value: ['True'] },
    roles: ['encoding', 'transcription'],
    see: ['understand#microservices'],
  },
  XAPI_LRS_URL: {
    type: 'url',
    default: none('pod'),
    roles: ['web', 'xapi'],
    see: ['understand#xapi', 'USE_XAPI'],
  },
  XAPI_LRS_LOGIN: {
    type: 'text',
    default: none('pod'),
    roles: ['xapi'],
    see: ['XAPI_LRS_URL'],
  },
  XAPI_LRS_PWD: {
    type: 'text',
    default: none('pod'),
    roles: ['xapi'],
    see: ['XAPI_LRS_URL'],
  },
} as const satisfies Record<string, Reminder>;

/** The name of one of {@link REMINDERS}. */
export type ReminderName = keyof typeof REMINDERS;
